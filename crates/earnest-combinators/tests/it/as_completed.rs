use crate::support::{Threads, panic_of};
use earnest_combinators::{as_completed, as_completed_timeout};
use earnest_core::{ExecutorExt, Future, Waitable, promise, task};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

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
    let n = if cfg!(miri) { 30 } else { 100_000_u64 };
    let (promises, futures): (Vec<_>, Vec<_>) = (0..n).map(|_| promise()).unzip();
    let producer = thread::spawn(move || {
        promises.into_iter().enumerate().for_each(|(n, promise)| promise.complete(n as u64).unwrap());
    });
    let sum: u64 = as_completed(futures).map(|future| future.result().unwrap()).sum();
    assert_eq!(sum, n * (n - 1) / 2);
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

#[test]
fn the_length_is_exact() {
    let (promise, pending) = promise();
    let mut completed = as_completed([Future::ready(1), pending]);
    assert_eq!((completed.len(), completed.size_hint()), (2, (2, Some(2))));
    completed.next().unwrap().detach();
    assert_eq!(completed.len(), 1);
    promise.complete(2).unwrap();
    completed.next().unwrap().detach();
    assert_eq!(completed.len(), 0);
    assert_eq!(as_completed(Vec::<Future<()>>::new()).len(), 0);
}

#[test]
fn kinds_of_handles_mix() {
    let (number, shared) = (Future::ready(1), Future::ready("x").shared());
    let all: [Box<dyn Waitable>; 2] = [Box::new(number), Box::new(shared)];
    assert_eq!(as_completed(all).count(), 2);
}

#[test]
fn dropping_the_iterator_detaches_the_tasks() {
    let (runnable, future) = task(|| ());
    let (send, receive) = mpsc::channel();
    future.add_done_callback(move |outcome| send.send(outcome.is_ok()).unwrap());
    drop(as_completed([future]));
    runnable.run();
    assert!(receive.recv().unwrap());
}

#[test]
fn a_panic_of_the_items_passes_through() {
    let (promise, future) = promise();
    let items = || [0, 1].iter().map(|n| if *n == 0 { &future } else { panic!("no second") });
    assert_eq!(panic_of(|| as_completed(items())), "no second");
    assert_eq!(panic_of(|| as_completed_timeout(items(), Duration::ZERO)), "no second");
    promise.complete(1).unwrap();
    assert_eq!(future.result().unwrap(), 1);
}

#[test]
fn those_done_are_yielded_when_time_has_run_out() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..4).map(|_| promise()).unzip();
    let mut completed = as_completed_timeout(futures.iter().enumerate(), Duration::ZERO);
    assert_eq!(completed.size_hint(), (1, Some(4)));
    let mut promises: Vec<_> = promises.into_iter().map(Some).collect();
    for n in [2, 1] {
        promises[n].take().unwrap().complete(()).unwrap();
    }
    assert_eq!(completed.next().unwrap().unwrap().0, 2);
    assert_eq!(completed.next().unwrap().unwrap().0, 1);
    let rest = completed.next().unwrap().unwrap_err().into_inner();
    assert!(rest.into_iter().map(|(n, _)| n).eq([0, 3]));
    assert_eq!(completed.size_hint(), (0, Some(0)));
    assert!(completed.next().is_none());
}

#[test]
fn time_runs_from_the_call() {
    const TIMEOUT: Duration = Duration::from_secs(1);
    let (_unkept, pending) = promise::<()>();
    let mut completed = as_completed_timeout([&pending], TIMEOUT);
    assert!(!pending.wait_timeout(TIMEOUT));
    let asked = Instant::now();
    assert!(completed.next().unwrap().is_err());
    assert!(asked.elapsed() < TIMEOUT);
}
