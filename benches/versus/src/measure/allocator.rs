//! The allocator of every contender: the system's, which counts when asked to, and otherwise costs one relaxed load more.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicI64 = AtomicI64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What was allocated meanwhile, by all threads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allocated {
    pub(crate) allocations: u64,
    /// Of those the bytes that were not freed, less what was freed of before.
    pub(crate) bytes: i64,
}

/// Counts while `f` runs. One at a time.
pub(crate) fn counted(f: impl FnOnce()) -> Allocated {
    let before = now();
    COUNTS.store(true, Relaxed);
    f();
    COUNTS.store(false, Relaxed);
    let after = now();
    Allocated { allocations: after.allocations - before.allocations, bytes: after.bytes - before.bytes }
}

fn now() -> Allocated {
    Allocated { allocations: ALLOCATIONS.load(Relaxed), bytes: LIVE.load(Relaxed) }
}

fn count(allocations: u64, bytes: i64) {
    if COUNTS.load(Relaxed) {
        ALLOCATIONS.fetch_add(allocations, Relaxed);
        LIVE.fetch_add(bytes, Relaxed);
    }
}

// SAFETY: everything is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: as our caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: as our caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
        // SAFETY: as our caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as i64 - layout.size() as i64);
        // SAFETY: as our caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
