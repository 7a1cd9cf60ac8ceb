//! A worker's task waits while others are queued: somebody runs them in its stead, and nothing is left lying.

use earnest_core::{Executor, ExecutorExt, promise, task};
use earnest_pool::{PoolHandle, ThreadPoolExecutor};
use earnest_sync::{Clock, explored, model_bounded};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake};
use std::time::Duration;

/// One worker, and one more that may stand in for it.
fn pool() -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(1).max_spare_workers(1).build().unwrap()
}

#[test]
fn wait_vs_push() {
    // It has not been run to its end with two, nor has the next one. `alone.rs` has the protocol with three.
    model_bounded("pool::wait_vs_push", 1..=1, || {
        let pool = pool();
        let (promise, gate) = promise();
        // The second task is queued before the first waits, or afterwards: either way another worker runs it.
        let waits = pool.submit(move || gate.result().unwrap());
        let opens = pool.submit(move || promise.complete(3).unwrap());
        assert_eq!(waits.result().unwrap(), 3);
        opens.result().unwrap();
        explored();
        drop(pool);
    });
}

/// The same where the worker has found nothing else to run before it waits, and only its look at the queues can tell.
#[test]
fn push_vs_block() {
    // With two it did not end within ten minutes.
    model_bounded("pool::push_vs_block", 1..=1, || {
        let pool = pool();
        let (begins, began) = promise();
        let (promise, gate) = promise();
        let waits = pool.submit(move || {
            begins.complete(()).unwrap();
            gate.result().unwrap()
        });
        began.result().unwrap();
        pool.execute(move || promise.complete(3).unwrap()).unwrap();
        assert_eq!(waits.result().unwrap(), 3);
        explored();
        drop(pool);
    });
}

#[test]
fn wait_vs_claim() {
    model_bounded("pool::wait_vs_claim", 2..=3, || {
        let pool = crate::pool(1);
        let handle = pool.handle();
        let outer = pool.submit(move || handle.submit(|| 2).result().unwrap());
        assert_eq!(outer.result().unwrap(), 2);
        explored();
        drop(pool);
    });
}

#[test]
fn wait_vs_push_that_only_the_waiting_worker_can_run() {
    model_bounded("pool::wait_vs_push_in_place", 1..=2, || {
        let pool = crate::pool(1);
        let handle = pool.handle();
        let (promise, gate) = promise::<u32>();
        let derived = gate.and_then(move |n| handle.submit(move || n + 1));
        let outer = pool.submit(move || derived.result().unwrap());
        // The task that is waited for appears before the wait, or during it.
        promise.complete(3).unwrap();
        assert_eq!(outer.result().unwrap(), 4);
        explored();
        drop(pool);
    });
}

#[test]
fn wait_vs_spawn() {
    model_bounded("pool::wait_vs_spawn", 2..=3, || {
        let pool = crate::pool(1);
        let (runnable, future) = task(|| 5);
        let outer = pool.submit(move || future.result().unwrap());
        // Until it is queued nobody knows whose the task is that is waited for.
        pool.spawn(runnable).unwrap();
        assert_eq!(outer.result().unwrap(), 5);
        explored();
        drop(pool);
    });
}

/// The same for a wait with a timeout, of which the graph does not know.
#[test]
fn timed_wait_vs_push_that_only_the_waiting_worker_can_run() {
    model_bounded("pool::timed_wait_vs_push_in_place", 1..=2, || {
        // It never strikes.
        let (_clock, _timer) = Clock::new();
        let pool = crate::pool(1);
        let handle = pool.handle();
        let (promise, gate) = promise::<u32>();
        let derived = gate.and_then(move |n| handle.submit(move || n + 1));
        let outer = pool.submit(move || derived.result_timeout(Duration::from_secs(1)).unwrap().unwrap());
        promise.complete(3).unwrap();
        assert_eq!(outer.result().unwrap(), 4);
        explored();
        drop(pool);
    });
}

/// Waits for a task when it is woken.
struct Waits(PoolHandle);

impl Wake for Waits {
    fn wake(self: Arc<Self>) {
        let (promise, future) = promise();
        self.0.execute(move || promise.complete(7).unwrap()).unwrap();
        assert_eq!(future.result().unwrap(), 7);
    }
}

/// A waker runs when its worker says already that it searches: if it waits, another is brought all the same.
#[test]
fn wait_of_a_waker() {
    model_bounded("pool::wait_of_a_waker", 2..=3, || {
        let pool = pool();
        let waker = Arc::new(Waits(pool.handle())).into();
        let mut future = pool.submit(|| 3);
        let _woken_if_pending = Pin::new(&mut future).poll(&mut Context::from_waker(&waker));
        explored();
        drop(pool);
    });
}
