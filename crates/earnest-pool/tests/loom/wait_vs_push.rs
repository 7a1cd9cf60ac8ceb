//! A worker's task waits while others are queued: somebody runs them in its stead, and nothing is left lying.

use earnest_core::promise;
use earnest_pool::ThreadPoolExecutor;
use earnest_sync::model_bounded;

/// One worker, and one more that may stand in for it.
fn pool() -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(1).max_spare_workers(1).build().unwrap()
}

#[test]
fn wait_vs_push() {
    // Three threads and all of the pool: one preemption is what ends in seconds.
    model_bounded("pool::wait_vs_push", 1, || {
        let pool = pool();
        let (promise, gate) = promise();
        // The second task is queued before the first waits, or afterwards: either way another worker runs it.
        let waits = pool.submit(move || gate.result().unwrap());
        let opens = pool.submit(move || promise.complete(3).unwrap());
        assert_eq!(waits.result().unwrap(), 3);
        opens.result().unwrap();
        drop(pool);
    });
}

#[test]
fn wait_vs_claim() {
    model_bounded("pool::wait_vs_claim", 1, || {
        let pool = crate::pool(1);
        let handle = pool.handle();
        let outer = pool.submit(move || handle.submit(|| 2).result().unwrap());
        assert_eq!(outer.result().unwrap(), 2);
        drop(pool);
    });
}
