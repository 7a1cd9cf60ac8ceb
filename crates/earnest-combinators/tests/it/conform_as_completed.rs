//! `as_completed`, row by row against the original.

use crate::support::Manual;
use earnest_combinators::{CompletionSet, as_completed, as_completed_timeout};
use earnest_core::{ExecutorExt, Future, promise};
use earnest_testing::conform;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Rows 36, 1.8.2, 2b.w: what is done comes first, in input order, and the rest as it completes; failed and cancelled
/// ones are yielded like others.
#[test]
fn what_is_done_comes_first_in_input_order_and_the_rest_as_it_completes() {
    conform("36 1.8.2 2b.w", |claims| {
        let (slow, third) = promise();
        let (fast, fourth) = promise();
        let (bad, failed) = promise();
        bad.fail("on purpose");
        let (_unkept, cancelled) = promise::<i32>();
        cancelled.cancel();
        let items = [
            ("slow", third),
            ("done", Future::ready(1)),
            ("fast", fourth),
            ("failed", failed),
            ("cancelled", cancelled),
        ];
        let mut completed = as_completed(items);
        fast.complete(4).unwrap();
        slow.complete(3).unwrap();
        let keys: Vec<_> = completed.by_ref().map(|(key, _)| key).collect();
        claims.is(keys, ["done", "failed", "cancelled", "fast", "slow"]);
        claims.that(completed.next().is_none(), "then it is over");
    });
}

/// Rows 37, 40, 1.8.3: with whatever timeout, exactly what is done comes before the one `Err`, which holds the rest.
#[test]
fn what_is_done_comes_before_the_error() {
    conform("37 40 1.8.3", |claims| {
        for timeout in [Duration::ZERO, Duration::from_millis(1)] {
            let (_kept, pending) = promise();
            let items = [("pending", pending), ("one", Future::ready(1)), ("two", Future::ready(2))];
            let (done, late): (Vec<_>, Vec<_>) =
                as_completed_timeout(items, timeout).partition(Result::is_ok);
            let done: Vec<_> = done.into_iter().map(|item| item.unwrap().0).collect();
            claims.is(done, ["one", "two"]);
            let late: Vec<_> = late
                .into_iter()
                .flat_map(|error| error.unwrap_err().into_inner())
                .map(|(key, _)| key)
                .collect();
            claims.is(late, ["pending"]);
        }
    });
}

/// Row 38: a future that comes several times, from whatever iterator, is yielded once.
#[test]
fn a_future_given_several_times_is_yielded_once() {
    conform("38", |claims| {
        let shared = Future::ready(1).shared();
        claims.is(as_completed(std::iter::repeat_n(shared, 3)).count(), 1);
    });
}

/// Rows 39, 1.8.4: what was yielded is the caller's alone, and freed when that drops it, also when time has run out.
#[test]
fn what_was_yielded_is_the_caller_s_alone() {
    conform("39 1.8.4", |claims| {
        let value = Arc::new(());
        let (_kept, pending) = promise();
        let mut completed = as_completed([Future::ready(value.clone()), pending]);
        drop(completed.next().unwrap());
        claims.is(Arc::strong_count(&value), 1);
        drop(completed);

        let (_kept, pending) = promise();
        let items = [Future::ready(value.clone()), pending];
        let mut timed = as_completed_timeout(items, Duration::ZERO);
        drop(timed.next().unwrap().unwrap());
        claims.is(Arc::strong_count(&value), 1);
        claims.that(timed.next().unwrap().is_err(), "time has run out");
        claims.is(Arc::strong_count(&value), 1);
    });
}

/// Row 1.8.4: to a set more can be added while it is iterated over.
#[test]
fn a_set_can_be_added_to_while_it_is_iterated_over() {
    conform("1.8.4", |claims| {
        let mut set: CompletionSet<_> = [Future::ready(3)].into_iter().collect();
        let mut seen = Vec::new();
        while let Some(future) = set.next() {
            let n = future.result().unwrap();
            seen.push(n);
            if n > 0 {
                set.push(Future::ready(n - 1));
            }
        }
        claims.is(seen, [3, 2, 1, 0]);
    });
}

/// Rows 2b.l, 1.8.1: items are taken, and the clock runs, from the call: time that has run out before the first `next` has
/// run out.
#[test]
fn the_clock_runs_from_the_call() {
    conform("2b.l 1.8.1", |claims| {
        let (_kept, future) = promise::<()>();
        let mut taken = 0;
        let items = std::iter::once(future).inspect(|_| taken += 1);
        let mut timed = as_completed_timeout(items, Duration::from_millis(1));
        claims.is(taken, 1);
        // Longer than the timeout, by the same clock.
        let (_never, nothing) = channel::<()>();
        let _timed_out = nothing.recv_timeout(Duration::from_millis(10));
        claims.that(timed.next().unwrap().is_err(), "time has run out before anybody asked");
        claims.that(timed.next().is_none(), "and then it is over");
    });
}

/// Rows 2b.a, 3.1.1: a cancellation comes out at once, though no worker has come across the task.
#[test]
fn a_cancellation_comes_out_at_once() {
    conform("2b.a 3.1.1", |claims| {
        let executor = Manual::default();
        let future = executor.submit(|| 1);
        let cancel = future.cancel_handle();
        let (begins, has_begun) = channel();
        let waiting = thread::spawn(move || {
            begins.send(()).unwrap();
            as_completed([future]).next().unwrap().result().unwrap_err().is_cancelled()
        });
        has_begun.recv().unwrap();
        claims.that(cancel.cancel(), "it is cancelled");
        claims.that(waiting.join().unwrap(), "and so it is seen");
        claims.is(executor.queued(), 1);
    });
}
