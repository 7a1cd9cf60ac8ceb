//! Which pool a task belongs to, and in which process that pool has its threads.

use core::num::NonZeroUsize;
use core::sync::atomic::{
    AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use earnest_sync::CAN_BLOCK;

/// Tells one pool from all others, and its process from those that are forked from it.
///
/// ```
/// use earnest_core::Owner;
///
/// let (pool, other) = (Owner::next(), Owner::next());
/// assert_ne!(pool, other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(NonZeroUsize);

/// The lower half of the number is the process, the upper half the pool. Where it is cut off, a process may be taken for
/// another of the same family, whose waits then are not told apart; never is a pool's own process taken for another.
const PROCESS_BITS: u32 = usize::BITS / 2;
const PROCESS: usize = (1 << PROCESS_BITS) - 1;

impl Owner {
    /// One that no other pool has, for a pool whose threads are in this process.
    ///
    /// ```
    /// # use earnest_core::Owner;
    /// assert_ne!(Owner::next(), Owner::next());
    /// ```
    #[must_use]
    pub fn next() -> Owner {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        // ORDERING: Relaxed; nothing else is read by it.
        let _not_the_first = FIRST_PROCESS.compare_exchange(0, this_process(), Relaxed, Relaxed);
        loop {
            // ORDERING: Relaxed; only uniqueness matters.
            let pool = LAST.fetch_add(1, Relaxed).wrapping_add(1) << PROCESS_BITS;
            if let (true, Some(number)) = (pool != 0, NonZeroUsize::new(pool | this_process())) {
                return Owner(number);
            }
        }
    }

    pub(crate) fn from_number(number: usize) -> Option<Owner> {
        NonZeroUsize::new(number).map(Owner)
    }

    pub(crate) fn number(self) -> usize {
        self.0.get()
    }

    /// Whether the pool's threads are in this process. After a `fork` they are in the parent, and nothing in the child
    /// runs its tasks. Asks the system: for those who are about to block, or to start a thread.
    ///
    /// ```
    /// # use earnest_core::Owner;
    /// assert!(Owner::next().is_of_this_process());
    /// ```
    #[must_use]
    pub fn is_of_this_process(self) -> bool {
        self.number() & PROCESS == this_process()
    }
}

/// The process in which the first owner was made, or 0.
static FIRST_PROCESS: AtomicUsize = AtomicUsize::new(0);

/// Whether there may be nobody but this thread to run what it waits for: this process was forked from one that had pools
/// with threads, or there are no threads here. Asks the system.
pub(crate) fn may_be_alone() -> bool {
    if !CAN_BLOCK {
        return true;
    }
    // ORDERING: Relaxed; whoever comes upon a pool of the parent was forked after it was made.
    let first = FIRST_PROCESS.load(Relaxed);
    first != 0 && first != this_process()
}

pub(crate) fn this_process() -> usize {
    earnest_sync::process_id() as usize & PROCESS
}

/// Whose a task is, if anybody's.
pub(crate) struct OwnedBy(earnest_sync::AtomicUsize);

impl OwnedBy {
    pub(crate) fn nobody() -> OwnedBy {
        OwnedBy(earnest_sync::AtomicUsize::new(0))
    }

    /// Before the task is queued, where others may come upon it.
    pub(crate) fn set(&self, owner: Owner) {
        // NO MODEL: it publishes how the task is told of, which lies in a `OnceLock`.
        self.0.store(owner.number(), Release);
    }

    pub(crate) fn get(&self) -> Option<Owner> {
        Owner::from_number(self.number())
    }

    pub(crate) fn number(&self) -> usize {
        // A thread that has the future may have it from before the task was accepted. Who may run it is decided by `start`.
        // NO MODEL: likewise.
        self.0.load(Acquire)
    }

    pub(crate) fn is(&self, owner: Owner) -> bool {
        self.number() == owner.number()
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn owners_differ_and_know_their_process() {
        let (one, other) = (Owner::next(), Owner::next());
        assert_ne!(one, other);
        assert!(one.is_of_this_process() && other.is_of_this_process());
        let elsewhere = Owner::from_number(one.number() ^ 1).unwrap();
        assert!(!elsewhere.is_of_this_process());
    }
}
