//! Tasks that wait for tasks.

use crate::{on_threads, pool};
use earnest::{Future, PoolHandle};
use earnest_sync::storm;
use std::sync::Arc;

fn fib(pool: &PoolHandle, n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    let (next, other) = (pool.clone(), pool.clone());
    let first = pool.submit(move || fib(&next, n - 1));
    let second = fib(&other, n - 2);
    first.result().unwrap() + second
}

#[test]
fn waits_in_waits_come_to_an_end() {
    for workers in [1, 2, 5] {
        storm(&format!("waits_in_waits_come_to_an_end/{workers}"), move || {
            let pool = pool(workers);
            let handle = pool.handle();
            assert_eq!(pool.submit(move || fib(&handle, 8)).result().unwrap(), 21);
            pool.shutdown();
        });
    }
}

/// Each waits for the one before it, which was submitted by another.
#[test]
fn a_chain_across_submitters_is_worked_off() {
    storm("a_chain_across_submitters_is_worked_off", || {
        let pool = pool(3);
        let mut last = pool.submit(|| 0);
        for _ in 0..40 {
            last = pool.submit(move || last.result().unwrap() + 1);
        }
        assert_eq!(last.result().unwrap(), 40);
        pool.shutdown();
    });
}

#[test]
fn many_wait_for_one() {
    storm("many_wait_for_one", || {
        let pool = Arc::new(pool(4));
        let one = pool.submit(|| 7).shared();
        let waits: Vec<Future<i32>> = (0..12)
            .map(|_| {
                let one = one.clone();
                pool.submit(move || *one.result().unwrap())
            })
            .collect();
        let outside = one.clone();
        on_threads(2, move |_| assert_eq!(*outside.result().unwrap(), 7));
        assert_eq!(waits.into_iter().map(|wait| wait.result().unwrap()).sum::<i32>(), 12 * 7);
        pool.shutdown();
    });
}

/// Each waits for the next one, the last for the first: one at least is told, and all end.
#[test]
fn a_ring_of_waits_is_told() {
    storm("a_ring_of_waits_is_told", || {
        const TASKS: usize = 5;
        let pool = pool(8);
        let (mut promises, mut tasks, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TASKS {
            let (promise, gate) = earnest::promise::<Future<()>>();
            let (end, ended) = earnest::promise::<bool>();
            tasks.push(pool.submit(move || {
                let next = gate.result().unwrap();
                let was_told = next.result().is_err_and(|error| {
                    assert!(error.is_deadlock(), "{error}");
                    true
                });
                end.complete(was_told).unwrap();
            }));
            promises.push(promise);
            ends.push(ended);
        }
        tasks.rotate_left(1);
        for (promise, next) in promises.into_iter().zip(tasks) {
            promise.complete(next).map_err(drop).unwrap();
        }
        let n_told = ends.into_iter().map(|end| end.result().unwrap()).filter(|told| *told).count();
        assert!(n_told >= 1);
        pool.shutdown();
    });
}
