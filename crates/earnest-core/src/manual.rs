//! The executor that is driven by hand, in an order that is chosen: for deterministic tests.

use crate::executor::Executor;
use crate::refusal::{Refusal, Refused};
use crate::span::spans_are_on;
use crate::task::Runnable;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::fmt;
use core::mem::take;
use core::num::NonZeroUsize;
use core::panic::{RefUnwindSafe, UnwindSafe};
use earnest_sync::{Mutex, MutexGuard};

/// Queues tasks, and runs them when told, on the thread that tells it, in the order that it is told.
///
/// So a test decides what happens before what. Clones are handles of one queue, and may be used from several threads.
///
/// ```
/// use earnest_core::{ExecutorExt, ManualExecutor};
///
/// let executor = ManualExecutor::new();
/// let first = executor.submit(|| 1);
/// let second = executor.submit(|| 2);
/// assert!(executor.run_nth(1), "the second task goes first");
/// assert!(!first.is_done() && second.is_done());
///
/// assert!(executor.run_next());
/// assert!(!executor.run_next(), "nothing is left");
/// assert_eq!(first.result().unwrap() + second.result().unwrap(), 3);
/// ```
///
/// # What becomes of the queued
///
/// Nothing runs by itself: a thread that waits for a queued task waits until somebody runs it, and for ever if that is
/// the very thread that should have. A task that was cancelled stays in the queue, and counts as one, until its turn
/// comes, when nothing happens.
///
/// [`abandon_all`](Self::abandon_all), and the end of the last handle, drop what is queued: the futures end with
/// [`Error::Abandoned`](crate::Error::Abandoned). A queued task that has captured a handle keeps the queue alive, itself
/// included; there `abandon_all` is needed.
///
/// No task is run, dropped or told of under a lock: tasks, callbacks and destructors may use the executor.
#[derive(Clone, Default)]
pub struct ManualExecutor {
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    tasks: VecDeque<Runnable>,
    closed: bool,
}

impl ManualExecutor {
    /// An executor with nothing queued.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock()
    }

    /// Takes a task out, and runs it when the lock is free again.
    fn run(&self, choose: impl FnOnce(&mut VecDeque<Runnable>) -> Option<Runnable>) -> bool {
        let task = choose(&mut self.queue().tasks);
        task.map(Runnable::run).is_some()
    }

    /// Runs the task that has been queued longest, with its callbacks, and returns when it has ended. `false`: none was
    /// queued.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, ManualExecutor};
    /// let executor = ManualExecutor::new();
    /// let (first, second) = (executor.submit(|| 1), executor.submit(|| 2));
    /// assert!(executor.run_next());
    /// assert!(first.is_done() && !second.is_done());
    /// ```
    pub fn run_next(&self) -> bool {
        self.run(VecDeque::pop_front)
    }

    /// Runs the task at `index`, counted from the one that has been queued longest, with its callbacks, and returns when
    /// it has ended. `false`: there are not so many.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, ManualExecutor};
    /// let executor = ManualExecutor::new();
    /// let (first, second) = (executor.submit(|| 1), executor.submit(|| 2));
    /// assert!(executor.run_nth(1));
    /// assert!(!first.is_done() && second.is_done());
    /// assert!(!executor.run_nth(1), "there is only one left");
    /// ```
    pub fn run_nth(&self, index: usize) -> bool {
        self.run(|tasks| tasks.remove(index))
    }

    /// Runs tasks in the order in which they were queued until none is left, and says how many. What is submitted
    /// meanwhile is run as well, so that this does not return while each task submits another.
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, ManualExecutor};
    ///
    /// let executor = ManualExecutor::new();
    /// let outer = executor.submit({
    ///     let executor = executor.clone();
    ///     move || executor.submit(|| 7)
    /// });
    /// assert_eq!(executor.run_all(), 2);
    /// assert_eq!(outer.result().unwrap().result().unwrap(), 7);
    /// ```
    pub fn run_all(&self) -> usize {
        let mut count = 0;
        while self.run_next() {
            count += 1;
        }
        count
    }

    /// Like [`run_all`](Self::run_all), in an order that looks random and is given by `seed`: any of those queued may be
    /// next.
    ///
    /// The same seed, and the same submissions in the same order, give the same order on every platform, so that a test
    /// which fails with one seed fails with it again.
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, ManualExecutor};
    /// use std::sync::{Arc, Mutex};
    ///
    /// let order = |seed| {
    ///     let (executor, seen) = (ManualExecutor::new(), Arc::new(Mutex::new(Vec::new())));
    ///     for n in 0..8 {
    ///         let seen = seen.clone();
    ///         executor.submit(move || seen.lock().unwrap().push(n)).detach();
    ///     }
    ///     assert_eq!(executor.run_seeded(seed), 8);
    ///     let order = seen.lock().unwrap().clone();
    ///     order
    /// };
    /// assert_eq!(order(1), order(1));
    /// assert_ne!(order(1), order(2));
    /// ```
    pub fn run_seeded(&self, seed: u64) -> usize {
        let mut random = SplitMix64(seed);
        let mut count = 0;
        while self.run(|tasks| tasks.remove(random.below(tasks.len()))) {
            count += 1;
        }
        count
    }

    /// The number of tasks that are queued.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, ManualExecutor};
    /// let executor = ManualExecutor::new();
    /// executor.submit(|| 7).cancel();
    /// assert_eq!(executor.pending(), 1, "a cancelled one counts until its turn comes");
    /// executor.run_all();
    /// assert_eq!(executor.pending(), 0);
    /// ```
    #[must_use]
    pub fn pending(&self) -> usize {
        self.queue().tasks.len()
    }

    /// Accepts no more tasks: what is submitted from now on, through whatever handle, is refused with
    /// [`Refusal::Rejected`]. What is queued stays so, to be run or abandoned. Can be called again.
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, ManualExecutor};
    ///
    /// let executor = ManualExecutor::new();
    /// let early = executor.submit(|| 1);
    /// executor.close();
    /// assert!(executor.submit(|| 2).result().unwrap_err().is_rejected());
    /// executor.run_all();
    /// assert_eq!(early.result().unwrap(), 1);
    /// ```
    pub fn close(&self) {
        self.queue().closed = true;
    }

    /// Whether [`close`](Self::close) has been called.
    ///
    /// ```
    /// # use earnest_core::ManualExecutor;
    /// let executor = ManualExecutor::new();
    /// assert!(!executor.is_closed());
    /// executor.close();
    /// assert!(executor.clone().is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.queue().closed
    }

    /// Drops all tasks that are queued at this moment, oldest first, and says how many. Their futures end with
    /// [`Error::Abandoned`](crate::Error::Abandoned), and their callbacks run here; what these submit stays queued.
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, ManualExecutor};
    ///
    /// let executor = ManualExecutor::new();
    /// let future = executor.submit(|| 1);
    /// assert_eq!(executor.abandon_all(), 1);
    /// assert!(future.result().unwrap_err().is_abandoned());
    /// ```
    pub fn abandon_all(&self) -> usize {
        let tasks = take(&mut self.queue().tasks);
        tasks.into_iter().map(drop).count()
    }
}

