//! tokio: closures on its threads for blocking code, and as async tasks.

use super::{Await, Cancel, Execute, Pool, Shutdown, Submit};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// `spawn`, with each closure inside an async block.
pub(crate) struct TokioSpawn(pub(crate) Runtime);

/// `spawn_blocking`.
pub(crate) struct TokioBlocking(pub(crate) Runtime);

impl Pool for TokioSpawn {
    fn name() -> String {
        "tokio spawn".to_owned()
    }

    fn start(workers: usize) -> Self {
        TokioSpawn(Builder::new_multi_thread().worker_threads(workers).build().expect("it can be built"))
    }
}

impl Execute for TokioSpawn {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.spawn(async move { f() });
    }

    fn execute_nested(&self, f: impl FnOnce() + Send + 'static) {
        tokio::spawn(async move { f() });
    }
}

impl Submit for TokioSpawn {
    type Handle<T: Send + 'static> = JoinHandle<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        self.0.spawn(async move { f() })
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = JoinHandle<T>>,
        each: impl FnMut(T),
    ) {
        take_each(&self.0, handles, each);
    }
}

impl Await for TokioSpawn {
    async fn future<T: Send + 'static>(handle: JoinHandle<T>) -> T {
        handle.await.expect("it does not fail")
    }
}

impl Cancel for TokioSpawn {
    fn cancel<T: Send + 'static>(handle: JoinHandle<T>) {
        handle.abort();
    }
}

impl Shutdown for TokioSpawn {
    fn shut_down(self) {
        self.end();
    }

    fn has_ended<T: Send + 'static>(handle: &JoinHandle<T>) -> bool {
        handle.is_finished()
    }
}

impl Pool for TokioBlocking {
    fn name() -> String {
        "tokio spawn_blocking".to_owned()
    }

    /// The one thread for async tasks is never asked to do anything.
    fn start(workers: usize) -> Self {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(workers);
        TokioBlocking(builder.build().expect("it can be built"))
    }
}

impl Execute for TokioBlocking {
    fn execute(&self, f: impl FnOnce() + Send + 'static) {
        self.0.spawn_blocking(f);
    }

    fn execute_nested(&self, f: impl FnOnce() + Send + 'static) {
        tokio::task::spawn_blocking(f);
    }
}

impl Submit for TokioBlocking {
    type Handle<T: Send + 'static> = JoinHandle<T>;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        self.0.spawn_blocking(f)
    }

    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = JoinHandle<T>>,
        each: impl FnMut(T),
    ) {
        take_each(&self.0, handles, each);
    }
}

impl Await for TokioBlocking {
    async fn future<T: Send + 'static>(handle: JoinHandle<T>) -> T {
        handle.await.expect("it does not fail")
    }
}

impl Cancel for TokioBlocking {
    fn cancel<T: Send + 'static>(handle: JoinHandle<T>) {
        handle.abort();
    }
}

/// All inside one async block: entering the runtime for each would cost more.
fn take_each<T>(
    runtime: &Runtime,
    handles: impl IntoIterator<Item = JoinHandle<T>>,
    mut each: impl FnMut(T),
) {
    runtime.block_on(async {
        for handle in handles {
            each(handle.await.expect("it does not fail"));
        }
    });
}
