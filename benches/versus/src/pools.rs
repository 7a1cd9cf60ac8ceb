//! The contenders: what a workload asks of them, and a file for each.

mod async_executor;
mod blocking;
mod chili;
mod earnest;
mod executors;
mod forte;
mod futures;
mod oneshot;
pub(crate) mod python;
mod rayon;
mod rusty_pool;
mod threadpool;
mod threads;
mod tokio;

pub(crate) use async_executor::AsyncExecutor;
pub(crate) use blocking::Blocking;
pub(crate) use chili::Chili;
pub(crate) use earnest::Earnest;
pub(crate) use executors::{ExecutorsChannel, ExecutorsStealing};
pub(crate) use forte::Forte;
pub(crate) use futures::Futures;
pub(crate) use oneshot::Oneshot;
pub(crate) use rayon::Rayon;
pub(crate) use rusty_pool::RustyPool;
pub(crate) use threadpool::Threadpool;
pub(crate) use threads::Threads;
pub(crate) use tokio::{TokioBlocking, TokioSpawn};

use std::future::Future;
use std::sync::mpsc;

/// Something that begins with so many threads, and ends.
pub(crate) trait Pool: Send + Sync + Sized + 'static {
    /// As it is called in records.
    fn name() -> String;

    fn start(workers: usize) -> Self;

    /// Ends it. Where that does not wait for the threads, it is waited for afterwards.
    fn end(self) {}
}

/// A pool that runs closures of which nobody wants to know.
pub(crate) trait Execute: Pool {
    fn execute(&self, f: impl FnOnce() + Send + 'static);

    /// The same from inside a task, where the pool has a way of its own for that.
    fn execute_nested(&self, f: impl FnOnce() + Send + 'static) {
        self.execute(f);
    }
}

/// A pool whose tasks have results.
pub(crate) trait Submit: Pool {
    type Handle<T: Send + 'static>: Send;

    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Self::Handle<T>;

    /// Waits for the results one after another, by the means that the pool's users have.
    fn take_each<T: Send + 'static>(
        &self,
        handles: impl IntoIterator<Item = Self::Handle<T>>,
        each: impl FnMut(T),
    );
}

/// A pool whose handles can be awaited.
pub(crate) trait Await: Submit {
    fn future<T: Send + 'static>(handle: Self::Handle<T>) -> impl Future<Output = T>;
}

/// A pool whose tasks can be cancelled as long as they have not begun.
pub(crate) trait Cancel: Submit {
    fn cancel<T: Send + 'static>(handle: Self::Handle<T>);
}

/// A pool that can be shut down without running what is queued.
pub(crate) trait Shutdown: Submit {
    /// Returns when its threads have ended.
    fn shut_down(self);

    /// Whether nobody would wait for it any more.
    fn has_ended<T: Send + 'static>(handle: &Self::Handle<T>) -> bool;
}

/// Has so many tasks run, so that every thread has started and every queue has had its first allocation.
pub(crate) fn warm_up<P: Submit>(pool: &P) {
    let handles: Vec<_> = (0..WARM_UP).map(|n| pool.submit(move || n)).collect();
    pool.take_each(handles, |_| ());
}

/// The same for what has no results.
pub(crate) fn warm_up_executing<P: Execute>(pool: &P) {
    let (done, all) = mpsc::channel::<()>();
    for _ in 0..WARM_UP {
        let done = done.clone();
        pool.execute(move || drop(done));
    }
    drop(done);
    assert!(all.recv().is_err(), "nothing is sent");
}

const WARM_UP: usize = 512;
