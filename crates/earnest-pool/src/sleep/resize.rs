//! More workers than there were, or fewer.

use super::Sleep;
use earnest_sync::{
    Ordering::{Relaxed, SeqCst},
    fence, mutant,
};

impl Sleep {
    /// Whether there are to be fewer than there were: workers who have nothing to do leave rather than park.
    pub(crate) fn has_shrunk(&self) -> bool {
        // ORDERING: Relaxed; whoever sets it wakes everybody afterwards.
        self.has_shrunk.load(Relaxed)
    }

    /// From now on there are this many.
    pub(crate) fn resize(&self, max_workers: u64, max_threads: u64) {
        // ORDERING: Relaxed; what others have decided by the old numbers is looked at after the fence.
        self.max_threads.store(max_threads, Relaxed);
        let before = self.max_workers.swap(max_workers, Relaxed);
        let shrinks = max_workers < before;
        if shrinks {
            // ORDERING: Relaxed, as in `has_shrunk`.
            self.has_shrunk.store(true, Relaxed);
        }
        // Who reads the numbers after a change of the word from here on, as in `found`, sees the new ones; what was changed
        // before is seen here.
        if !mutant!("grow_unheard") {
            self.add(0);
        }
        // ORDERING: SeqCst; pairs with the pusher's fence, or its push and look: either that sees the new numbers, or the look at
        // the queues that follows this sees what was pushed.
        fence(SeqCst);
        if shrinks {
            self.wake_all();
            // Only now: those who have been woken may be too many, and whoever looked earlier does not know of them.
            if !mutant!("shrink_unheard") {
                self.has_too_many();
            }
        }
    }
}
