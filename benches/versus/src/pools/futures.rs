//! The thread pool of futures.

use super::{Await, Cancel, Execute, Pool, Submit};
use futures::executor::{ThreadPool, block_on};
use futures::future::RemoteHandle;
use futures::task::SpawnExt;

pub(crate) struct Futures(ThreadPool);

impl Pool for Futures {
    fn name() -> String {
        "futures ThreadPool".to_owned()
    }

    fn start(workers: usize) -> Self {
        Futures(ThreadPool::builder().pool_size(workers).create().expect("these settings are a pool"))
    }
}

impl Execute for Futures {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.spawn_ok(async move { f() });
    }
}

impl Submit for Futures {
    type Handle<T: Send + 'static> = RemoteHandle<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> RemoteHandle<T> {
        self.0.spawn_with_handle(async move { f() }).expect("the pool takes it")
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = RemoteHandle<T>>,
        mut each: impl FnMut(T),
    ) {
        block_on(async {
            for handle in handles {
                each(handle.await);
            }
        });
    }
}

impl Await for Futures {
    fn future<T: Send + 'static>(handle: RemoteHandle<T>) -> impl Future<Output = T> {
        handle
    }
}

impl Cancel for Futures {
    fn cancel<T: Send + 'static>(handle: RemoteHandle<T>) {
        drop(handle);
    }
}
