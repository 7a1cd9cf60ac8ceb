//! Shutdowns, and waits within calls that block on other things.

use super::*;

// ---- shutdown ----

pub(super) fn a_task_shuts_its_own_pool_down() {
    for workers in 1..=2 {
        let pool = Arc::new(pool(workers));
        let own = pool.clone();
        let task = pool.submit(move || {
            let queued = own.submit(|| 1);
            own.shutdown();
            (queued.result().unwrap(), own.submit(|| 2).result().is_err_and(|error| error.is_rejected()))
        });
        assert_eq!(task.result().unwrap(), (1, true));
        pool.shutdown();
        assert_eq!(pool.worker_count(), 0);
    }
}

pub(super) fn a_task_drops_its_own_pool() {
    for workers in 1..=2 {
        let pool = pool(workers);
        let handle = pool.handle();
        let (give, take) = channel::<ThreadPoolExecutor>();
        let task = pool.submit(move || {
            let own = take.recv().unwrap();
            let queued = own.submit(|| 1);
            drop(own);
            queued.result().unwrap()
        });
        give.send(pool).unwrap();
        assert_eq!(task.result().unwrap(), 1);
        assert!(handle.submit(|| 2).result().unwrap_err().is_rejected());
    }
}

// ---- calls that block on other things ----

pub(super) fn a_wait_within_a_blocking_call() {
    let pool = pool(1);
    let handle = pool.handle();
    let n = pool.submit(move || {
        blocking(|| {
            let [one, other] = [1, 2].map(|n| handle.submit(move || blocking(move || n)));
            let done = wait([one], ReturnWhen::FirstCompleted, None).done.len();
            blocking(|| done) + other.result().unwrap()
        })
    });
    assert_eq!(n.result().unwrap(), 3);
    // Each wait was counted once: the pool still knows that its worker is free.
    assert_eq!(pool.submit(|| 4).result().unwrap(), 4);
    assert_eq!(pool.worker_count(), 1);
}

pub(super) fn a_ring_of_waits_within_blocking_calls() {
    for workers in 1..=2 {
        let pool = pool(workers);
        let told = tasks(&[&pool, &pool], |all, number| blocking(|| names(next(all, number).result(), all)));
        assert_eq!(told.iter().filter(|told| **told).count(), 1, "{told:?}");
    }
}
