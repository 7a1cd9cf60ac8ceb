use earnest_combinators::{Ended, ReturnWhen, wait};
use earnest_core::{Future, Waitable, promise};
use std::thread;
use std::time::Duration;

const MOMENT: Option<Duration> = Some(Duration::from_millis(1));

#[test]
fn all_completed_waits_for_the_last() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..10).map(|_| promise()).unzip();
    let producer = thread::spawn(move || {
        promises.into_iter().rev().enumerate().for_each(|(n, promise)| promise.complete(n).unwrap());
    });
    let found = wait(futures, ReturnWhen::AllCompleted, None);
    assert_eq!((found.done.len(), found.not_done.len(), found.ended), (10, 0, Ended::Satisfied));
    // The order of the input is kept.
    let values: Vec<_> = found.done.into_iter().map(|future| future.result().unwrap()).collect();
    assert!(values.into_iter().eq((0..10).rev()));
    producer.join().unwrap();
}

#[test]
fn first_completed_returns_with_the_first() {
    let (first, a) = promise();
    let (_second, b) = promise::<u32>();
    let producer = thread::spawn(move || first.complete(1).unwrap());
    let found = wait([&b, &a], ReturnWhen::FirstCompleted, None);
    assert_eq!(found.done.len(), 1);
    assert!(found.done[0].is_done());
    assert!(!found.not_done[0].is_done());
    producer.join().unwrap();
}

#[test]
fn first_completed_returns_at_once_with_all_that_are_done() {
    let (_open, pending) = promise();
    let found = wait([Future::ready(1), pending, Future::ready(2)], ReturnWhen::FirstCompleted, None);
    let done: Vec<_> = found.done.into_iter().map(|future| future.result().unwrap()).collect();
    assert_eq!(done, [1, 2]);
    assert_eq!(found.not_done.len(), 1);
}

#[test]
fn first_exception_returns_with_the_first_failure() {
    let (failing, a) = promise::<()>();
    let (_open, b) = promise::<()>();
    let producer = thread::spawn(move || failing.fail("broken"));
    let found = wait([&a, &b], ReturnWhen::FirstException, None);
    assert_eq!((found.done.len(), found.not_done.len()), (1, 1));
    assert!(producer.join().unwrap());
}

#[test]
fn first_exception_is_not_triggered_by_success_or_cancellation() {
    let (_never, cancelled) = promise();
    cancelled.cancel();
    let (_open, pending) = promise();
    let found = wait([Future::ready(1), cancelled, pending], ReturnWhen::FirstException, MOMENT);
    assert_eq!((found.done.len(), found.not_done.len(), found.ended), (2, 1, Ended::TimedOut));
    let all_done = wait(found.done, ReturnWhen::FirstException, None);
    assert_eq!((all_done.done.len(), all_done.ended), (2, Ended::Satisfied));
}

#[test]
fn a_cancellation_during_the_wait_ends_it() {
    let (_promise, future) = promise::<()>();
    let handle = future.cancel_handle();
    let canceller = thread::spawn(move || handle.cancel());
    let found = wait([future], ReturnWhen::AllCompleted, None);
    assert!(found.done[0].is_cancelled());
    assert!(canceller.join().unwrap());
}

#[test]
fn duplicates_count_once() {
    let (promise, future) = promise();
    let producer = thread::spawn(move || promise.complete(1).unwrap());
    let found = wait([&future, &future, &future], ReturnWhen::AllCompleted, None);
    assert_eq!((found.done.len(), found.not_done.len()), (1, 0));
    producer.join().unwrap();
}

#[test]
fn nothing_to_wait_for_is_no_wait() {
    for mode in [ReturnWhen::AllCompleted, ReturnWhen::FirstCompleted, ReturnWhen::FirstException] {
        let found = wait(Vec::<Future<()>>::new(), mode, None);
        assert_eq!((found.done.len(), found.not_done.len(), found.ended), (0, 0, Ended::Satisfied));
    }
}

#[test]
fn a_timeout_is_no_error_and_loses_nothing() {
    let (promise, future) = promise();
    let found = wait([&future], ReturnWhen::AllCompleted, Some(Duration::ZERO));
    assert_eq!((found.not_done.len(), found.ended), (1, Ended::TimedOut));
    promise.complete(3).unwrap();
    let found = wait([&future], ReturnWhen::AllCompleted, Some(Duration::MAX));
    assert_eq!((found.done.len(), found.ended), (1, Ended::Satisfied));
    assert_eq!(future.result().unwrap(), 3);
}

#[test]
fn types_and_kinds_of_handles_mix() {
    let number = Future::ready(1);
    let shared = Future::ready("x").shared();
    let (_open, pending) = promise::<Vec<u8>>();
    let boxed: Box<dyn Waitable> = Box::new(Future::ready(2.0));
    let all: [&dyn Waitable; 4] = [&number, &shared, &pending, &*boxed];
    let found = wait(all, ReturnWhen::AllCompleted, MOMENT);
    assert_eq!((found.done.len(), found.not_done.len()), (3, 1));
}

#[test]
fn a_wait_can_be_repeated_ten_thousand_times() {
    let (promise, future) = promise();
    for _ in 0..10_000 {
        let found = wait([&future], ReturnWhen::AllCompleted, Some(Duration::from_nanos(1)));
        assert_eq!(found.not_done.len(), 1);
    }
    promise.complete(()).unwrap();
    assert_eq!(wait([&future], ReturnWhen::AllCompleted, None).done.len(), 1);
}
