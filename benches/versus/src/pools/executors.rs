//! executors, two of its pools. They have no results for closures: see [`Oneshot`](super::Oneshot).

use super::{Execute, Pool};
use executors::parker::{SmallThreadData, StaticParker};
use executors::{Executor, crossbeam_channel_pool, crossbeam_workstealing_pool};

/// All workers take from one channel.
pub(crate) struct ExecutorsChannel(crossbeam_channel_pool::ThreadPool);

/// Each worker has a queue, and there is one for what comes from outside.
pub(crate) struct ExecutorsStealing(crossbeam_workstealing_pool::ThreadPool<StaticParker<SmallThreadData>>);

impl Pool for ExecutorsChannel {
    fn name() -> String {
        "executors channel".to_owned()
    }

    fn start(workers: usize) -> Self {
        ExecutorsChannel(crossbeam_channel_pool::ThreadPool::new(workers))
    }

    fn end(self) {
        self.0.shutdown().expect("it ends in time");
    }
}

impl Execute for ExecutorsChannel {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.execute(f);
    }
}

impl Pool for ExecutorsStealing {
    fn name() -> String {
        "executors work-stealing".to_owned()
    }

    fn start(workers: usize) -> Self {
        ExecutorsStealing(crossbeam_workstealing_pool::small_pool(workers))
    }

    fn end(self) {
        self.0.shutdown().expect("it ends in time");
    }
}

impl Execute for ExecutorsStealing {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.execute(f);
    }
}
