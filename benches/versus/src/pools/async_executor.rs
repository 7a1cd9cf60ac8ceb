//! async-executor, as smol uses it, on threads that run it until they are told to stop.

use super::{Await, Cancel, Execute, Pool, Shutdown, Submit};
use async_channel::Sender;
use async_executor::{Executor, Task};
use futures_lite::future::block_on;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

pub(crate) struct AsyncExecutor {
    executor: Arc<Executor<'static>>,
    /// Threads stop when it is dropped.
    stop: Sender<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool for AsyncExecutor {
    fn name() -> String {
        "async-executor".to_owned()
    }

    fn start(workers: usize) -> Self {
        let executor = Arc::new(Executor::new());
        let (stop, stopped) = async_channel::unbounded();
        let thread = |_| {
            let (executor, stopped) = (Arc::clone(&executor), stopped.clone());
            thread::spawn(move || _ = block_on(executor.run(stopped.recv())))
        };
        let threads = (0..workers).map(thread).collect();
        AsyncExecutor { executor, stop, threads }
    }

    fn end(self) {
        drop(self.stop);
        self.threads.into_iter().for_each(|thread| thread.join().expect("it does not fail"));
    }
}

impl Execute for AsyncExecutor {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.submit(f).detach();
    }
}

impl Submit for AsyncExecutor {
    type Handle<T: Send + 'static> = Task<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        self.executor.spawn(async move { f() })
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = Task<T>>,
        mut each: impl FnMut(T),
    ) {
        block_on(async {
            for handle in handles {
                each(handle.await);
            }
        });
    }
}

impl Await for AsyncExecutor {
    fn future<T: Send + 'static>(handle: Task<T>) -> impl Future<Output = T> {
        handle
    }
}

impl Cancel for AsyncExecutor {
    fn cancel<T: Send + 'static>(handle: Task<T>) {
        drop(handle);
    }
}

impl Shutdown for AsyncExecutor {
    /// What is left is dropped with the executor.
    fn shut_down(self) {
        self.end();
    }

    fn has_ended<T: Send + 'static>(handle: &Task<T>) -> bool {
        handle.is_finished()
    }
}
