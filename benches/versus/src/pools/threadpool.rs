//! threadpool. It has no results: see [`Oneshot`](super::Oneshot).

use super::{Execute, Pool};
use threadpool::ThreadPool;

pub(crate) struct Threadpool(ThreadPool);

impl Pool for Threadpool {
    fn name() -> String {
        "threadpool".to_owned()
    }

    fn start(workers: usize) -> Self {
        Threadpool(ThreadPool::new(workers))
    }

    fn end(self) {
        self.0.join();
    }
}

impl Execute for Threadpool {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.execute(f);
    }
}
