//! What the process holds: memory, as the allocator is asked for it, and threads, as the system counts them.

#![expect(unsafe_code, reason = "an allocator that counts is one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all of it is the system's allocator, but for counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // ORDERING: Relaxed, here and below; they are read when nothing else is under way.
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size() as u64, Relaxed);
        // SAFETY: by the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        ALLOCATIONS.fetch_sub(1, Relaxed);
        BYTES.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: by the caller's promise.
        unsafe { System.dealloc(place, layout) };
    }
}

/// Allocations that have not been freed, and their bytes.
pub(crate) fn live() -> (u64, u64) {
    (ALLOCATIONS.load(Relaxed), BYTES.load(Relaxed))
}

/// KiB of memory that is really there, and 0 where the system does not say.
pub(crate) fn resident() -> u64 {
    status("VmRSS:")
}

/// Threads of this process, and 0 where the system does not say.
pub(crate) fn threads() -> u64 {
    status("Threads:")
}

fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.split_whitespace().next());
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}