impl Executor for ManualExecutor {
    fn spawn(&self, mut task: Runnable) -> Result<(), Refused> {
        if spans_are_on() && !self.is_closed() {
            // Accepted, be it that the executor is closed meanwhile. Not under the lock: a subscriber's code is the user's.
            task.probed_by(None);
            self.queue().tasks.push_back(task);
            return Ok(());
        }
        let mut queue = self.queue();
        if queue.closed {
            return Err(Refused { task, reason: Refusal::Rejected });
        }
        queue.tasks.push_back(task);
        Ok(())
    }

    /// One, however many threads drive it: what depends on the hint is the same wherever a test runs.
    fn parallelism(&self) -> Option<NonZeroUsize> {
        Some(NonZeroUsize::MIN)
    }
}

// Nothing that could be left half changed is called while the queue is locked.
impl UnwindSafe for ManualExecutor {}
impl RefUnwindSafe for ManualExecutor {}

impl fmt::Debug for ManualExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualExecutor")
            .field("pending", &self.pending())
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// Sebastiano Vigna's splitmix64 of 2015, <https://prng.di.unimi.it/splitmix64.c>, which is in the public domain. Its
/// state is any number, and neighbouring seeds give unrelated sequences.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, or 0 where there is none. The high half of the product rather than a remainder: as even
    /// for the lengths that queues have, and from the generator's better bits.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::SplitMix64;

    /// The first numbers of the reference implementation for this seed.
    #[test]
    fn the_generator_is_splitmix64() {
        let mut random = SplitMix64(1_234_567);
        let first: Vec<u64> = (0..5).map(|_| random.next()).collect();
        let reference = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(first, reference);
    }

    #[test]
    fn every_index_below_the_bound_comes_up_and_no_other() {
        let mut random = SplitMix64(0);
        let mut seen = [0; 5];
        for _ in 0..1_000 {
            seen[random.below(5)] += 1;
        }
        assert!(seen.iter().all(|&times| times > 100), "{seen:?}");
        assert_eq!(random.below(0), 0);
    }
}
