//! Counts tasks whose results nobody takes, and says when the last has run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

/// A cache line of its own, so that what is only read does not travel with what is written.
#[repr(align(128))]
struct Lone<T>(T);

/// A counter of tasks. It is a static, so that a task needs no more of it than its address, or not even that.
pub(crate) struct Tally {
    count: Lone<AtomicUsize>,
    expected: Lone<AtomicUsize>,
    lock: Mutex<()>,
    reached: Condvar,
}

/// The one that is used: samples are taken one after another.
pub(crate) static TALLY: Tally = Tally {
    count: Lone(AtomicUsize::new(0)),
    expected: Lone(AtomicUsize::new(0)),
    lock: Mutex::new(()),
    reached: Condvar::new(),
};

impl Tally {
    /// Begins anew. [`wait`](Self::wait) returns when so many have been added.
    pub(crate) fn expect(&self, n: usize) {
        self.count.0.store(0, Ordering::Relaxed);
        self.expected.0.store(n, Ordering::Release);
    }

    pub(crate) fn add(&self) {
        let count = self.count.0.fetch_add(1, Ordering::AcqRel) + 1;
        if count == self.expected.0.load(Ordering::Relaxed) {
            // Who looked before this count, and under the lock, is waiting once the lock can be had.
            drop(self.lock.lock());
            self.reached.notify_one();
        }
    }

    /// How many have been added.
    pub(crate) fn count(&self) -> usize {
        self.count.0.load(Ordering::Acquire)
    }

    pub(crate) fn wait(&self) {
        let expected = self.expected.0.load(Ordering::Relaxed);
        let guard = self.lock.lock().expect("nobody panics with it");
        drop(self.reached.wait_while(guard, |()| self.count() < expected));
    }

    /// Panics unless exactly so many were added as were expected. For when the pool has ended: then none can follow.
    pub(crate) fn check(&self) {
        assert_eq!(self.count(), self.expected.0.load(Ordering::Relaxed));
    }
}
