use crate::support::Threads;
use earnest_combinators::{as_completed, as_completed_timeout};
use earnest_core::{ExecutorExt, Future, promise};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[test]
fn futures_come_in_the_order_in_which_they_are_done() {
    let (promises, futures): (Vec<_>, Vec<_>) =
        (0..5).map(|n| (n, promise())).map(|(n, (p, f))| (p, (n, f))).unzip();
    let mut promises: Vec<_> = promises.into_iter().map(Some).collect();
    let mut completed = as_completed(futures);
    for n in [3, 0, 4, 1, 2] {
        promises[n].take().unwrap().complete(n).unwrap();
        let (key, future) = completed.next().unwrap();
        assert_eq!((key, future.result().unwrap()), (n, n));
    }
    assert!(completed.next().is_none());
    assert!(completed.next().is_none(), "fused");
}

#[test]
fn a_batch_keeps_its_order() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..100).map(|_| promise()).unzip();
    let completed = as_completed(futures);
    promises.into_iter().rev().enumerate().for_each(|(n, promise)| promise.complete(n).unwrap());
    assert!(completed.map(|future| future.result().unwrap()).eq(0..100));
}

#[test]
fn those_done_before_come_first_in_input_order() {
    let (late, pending) = promise();
    let mut completed = as_completed([Future::ready(1), pending, Future::ready(2)]);
    late.complete(3).unwrap();
    assert_eq!(completed.len(), 3);
    assert!(completed.by_ref().map(|future| future.result().unwrap()).eq([1, 2, 3]));
    assert_eq!(completed.len(), 0);
}

#[test]
fn duplicates_are_yielded_once() {
    let shared = Future::ready(1).shared();
    assert_eq!(as_completed([shared.clone(), shared.clone(), shared]).count(), 1);
}

#[test]
fn the_iterator_keeps_nothing_of_what_it_yields() {
    let shared = Future::ready(1).shared();
    let (_open, pending) = promise();
    let mut completed = as_completed([shared, pending.shared()]);
    let first = completed.next().unwrap();
    assert!(first.try_unwrap().is_ok(), "no other clone is left");
}

#[test]
fn cancelled_while_iterating_is_yielded() {
    let (_promise, future) = promise::<()>();
    let handle = future.cancel_handle();
    let canceller = thread::spawn(move || handle.cancel());
    assert!(as_completed([future]).next().unwrap().is_cancelled());
    assert!(canceller.join().unwrap());
}

#[test]
fn dropping_halfway_leaves_the_rest_as_it_is() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..10).map(|_| promise()).unzip();
    let mut completed = as_completed(&futures);
    let mut promises = promises.into_iter();
    promises.next().unwrap().complete(0).unwrap();
    completed.next().unwrap();
    drop(completed);
    promises.for_each(|promise| promise.complete(1).unwrap());
    assert!(futures.into_iter().all(|future| future.result().is_ok()));
}

#[test]
fn time_runs_out_with_the_rest_in_input_order() {
    let (first, a) = promise();
    let (_open, b) = promise();
    first.complete(1).unwrap();
    let mut completed = as_completed_timeout([("b", b), ("a", a)], Duration::ZERO);
    assert_eq!(completed.next().unwrap().unwrap().0, "a");
    let rest = completed.next().unwrap().unwrap_err().into_inner();
    assert_eq!(rest.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["b"]);
    assert!(completed.next().is_none());
    assert!(as_completed_timeout([Future::ready(1)], Duration::MAX).all(|item| item.is_ok()));
    assert!(as_completed_timeout(Vec::<Future<()>>::new(), Duration::ZERO).next().is_none());
}

#[test]
fn a_hundred_thousand_futures_are_no_trouble() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..100_000_u64).map(|_| promise()).unzip();
    let producer = thread::spawn(move || {
        promises.into_iter().enumerate().for_each(|(n, promise)| promise.complete(n as u64).unwrap());
    });
    let sum: u64 = as_completed(futures).map(|future| future.result().unwrap()).sum();
    assert_eq!(sum, 4_999_950_000);
    producer.join().unwrap();
}

#[test]
fn another_thread_s_tasks_arrive() {
    let (go, wait) = mpsc::channel::<()>();
    let slow = Threads.submit(move || wait.recv().is_ok());
    let fast = Threads.submit(|| true);
    let mut completed = as_completed([("slow", slow), ("fast", fast)]);
    assert_eq!(completed.next().unwrap().0, "fast");
    go.send(()).unwrap();
    assert_eq!(completed.next().unwrap().0, "slow");
}
