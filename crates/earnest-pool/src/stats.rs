//! What a pool is doing.

use crate::shared::Shared;
use crate::times::TaskTimes;

/// What a pool was doing at one moment: see [`ThreadPoolExecutor::stats`](crate::ThreadPoolExecutor::stats).
///
/// ```
/// use earnest_pool::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::builder().max_workers(4).build()?;
/// let stats = pool.stats();
/// assert_eq!((stats.max_workers, stats.workers, stats.queued), (4, 0, 0));
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// How many tasks may run at a time.
    pub max_workers: usize,
    /// Threads, spare ones included.
    pub workers: usize,
    /// Threads that have nothing to do, or are looking for it.
    pub idle: usize,
    /// Threads whose tasks wait, and in whose stead others may run.
    pub waiting: usize,
    /// Tasks that are queued. One that was cancelled or claimed by who waits for it counts until a worker comes to it, unless
    /// the queue is [bounded](crate::Builder::queue_capacity).
    pub queued: usize,
    /// How long tasks were queued and have run, if that is [measured](crate::Builder::task_times).
    pub times: Option<TaskTimes>,
}

impl Shared {
    pub(crate) fn stats(&self) -> Stats {
        let counts = self.sleep.counts();
        let queued =
            self.bound.as_ref().map_or_else(|| self.queues.backlog(usize::MAX), |bound| bound.n_taken());
        Stats {
            max_workers: self.sleep.max_workers() as usize,
            workers: counts.live() as usize,
            idle: (counts.parked() + counts.searching()) as usize,
            waiting: counts.blocked() as usize,
            queued,
            times: self.monitor.as_ref().and_then(|monitor| monitor.task_times()),
        }
    }
}
