//! Which futures' callbacks a thread is in the middle of.

use crate::cell::RawCell;
use crate::state::Outcome;
use core::cell::Cell;
use core::ptr;

/// A cell whose callbacks this thread is running: inside a callback its own future answers.
///
/// They form a list through the stack, innermost first. A thread-local without a destructor, so that it is there even
/// while the thread ends.
pub(crate) struct Settling {
    cell: RawCell,
    outcome: Outcome,
    outer: *const Settling,
}

earnest_sync::thread_local! {
    static INNERMOST: Cell<*const Settling> = const { Cell::new(ptr::null()) };
}

impl Settling {
    pub(crate) fn new(cell: RawCell, outcome: Outcome) -> Settling {
        Settling { cell, outcome, outer: INNERMOST.with(Cell::get) }
    }

    pub(crate) fn enter(&self) -> impl Drop + '_ {
        struct Leave<'a>(&'a Settling);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                INNERMOST.with(|innermost| innermost.set(self.0.outer));
            }
        }
        INNERMOST.with(|innermost| innermost.set(self));
        Leave(self)
    }

    /// Whether this thread is running callbacks at all.
    pub(crate) fn any() -> bool {
        !INNERMOST.with(Cell::get).is_null()
    }

    /// What the callbacks of `cell` are told, if this thread is running them.
    pub(crate) fn outcome_of(cell: RawCell) -> Option<Outcome> {
        let mut frame = INNERMOST.with(Cell::get);
        // SAFETY: null, or a frame further up this thread's stack, which is taken off the list before it goes.
        while let Some(settling) = unsafe { frame.as_ref() } {
            if settling.cell == cell {
                return Some(settling.outcome);
            }
            frame = settling.outer;
        }
        None
    }
}
