//! `wait`, row by row against the original.

use crate::support::{Manual, Threads};
use earnest_combinators::{Ended, ReturnWhen, Wait, wait};
use earnest_core::{Error, ExecutorExt, Future, InlineExecutor, ManualExecutor, promise};
use earnest_testing::conform;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

const LOOK: Option<Duration> = Some(Duration::ZERO);

fn failed() -> Future<i32> {
    let (promise, future) = promise();
    promise.fail("on purpose");
    future
}

fn cancelled() -> Future<i32> {
    let (_promise, future) = promise();
    assert!(future.cancel());
    future
}

/// What `future` came to, in a word.
fn outcome(future: &Future<i32>) -> String {
    match future.peek() {
        None => "pending".to_owned(),
        Some(Ok(value)) => value.to_string(),
        Some(Err(Error::Cancelled)) => "cancelled".to_owned(),
        Some(Err(_)) => "failed".to_owned(),
    }
}

fn outcomes(futures: &[Future<i32>]) -> Vec<String> {
    futures.iter().map(outcome).collect()
}

/// Rows 1.1.10, 29, 1.7.4: the wait for the first returns at once with all that are done, if any is.
#[test]
fn what_is_done_already_ends_the_wait_for_the_first() {
    conform("1.1.10 29 1.7.4", |claims| {
        let (_kept, pending) = promise();
        let futures = [Future::ready(1), pending, cancelled(), failed()];
        let Wait { done, not_done, ended } = wait(futures, ReturnWhen::FirstCompleted, None);
        claims.is(outcomes(&done), ["1", "cancelled", "failed"]);
        claims.is(outcomes(&not_done), ["pending"]);
        claims.is(ended, Ended::Satisfied);
    });
}

/// Rows 28, 1.7.3: the first to complete ends the wait, and what was cancelled counts as done.
#[test]
fn the_first_to_complete_ends_the_wait() {
    conform("28 1.7.3", |claims| {
        let (first, completed) = promise();
        let (_kept, pending) = promise();
        let waiting = thread::spawn(move || wait([completed, pending], ReturnWhen::FirstCompleted, None));
        first.complete(7).unwrap();
        let waited = waiting.join().unwrap();
        claims.is(
            (outcomes(&waited.done), outcomes(&waited.not_done)),
            (vec!["7".into()], vec!["pending".into()]),
        );
        let looked = wait([cancelled()], ReturnWhen::AllCompleted, LOOK);
        claims.is((looked.done.len(), looked.ended), (1, Ended::Satisfied));
    });
}

/// Row 30: the first failure ends the wait; what succeeded before is done, and what runs is not.
#[test]
fn the_first_failure_ends_the_wait() {
    conform("30", |claims| {
        let (good, succeeds) = promise();
        let (bad, fails) = promise();
        let (_kept, pending) = promise();
        let futures = [succeeds, fails, pending];
        let waiting = thread::spawn(move || wait(futures, ReturnWhen::FirstException, None));
        good.complete(1).unwrap();
        bad.fail("on purpose");
        let waited = waiting.join().unwrap();
        claims.is(outcomes(&waited.done), ["1", "failed"]);
        claims.is(outcomes(&waited.not_done), ["pending"]);
    });
}

/// Rows 31, 1.7.4: successes and cancellations do not end the wait for the first failure, and are done.
#[test]
fn successes_and_cancellations_are_no_failures() {
    conform("31 1.7.4", |claims| {
        let (_kept, pending) = promise();
        let looked = wait([Future::ready(1), cancelled(), pending], ReturnWhen::FirstException, LOOK);
        claims.is(outcomes(&looked.done), ["1", "cancelled"]);
        claims.is(looked.ended, Ended::TimedOut);
    });
}

/// Row 32: a failure that is there already ends the wait at once.
#[test]
fn a_failure_that_is_there_ends_the_wait_at_once() {
    conform("32", |claims| {
        let (_kept, pending) = promise();
        let waited = wait([pending, failed()], ReturnWhen::FirstException, None);
        claims.is((outcomes(&waited.done), waited.ended), (vec!["failed".into()], Ended::Satisfied));
    });
}

/// Row 33: successes and failures, before the wait and during it, are all done.
#[test]
fn a_wait_for_all_has_all() {
    conform("33", |claims| {
        let (good, succeeds) = promise();
        let (bad, fails) = promise();
        let futures = [Future::ready(1), failed(), cancelled(), succeeds, fails];
        let waiting = thread::spawn(move || wait(futures, ReturnWhen::AllCompleted, None));
        bad.fail("on purpose");
        good.complete(2).unwrap();
        let waited = waiting.join().unwrap();
        claims.is(outcomes(&waited.done), ["1", "failed", "cancelled", "2", "failed"]);
        claims.is(waited.not_done.len(), 0);
    });
}

/// Rows 34, 1.7.1: a wait that runs out of time says what is done and what is not; it is no error.
#[test]
fn running_out_of_time_is_no_error() {
    conform("34 1.7.1", |claims| {
        let (_kept, pending) = promise();
        let waited =
            wait([Future::ready(1), pending], ReturnWhen::AllCompleted, Some(Duration::from_millis(1)));
        claims.is(
            (outcomes(&waited.done), outcomes(&waited.not_done)),
            (vec!["1".into()], vec!["pending".into()]),
        );
        claims.is(waited.ended, Ended::TimedOut);
    });
}

