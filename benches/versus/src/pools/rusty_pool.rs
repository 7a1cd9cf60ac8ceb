//! rusty_pool, which has handles of its own.

use super::{Await, Execute, Pool, Submit};
use rusty_pool::{JoinHandle, ThreadPool};
use std::time::Duration;

pub(crate) struct RustyPool(ThreadPool);

impl Pool for RustyPool {
    fn name() -> String {
        "rusty_pool".to_owned()
    }

    fn start(workers: usize) -> Self {
        RustyPool(ThreadPool::new(workers, workers, Duration::from_secs(60)))
    }

    fn end(self) {
        self.0.shutdown_join();
    }
}

impl Execute for RustyPool {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.execute(f);
    }
}

impl Submit for RustyPool {
    type Handle<T: Send + 'static> = JoinHandle<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        self.0.evaluate(f)
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = JoinHandle<T>>,
        mut each: impl FnMut(T),
    ) {
        handles.into_iter().for_each(|handle| each(handle.await_complete()));
    }
}

impl Await for RustyPool {
    async fn future<T: Send + 'static>(handle: JoinHandle<T>) -> T {
        handle.receiver.await.expect("it does not fail")
    }
}
