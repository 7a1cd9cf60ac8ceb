//! Scopes and joins: what tasks borrow outlives them.

use crate::pool;
use earnest::PoolHandle;
use earnest_sync::storm;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn a_scope_ends_after_the_last_of_its_tasks() {
    storm("a_scope_ends_after_the_last_of_its_tasks", || {
        let pool = pool(6);
        let numbers: Vec<usize> = (0..150).collect();
        let sum = AtomicUsize::new(0);
        earnest::scope(&pool, |scope| {
            for chunk in numbers.chunks(5) {
                scope.execute(|| _ = sum.fetch_add(chunk.iter().sum(), SeqCst));
            }
        });
        assert_eq!(sum.into_inner(), 150 * 149 / 2);
        pool.shutdown();
    });
}

#[test]
fn scopes_in_scopes_give_way_to_each_other() {
    storm("scopes_in_scopes_give_way_to_each_other", || {
        let pool = pool(3);
        let handle = pool.handle();
        let n = pool
            .submit(move || {
                let n = AtomicUsize::new(0);
                earnest::scope(&handle, |scope| {
                    for _ in 0..6 {
                        scope.execute(|| {
                            earnest::scope(&handle, |inner| {
                                for _ in 0..5 {
                                    inner.execute(|| _ = n.fetch_add(1, SeqCst));
                                }
                            });
                        });
                    }
                });
                n.into_inner()
            })
            .result()
            .unwrap();
        assert_eq!(n, 30);
        pool.shutdown();
    });
}

#[test]
fn joins_in_joins_come_to_the_same() {
    fn fib(pool: &PoolHandle, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (a, b) = earnest::join(pool, || fib(pool, n - 1), || fib(pool, n - 2));
        a + b
    }
    for workers in [1, 4, 9] {
        storm(&format!("joins_in_joins_come_to_the_same/{workers}"), move || {
            let pool = pool(workers);
            let handle = pool.handle();
            assert_eq!(pool.submit(move || fib(&handle, 9)).result().unwrap(), 34);
            pool.shutdown();
        });
    }
}