/// Rows 27, 1.7.1: a future given twice is waited for, and comes back, once.
#[test]
fn a_future_given_twice_counts_once() {
    conform("27 1.7.1", |claims| {
        let (promise, future) = promise();
        let shared = future.shared();
        let items = [shared.clone(), shared.clone(), shared];
        let waiting = thread::spawn(move || wait(items, ReturnWhen::AllCompleted, None).done.len());
        promise.complete(1).unwrap();
        claims.is(waiting.join().unwrap(), 1);
    });
}

/// Row 1.7.1: any iterator of futures, of whatever executors, in input order.
#[test]
fn futures_of_several_executors_keep_the_input_order() {
    conform("1.7.1", |claims| {
        let manual = ManualExecutor::new();
        let futures =
            [manual.submit(|| 1), InlineExecutor.submit(|| 2), Threads.submit(|| 3), Future::ready(4)];
        manual.run_all();
        let waited = wait(futures.into_iter().filter(|_| true), ReturnWhen::AllCompleted, None);
        claims.is(outcomes(&waited.done), ["1", "2", "3", "4"]);
    });
}

/// Row 1.7.2: no futures: it returns at once, in every mode.
#[test]
fn a_wait_for_nothing_returns_at_once() {
    conform("1.7.2", |claims| {
        for when in [ReturnWhen::AllCompleted, ReturnWhen::FirstCompleted, ReturnWhen::FirstException] {
            let waited = wait(std::iter::empty::<Future<()>>(), when, None);
            claims.is((waited.done.len(), waited.not_done.len(), waited.ended), (0, 0, Ended::Satisfied));
        }
    });
}

/// Row 1.7.5: waits over the same futures, in whatever order each has them, do not hold each other up.
#[test]
fn waits_over_the_same_futures_in_any_order_do_not_hold_each_other_up() {
    conform("1.7.5", |claims| {
        for _ in 0..if cfg!(miri) { 3 } else { 50 } {
            let (promises, futures): (Vec<_>, Vec<_>) = (0..8).map(|_| promise::<usize>()).unzip();
            let shared: Vec<_> = futures.into_iter().map(Future::shared).collect();
            let all = Arc::new(Barrier::new(5));
            let waiters: Vec<_> = (0..4)
                .map(|turn| {
                    let (mut shared, all) = (shared.clone(), all.clone());
                    shared.rotate_left(2 * turn);
                    thread::spawn(move || {
                        all.wait();
                        let waited = wait(shared, ReturnWhen::AllCompleted, None);
                        waited.done.iter().map(|future| *future.result().unwrap()).next()
                    })
                })
                .collect();
            all.wait();
            promises.into_iter().enumerate().for_each(|(n, promise)| promise.complete(n).unwrap());
            let first: Vec<_> = waiters.into_iter().map(|waiter| waiter.join().unwrap()).collect();
            claims.is(first, [Some(0), Some(2), Some(4), Some(6)]);
        }
    });
}

/// Row 35: a hundred tasks that end at once are all counted.
#[test]
fn tasks_that_end_at_once_are_all_counted() {
    conform("35", |claims| {
        for _ in 0..if cfg!(miri) { 2 } else { 20 } {
            let all = Arc::new(Barrier::new(20));
            let end = |_| {
                let all = all.clone();
                Threads.submit(move || all.wait().is_leader())
            };
            let futures: Vec<_> = (0..20).map(end).collect();
            claims.is(wait(&futures, ReturnWhen::AllCompleted, None).done.len(), 20);
        }
    });
}

/// Rows 2b.a, 3.1.1: a cancellation wakes who waits, though no worker has come across the task.
#[test]
fn a_cancellation_wakes_a_wait_at_once() {
    conform("2b.a 3.1.1", |claims| {
        let executor = Manual::default();
        let future = executor.submit(|| 1);
        let cancel = future.cancel_handle();
        let (begins, has_begun) = channel();
        let waiting = thread::spawn(move || {
            begins.send(()).unwrap();
            wait([future], ReturnWhen::AllCompleted, None).done.len()
        });
        has_begun.recv().unwrap();
        claims.that(cancel.cancel(), "it is cancelled");
        claims.is(waiting.join().unwrap(), 1);
        claims.is(executor.queued(), 1);
    });
}

/// Rows 2b.k, 1.7.6, 3.1.2, 3.1.3: a wait that is ended by a panic leaves nothing behind: the futures are as they were,
/// each can be waited for again, and nobody is told twice.
#[test]
fn a_wait_that_ends_by_a_panic_leaves_nothing_behind() {
    conform("2b.k 1.7.6 3.1.2 3.1.3", |claims| {
        let (keep, kept) = promise();
        let kept = kept.shared();
        let items = kept.clone();
        let interrupted = catch_unwind(AssertUnwindSafe(|| {
            let endless = std::iter::repeat_with(|| items.clone()).enumerate();
            wait(
                endless.map(|(n, item)| if n < 10 { item } else { panic!("on purpose") }),
                ReturnWhen::AllCompleted,
                None,
            )
        }));
        claims.that(interrupted.is_err(), "the panic of the inputs is the caller's");
        let rounds = if cfg!(miri) { 20 } else { 1_000 };
        for _ in 0..rounds {
            claims.is(wait([kept.clone()], ReturnWhen::AllCompleted, LOOK).ended, Ended::TimedOut);
        }
        let (other, pending) = promise::<i32>();
        let both = thread::spawn({
            let kept = kept.clone();
            move || wait([kept, pending.shared()], ReturnWhen::AllCompleted, None).done.len()
        });
        keep.complete(1).unwrap();
        other.complete(2).unwrap();
        claims.is(both.join().unwrap(), 2);
    });
}
