//! How long the tasks of a pool were queued, and how long they have run.

use crate::histogram::{Counters, Histogram};
use crossbeam_utils::CachePadded;
use earnest_core::{TaskEnd, TaskEvent};
use earnest_sync::{AtomicU64, Ordering::Relaxed};

/// How long the tasks of a pool were queued, and how long they have run: see
/// [`Builder::task_times`](crate::Builder::task_times).
///
/// ```
/// let pool = earnest_pool::ThreadPoolExecutor::builder().task_times(true).build()?;
/// (0..10).map(|n| pool.submit(move || n)).for_each(|future| drop(future.result()));
///
/// let times = pool.stats().times.expect("they are asked for");
/// assert_eq!((times.queued.count(), times.run.count()), (10, 10));
/// assert!(times.run.quantile(0.5) <= times.run.max());
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskTimes {
    /// From when a task was accepted until it began, of tasks that have begun.
    pub queued: Histogram,
    /// From when a task began until it had returned, of tasks that have ended. What runs in its place while it waits is
    /// part of it.
    pub run: Histogram,
    /// How many of those panicked.
    pub panicked: u64,
    /// How many never began: cancelled, too late, refused, or dropped.
    pub dismissed: u64,
}

/// What is counted, by several threads at once.
pub(crate) struct Recorder {
    /// A worker has one to itself, or shares it with few.
    shards: Box<[CachePadded<Shard>]>,
}

struct Shard {
    queued: Counters,
    run: Counters,
    panicked: AtomicU64,
    dismissed: AtomicU64,
}

/// With more workers than these, some share.
const MOST_SHARDS: usize = 16;

impl Recorder {
    pub(crate) fn new(max_workers: usize) -> Recorder {
        // One more, for threads that are no workers.
        let n_shards = max_workers.saturating_add(1).min(MOST_SHARDS);
        Recorder { shards: (0..n_shards).map(|_| CachePadded::new(Shard::new())).collect() }
    }

    pub(crate) fn record(&self, worker: Option<usize>, event: TaskEvent) {
        let shard = &self.shards[worker.map_or(0, |worker| worker + 1) % self.shards.len()];
        match event {
            TaskEvent::Began { waited } => shard.queued.count(waited),
            TaskEvent::Ended { ran, end } => {
                shard.run.count(ran);
                if end == TaskEnd::Panicked {
                    // ORDERING: Relaxed, here and below; numbers behind which nothing lies, as in `Counters`.
                    shard.panicked.fetch_add(1, Relaxed);
                }
            }
            TaskEvent::Dismissed { .. } => {
                // ORDERING: Relaxed, as above.
                shard.dismissed.fetch_add(1, Relaxed);
            }
            _ => {}
        }
    }

    pub(crate) fn total(&self) -> TaskTimes {
        let (queued, run) = (Histogram::new(), Histogram::new());
        let mut total = TaskTimes { queued, run, panicked: 0, dismissed: 0 };
        for shard in &self.shards {
            shard.queued.add_to(&mut total.queued);
            shard.run.add_to(&mut total.run);
            // ORDERING: Relaxed, here and below, as in `record`.
            total.panicked += shard.panicked.load(Relaxed);
            total.dismissed += shard.dismissed.load(Relaxed);
        }
        total
    }
}

impl Shard {
    fn new() -> Shard {
        let (queued, run) = (Counters::new(), Counters::new());
        Shard { queued, run, panicked: AtomicU64::new(0), dismissed: AtomicU64::new(0) }
    }
}
