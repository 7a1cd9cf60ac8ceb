//! Waits, in every way there is, on a pool whose only worker is the one that waits.

use crate::shapes;
use earnest::{
    CompletionSet, MapExt, MapOptions, PoolHandle, ReturnWhen, ThreadPoolExecutor, as_completed,
    as_completed_timeout, first_ok, try_join_all, wait,
};
use earnest_testing::watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// What a task gives on a pool whose only worker is the one that waits.
fn in_a_pool_of_one<R: Send + 'static>(name: &str, task: impl FnOnce(PoolHandle) -> R + Send + 'static) -> R {
    watched(name, || shapes::in_a_pool_of_one(task))
}

#[test]
fn a_result_with_a_timeout() {
    let result = in_a_pool_of_one("a result with a timeout", |pool| {
        pool.submit(|| 1).result_timeout(Duration::from_secs(1_000)).unwrap().unwrap()
    });
    assert_eq!(result, 1);
}

#[test]
fn all_of_several() {
    let sum = in_a_pool_of_one("all of several", |pool| {
        let futures: Vec<_> = (0..100).map(|n| pool.submit(move || n)).collect();
        let waited = wait(futures, ReturnWhen::AllCompleted, None);
        waited.done.into_iter().map(|future| future.result().unwrap()).sum::<i32>()
    });
    assert_eq!(sum, 4_950);
}

#[test]
fn the_first_of_several() {
    let n = in_a_pool_of_one("the first of several", |pool| {
        let futures: Vec<_> = (0..10).map(|n| pool.submit(move || n)).collect();
        wait(futures, ReturnWhen::FirstCompleted, None).done.len()
    });
    assert!(n >= 1);
}

#[test]
fn as_they_complete() {
    let sum = in_a_pool_of_one("as they complete", |pool| {
        let futures: Vec<_> = (0..100).map(|n| pool.submit(move || n)).collect();
        as_completed(futures).map(|future| future.result().unwrap()).sum::<i32>()
    });
    assert_eq!(sum, 4_950);
}

#[test]
fn as_they_complete_with_a_timeout() {
    let n = in_a_pool_of_one("as they complete with a timeout", |pool| {
        let futures: Vec<_> = (0..10).map(|n| pool.submit(move || n)).collect();
        as_completed_timeout(futures, Duration::from_secs(1_000)).filter(Result::is_ok).count()
    });
    assert_eq!(n, 10);
}

#[test]
fn a_set_of_them() {
    let sum = in_a_pool_of_one("a set of them", |pool| {
        let mut set: CompletionSet<_> = (0..10).map(|n| pool.submit(move || n)).collect();
        let mut sum = 0;
        while let Some(future) = set.next() {
            let n = future.result().unwrap();
            sum += n;
            if n < 10 {
                set.push(pool.submit(move || n + 10));
            }
        }
        sum
    });
    assert_eq!(sum, 45 + 145);
}

#[test]
fn a_buffered_map() {
    let sum = in_a_pool_of_one("a buffered map", |pool| {
        pool.map_with(MapOptions::new().buffer_size(3), 0..100, |n| n).map(Result::unwrap).sum::<i32>()
    });
    assert_eq!(sum, 4_950);
}

#[test]
fn one_future_of_many_that_may_fail() {
    let sum = in_a_pool_of_one("one future of many that may fail", |pool| {
        let futures = |n: i32| (0..n).map(|n| pool.submit(move || n)).collect::<Vec<_>>();
        let tried: i32 = try_join_all(futures(10)).result().unwrap().into_iter().sum();
        let (_, first) = first_ok(futures(10)).result().unwrap();
        assert!(first < 10);
        tried
    });
    assert_eq!(sum, 45);
}

#[test]
fn a_shared_future() {
    let n = in_a_pool_of_one("a shared future", |pool| {
        let shared = pool.submit(|| 7).shared();
        *shared.clone().result().unwrap() + *shared.result().unwrap()
    });
    assert_eq!(n, 14);
}

#[test]
fn a_pool_waits_for_another_that_waits_for_it() {
    watched("two pools of one worker each, nested", || {
        let pools = [1, 1].map(|n| ThreadPoolExecutor::builder().max_workers(n).build().unwrap());
        let [a, b] = [pools[0].handle(), pools[1].handle()];
        let inner = a.clone();
        // The innermost task belongs to the first pool, whose worker waits for the second.
        let outer = a.submit(move || {
            b.submit(move || inner.submit(|| 1).result_timeout(Duration::from_millis(1)).is_ok()).result()
        });
        let _either = outer.result().unwrap();
    });
}

/// Who wants all results of a map lets its tasks run for a while, but for a worker: it runs them, and in their order, so
/// that those behind a failure do not begin.
#[test]
fn a_worker_that_wants_all_results_runs_no_more_than_it_needs() {
    let n_run = in_a_pool_of_one("all of a map", |pool| {
        let n_run = Arc::new(AtomicUsize::new(0));
        for chunk_size in [1, 5] {
            let counts = n_run.clone();
            let options = MapOptions::new().chunk_size(chunk_size);
            let map = pool.map_with(options, 0..20, move |n| {
                counts.fetch_add(1, SeqCst);
                assert!(n > 0, "the first fails");
            });
            assert!(map.into_vec().is_err_and(|error| error.is_panicked()));
        }
        n_run.load(SeqCst)
    });
    assert_eq!(n_run, 1 + 5);
}
