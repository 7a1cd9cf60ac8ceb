//! A block of the shared queue: room for tasks, and a byte for each word that says what begins there.

use core::mem::MaybeUninit;
use core::ptr;
use earnest_sync::{AtomicU8, CHECKED, MODEL, UnsafeCell};

/// How many words a block has room for. A place may be behind the last.
pub(super) const ROOM: usize = match () {
    () if MODEL => 3,
    () if CHECKED => 12,
    () => 254,
};
/// The place in a block that is being closed: see Q2.
pub(super) const CLOSING: usize = ALIGNMENT - 1;
const ALIGNMENT: usize = 256;

/// Nothing is there yet.
pub(super) const NOT_READY: u8 = 0;
/// Nothing follows in this block.
pub(super) const NO_MORE: u8 = u8::MAX;

#[repr(C, align(256))]
pub(super) struct Block {
    /// How many words the task has that begins here, when it does.
    pub(super) ready: [AtomicU8; ROOM + 1],
    /// Brackets each access to a task's words for the model checker. Nothing at all in other builds.
    pub(super) access: [UnsafeCell<()>; ROOM],
    words: core::cell::UnsafeCell<[MaybeUninit<usize>; ROOM]>,
    /// Written once, by who closes the block, before the byte that says so.
    pub(super) next: UnsafeCell<*mut Block>,
}

impl Block {
    pub(super) fn new() -> Box<Block> {
        const { assert!(size_of::<Block>() >= ALIGNMENT && ROOM < CLOSING) };
        Box::new(Block {
            ready: core::array::from_fn(|_| AtomicU8::new(NOT_READY)),
            access: core::array::from_fn(|_| UnsafeCell::new(())),
            words: core::cell::UnsafeCell::new([MaybeUninit::uninit(); ROOM]),
            next: UnsafeCell::new(ptr::null_mut()),
        })
    }

    pub(super) fn word(&self, at: usize) -> *mut usize {
        // SAFETY: a place is within the block, or behind its last word.
        unsafe { self.words.get().cast::<usize>().add(at) }
    }
}

/// A place in the queue: a block, and the number of a word in it. A number and not a pointer: it may be compared with one
/// of a block that is gone, whose address it has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(pub(super) usize);

impl Place {
    pub(super) fn first_of(block: *mut Block) -> Place {
        Place(block.expose_provenance())
    }

    pub(super) fn block(self) -> *mut Block {
        ptr::with_exposed_provenance_mut(self.0 & !(ALIGNMENT - 1))
    }

    pub(super) fn at(self) -> usize {
        self.0 & (ALIGNMENT - 1)
    }

    pub(super) fn with(self, at: usize) -> Place {
        Place(self.0 & !(ALIGNMENT - 1) | at)
    }

    pub(super) fn plus(self, words: usize) -> Place {
        Place(self.0 + words)
    }
}
