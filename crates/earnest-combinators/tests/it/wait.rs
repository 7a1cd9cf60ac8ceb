use crate::support::panic_of;
use earnest_combinators::{Ended, ReturnWhen, wait};
use earnest_core::{Error, Future, Waitable, promise, task};
use std::sync::mpsc;
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
    let rounds = if cfg!(miri) { 20 } else { 10_000 };
    for _ in 0..rounds {
        let found = wait([&future], ReturnWhen::AllCompleted, Some(Duration::from_nanos(1)));
        assert_eq!(found.not_done.len(), 1);
    }
    promise.complete(()).unwrap();
    assert_eq!(wait([&future], ReturnWhen::AllCompleted, None).done.len(), 1);
}

#[test]
fn both_lists_keep_the_order_of_the_input() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..10).map(|_| promise()).unzip();
    let (even, odd): (Vec<_>, Vec<_>) = promises.into_iter().enumerate().partition(|(n, _)| n % 2 == 0);
    even.into_iter().rev().for_each(|(n, promise)| promise.complete(n).unwrap());
    let found = wait(futures.iter().enumerate(), ReturnWhen::FirstCompleted, None);
    assert!(found.done.iter().map(|(n, _)| *n).eq([0, 2, 4, 6, 8]));
    assert!(found.not_done.iter().map(|(n, _)| *n).eq([1, 3, 5, 7, 9]));
    drop(odd);
}

#[test]
fn of_duplicates_the_first_is_kept_with_its_key() {
    let shared = Future::ready(1).shared();
    let found = wait([("a", shared.clone()), ("b", shared)], ReturnWhen::AllCompleted, None);
    assert_eq!(found.done.len(), 1);
    let (key, future) = found.done.into_iter().next().unwrap();
    assert_eq!((key, future.try_unwrap().is_ok()), ("a", true), "the duplicate has been dropped");
}

#[test]
fn every_error_but_a_cancellation_is_an_exception() {
    let (runnable, panicked) = task(|| panic!("on purpose"));
    runnable.run();
    let (promise, failed) = promise();
    promise.fail("on purpose");
    let errors = [Error::Abandoned, Error::Rejected, Error::DeadlineExceeded];
    let others = errors.into_iter().map(|error| Future::from(Err(error)));
    let (_open, pending) = earnest_core::promise::<()>();
    for future in others.chain([panicked, failed]) {
        let found = wait([&pending, &future], ReturnWhen::FirstException, None);
        assert_eq!((found.done.len(), found.ended), (1, Ended::Satisfied));
    }
}

#[test]
fn an_err_value_is_no_exception() {
    let (_open, pending) = promise::<Result<(), &str>>();
    let found = wait([pending, Future::ready(Err("a value"))], ReturnWhen::FirstException, MOMENT);
    assert_eq!((found.done.len(), found.ended), (1, Ended::TimedOut));
}

#[test]
fn first_exception_waits_for_all_when_none_fails() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..10).map(|_| promise()).unzip();
    let producer = thread::spawn(move || promises.into_iter().for_each(|p| p.complete(()).unwrap()));
    let found = wait(futures, ReturnWhen::FirstException, None);
    assert_eq!((found.done.len(), found.ended), (10, Ended::Satisfied));
    producer.join().unwrap();
}

#[test]
fn inside_its_own_callback_a_future_is_done() {
    let (promise, future) = promise();
    let shared = future.shared();
    let (send, receive) = mpsc::channel();
    let own = shared.clone();
    shared.add_done_callback(move |_| {
        send.send(wait([own], ReturnWhen::AllCompleted, None).done.len()).unwrap();
    });
    promise.complete(()).unwrap();
    assert_eq!(receive.recv().unwrap(), 1);
}

#[test]
fn callbacks_have_run_when_a_future_is_done() {
    let rounds = if cfg!(miri) { 5 } else { 100 };
    for _ in 0..rounds {
        let (promise, future) = promise();
        let (send, receive) = mpsc::channel();
        future.add_done_callback(move |_| send.send(()).unwrap());
        let producer = thread::spawn(move || promise.complete(()).unwrap());
        wait([&future], ReturnWhen::FirstCompleted, None);
        assert!(receive.try_recv().is_ok());
        producer.join().unwrap();
    }
}

#[test]
fn a_panic_of_the_items_passes_through() {
    let (promise, future) = promise();
    let items = [0, 1].iter().map(|n| if *n == 0 { &future } else { panic!("no second") });
    assert_eq!(panic_of(|| wait(items, ReturnWhen::AllCompleted, None)), "no second");
    promise.complete(1).unwrap();
    assert_eq!(future.result().unwrap(), 1);
}

#[test]
fn what_is_cancelled_when_dropped_can_be_waited_for() {
    let (promise, future) = promise();
    promise.complete(7).unwrap();
    let (_kept, never) = earnest_core::promise::<u32>();
    let waited = wait([future, never].map(Future::cancel_on_drop), ReturnWhen::FirstCompleted, None);
    assert_eq!((waited.done.len(), waited.not_done.len()), (1, 1));
    let pending = waited.not_done[0].cancel_handle();
    drop(waited);
    assert!(pending.cancel(), "it was cancelled with the list that it was in");
}
