//! A task is queued while workers go to sleep: somebody runs it. A lost wake-up shows as a deadlock.

use crate::pool;
use earnest_sync::{model, model_bounded};

#[test]
fn push_vs_park() {
    model("pool::push_vs_park", || {
        let pool = pool(1);
        // The second submission meets the worker anywhere between its first task and its sleep.
        assert_eq!(pool.submit(|| 1).result().unwrap(), 1);
        assert_eq!(pool.submit(|| 2).result().unwrap(), 2);
        drop(pool);
    });
}

#[test]
fn push_vs_search() {
    // Three threads and all of the pool: one preemption is what ends in seconds.
    model_bounded("pool::push_vs_search", 1, || {
        let pool = pool(2);
        // Two tasks at once: the second finds the first's worker starting, searching, running or parking.
        let (first, second) = (pool.submit(|| 1), pool.submit(|| 2));
        assert_eq!(first.result().unwrap(), 1);
        assert_eq!(second.result().unwrap(), 2);
        drop(pool);
    });
}

#[test]
fn two_who_need_each_other() {
    // As above.
    model_bounded("pool::two_who_need_each_other", 1, || {
        let pool = pool(2);
        let (promise, gate) = earnest_core::promise();
        // Whichever is begun first, the other must be brought a thread of its own.
        let waits = pool.submit(move || gate.result().unwrap());
        let opens = pool.submit(move || promise.complete(3).unwrap());
        assert_eq!(waits.result().unwrap(), 3);
        opens.result().unwrap();
        drop(pool);
    });
}
