//! What a worker does of which there is one too many.

use super::Sleep;
use crate::counts::{Counts, LIVE, PARKED, SEARCHING};
use earnest_sync::Ordering::Relaxed;

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
    /// Whether somebody should [step aside](Self::step_aside), which is rarely so: it costs no more than a look.
    pub(crate) fn may_be_too_many(&self) -> bool {
        // ORDERING: Relaxed, as in `unblock`.
        self.too_many.load(Relaxed)
    }

    /// This worker parks before it takes another task, if more are active than there may be; or leaves, if there are to
    /// be fewer.
    ///
    /// `is_searching` says whether it is counted so now. Afterwards it is, if it was woken again.
    pub(crate) fn step_aside(&self, is_searching: bool) -> Aside {
        // ORDERING: Relaxed, as in `unblock`; put back where others may have to step aside as well.
        self.too_many.store(false, Relaxed);
        let leaves = self.has_shrunk();
        let from = if is_searching { SEARCHING } else { 0 };
        let to = if leaves { LIVE.wrapping_neg() } else { PARKED };
        let is_surplus = |seen: Counts| seen.active() > self.max_workers() && !seen.is_closed();
        let step = |seen| is_surplus(seen).then_some(to.wrapping_sub(from));
        let Ok(seen) = self.update(step) else { return Aside::No };
        if seen.active() > self.max_workers() + 1 {
            // ORDERING: Relaxed, as in `unblock`.
            self.too_many.store(true, Relaxed);
        }
        // As many as there may be are active without it: what it leaves behind in the queues is theirs.
        if leaves {
            return Aside::Left;
        }
        self.wakes.wait();
        Aside::Woken
    }
}
