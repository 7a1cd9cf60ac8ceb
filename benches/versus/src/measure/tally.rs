//! Counts tasks whose results nobody takes, and says when the last has run.

use std::cell::OnceCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A count that one thread adds to, on cache lines of its own: what is measured is the pool, and not how the tasks of two
/// workers hand each other a counter.
#[repr(align(128))]
struct Count(AtomicUsize);

/// A counter of tasks. It is a static, so that a task needs no more of it than its address, or not even that.
pub(crate) struct Tally {
    expected: AtomicUsize,
    /// Those of all threads there are and were.
    counts: Mutex<Vec<&'static Count>>,
    /// Those of threads that have ended, for others.
    free: Mutex<Vec<&'static Count>>,
}

/// The one that is used: samples are taken one after another.
pub(crate) static TALLY: Tally =
    Tally { expected: AtomicUsize::new(0), counts: Mutex::new(Vec::new()), free: Mutex::new(Vec::new()) };

/// How long the one who waits sleeps at a time. All samples are longer by half of that, those of every contender.
const PAUSE: Duration = Duration::from_micros(20);

thread_local! {
    static OURS: OnceCell<Lent> = const { OnceCell::new() };
}

/// The count of a thread, until it ends.
struct Lent(&'static Count);

impl Lent {
    fn new() -> Lent {
        let free = lock(&TALLY.free).pop();
        Lent(free.unwrap_or_else(|| {
            let count: &'static Count = Box::leak(Box::new(Count(AtomicUsize::new(0))));
            lock(&TALLY.counts).push(count);
            count
        }))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        lock(&TALLY.free).push(self.0);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tally {
    /// Begins anew. [`wait`](Self::wait) returns when so many have been added.
    pub(crate) fn expect(&self, n: usize) {
        lock(&self.counts).iter().for_each(|count| count.0.store(0, Ordering::Relaxed));
        self.expected.store(n, Ordering::Release);
    }

    pub(crate) fn add(&self) {
        OURS.with(|ours| {
            let Lent(Count(count)) = ours.get_or_init(Lent::new);
            // Nobody else writes it.
            count.store(count.load(Ordering::Relaxed) + 1, Ordering::Release);
        });
    }

    /// How many have been added.
    pub(crate) fn count(&self) -> usize {
        lock(&self.counts).iter().map(|count| count.0.load(Ordering::Acquire)).sum()
    }

    pub(crate) fn wait(&self) {
        let expected = self.expected.load(Ordering::Relaxed);
        while self.count() < expected {
            thread::sleep(PAUSE);
        }
    }

    /// Panics unless exactly so many were added as were expected. For when the pool has ended: then none can follow.
    pub(crate) fn check(&self) {
        assert_eq!(self.count(), self.expected.load(Ordering::Relaxed));
    }
}
