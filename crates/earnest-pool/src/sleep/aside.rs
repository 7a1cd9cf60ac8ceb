//! What a worker does of which there is one too many.

use super::Sleep;
use crate::counts::{Counts, LIVE, PARKED, SEARCHING};
use earnest_sync::{
    Ordering::{Acquire, Relaxed, Release},
    mutant,
};

/// What became of a worker that was to [step aside](Sleep::step_aside).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aside {
    /// It need not.
    No,
    /// It has parked, and was woken.
    Woken,
    /// It is counted no longer, and is to leave.
    Left,
}

impl Sleep {
    /// Says that somebody should [step aside](Self::step_aside).
    pub(super) fn has_too_many(&self) {
        // ORDERING: Release; pairs with the acquire of who takes it: that sees the word, and how many there may be, as they were
        // here. A swap, so that it does not take away what others have released.
        self.too_many.swap(true, Release);
    }

    /// Whether somebody should [step aside](Self::step_aside), which is rarely so: it costs no more than a look.
    pub(crate) fn may_be_too_many(&self) -> bool {
        // ORDERING: Relaxed; a look whether it is worth a try.
        self.too_many.load(Relaxed)
    }

    /// This worker parks before it takes another task, if more are active than there may be; or leaves, if there are to
    /// be fewer.
    ///
    /// `is_searching` says whether it is counted so now. Afterwards it is, if it was woken again.
    pub(crate) fn step_aside(&self, is_searching: bool) -> Aside {
        // ORDERING: Acquire; pairs with the release of who said so. It is said again where others should do so as well.
        self.too_many.swap(false, Acquire);
        let from = if is_searching { SEARCHING } else { 0 };
        let is_surplus = |seen: Counts| seen.active() > self.max_workers() && !seen.is_closed();
        let step = |seen| is_surplus(seen).then_some(PARKED.wrapping_sub(from));
        let Ok(seen) = self.update(step) else { return Aside::No };
        let n_left = seen.active() - 1;
        if n_left > self.max_workers() {
            self.has_too_many();
        }
        if n_left < self.max_workers() && !mutant!("aside_without_second_look") {
            // There are to be more since it was decided, and whoever has said so may have relied on this worker.
            if self.unpark() {
                return Aside::Woken;
            }
        } else if self.has_shrunk() {
            // Where nobody parks any more a waker was faster, and there is a wake; from who closes the pool there will be one.
            let leave = |seen: Counts| {
                (seen.parked() > 0 && !seen.is_closed()).then_some((LIVE + PARKED).wrapping_neg())
            };
            if self.update(leave).is_ok() {
                // As many as there may be are active without it: what it leaves behind in the queues is theirs.
                return Aside::Left;
            }
        }
        self.wakes.wait();
        Aside::Woken
    }
}
