//! `map`, row by row against the original.

use crate::support::{Inline, Manual, Threads};
use earnest_combinators::{MapExt, MapOptions};
use earnest_core::ManualExecutor;
use earnest_testing::conform;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// Rows 3, 1.3.2: the same as the iterator's own `map`, in input order, over zipped inputs too.
#[test]
fn map_is_what_the_iterator_s_own_is() {
    conform("3 1.3.2", |claims| {
        let n_items = if cfg!(miri) { 10 } else { 100 };
        let (a, b) = (0..n_items, (0..n_items).rev());
        let own: Vec<i32> = a.clone().zip(b.clone()).map(|(a, b)| a * b).collect();
        let ours: Vec<i32> = Threads.map(a.zip(b), |(a, b)| a * b).map(Result::unwrap).collect();
        claims.is(ours, own);
    });
}

/// Rows 4, 1.3.3, 3.4.4: an error takes its place among the results, and the iteration goes on.
#[test]
fn an_error_takes_its_place() {
    conform("4 1.3.3 3.4.4", |claims| {
        let results = Inline.map([4, 2, 0, 5], |n| 20 / n);
        let results: Vec<_> = results.map(|result| result.map_err(|error| error.is_panicked())).collect();
        claims.is(results, [Ok(5), Ok(10), Err(true), Ok(4)]);
    });
}

/// Rows 5, 26, 1.3.4: when time runs out, the results that are there come, then one error for the rest, and what has not
/// started never does.
#[test]
fn running_out_of_time_cancels_the_awaited_and_the_rest() {
    conform("5 26 1.3.4", |claims| {
        let executor = Manual::default();
        let ran = Arc::new(AtomicUsize::new(0));
        let counted = ran.clone();
        let mut map =
            executor.map_with(MapOptions::new().timeout(Duration::from_millis(1)), 0..4, move |n| {
                counted.fetch_add(1, SeqCst);
                n
            });
        executor.run_next();
        claims.is(map.next().unwrap().unwrap(), 0);
        claims.that(map.next().unwrap().unwrap_err().is_deadline_exceeded(), "one error stands for the rest");
        claims.that(map.next().is_none(), "then it is over");
        executor.run_all();
        claims.is(ran.load(SeqCst), 1);
    });
}

/// Row 7: a buffer for nothing is refused where it is asked for.
#[test]
fn a_buffer_for_nothing_is_refused() {
    conform("7", |claims| {
        let refused = catch_unwind(|| MapOptions::new().buffer_size(0)).unwrap_err();
        let message = refused.downcast_ref::<&str>().copied().unwrap_or_default();
        claims.that(message.starts_with("buffer_size must be greater than 0"), "it says why");
    });
}

/// Rows 8, 9, 12: whatever the buffer, all results come in order, over zipped inputs too, and nothing of nothing.
#[test]
fn whatever_the_buffer_all_results_come_in_order() {
    conform("8 9 12", |claims| {
        for size in [1, 2, 10, 20] {
            let buffered = || MapOptions::new().buffer_size(size);
            let one: Vec<_> = Threads.map_with(buffered(), 0..10, |n| n).map(Result::unwrap).collect();
            claims.is(one, (0..10).collect::<Vec<_>>());
            let zipped = (0..10).zip(10..20);
            let two: Vec<_> =
                Threads.map_with(buffered(), zipped, |(a, b)| b - a).map(Result::unwrap).collect();
            claims.is(two, [10; 10]);
            claims.is(Threads.map_with(buffered(), 0..0, |n: i32| n).count(), 0);
        }
    });
}

/// Rows 10, 11: an input without end is taken bit by bit, and two of them, zipped.
#[test]
fn inputs_without_end_are_taken_bit_by_bit() {
    conform("10 11", |claims| {
        let endless = Inline.map_with(MapOptions::new().buffer_size(3), 0_u64.., |n| n * n);
        claims.is(endless.take(4).map(Result::unwrap).collect::<Vec<_>>(), [0, 1, 4, 9]);
        let two = (0_u64..).zip(1_u64..);
        let endless = Inline.map_with(MapOptions::new().buffer_size(3), two, |(a, b)| a + b);
        claims.is(endless.take(4).map(Result::unwrap).collect::<Vec<_>>(), [1, 3, 5, 7]);
    });
}

/// Rows 14, 1.3.10, 2b.y, 3.4.3: the call pulls as many inputs as the buffer holds, and never is one more pulled than
/// have been yielded.
#[test]
fn a_buffer_never_holds_more_than_it_says() {
    conform("14 1.3.10 2b.y 3.4.3", |claims| {
        let pulled = Cell::new(0);
        let inputs = (0..10).inspect(|_| pulled.set(pulled.get() + 1));
        let mut map = Inline.map_with(MapOptions::new().buffer_size(3), inputs, |n| n);
        claims.is(pulled.get(), 3);
        for yielded in 1..=10 {
            claims.is(map.next().unwrap().unwrap(), yielded - 1);
            claims
                .that(pulled.get() - yielded < 3, "what was pulled and not yielded is less than the buffer");
        }
        claims.that(map.next().is_none(), "nothing is left out");
        claims.is(pulled.get(), 10);
    });
}

/// Rows 1.3.11, 2b.y, 3.4.3: on an executor that takes no more, each further input yields its refusal in its place.
#[test]
fn a_buffered_map_on_a_closed_executor_does_not_end_early() {
    conform("1.3.11 2b.y 3.4.3", |claims| {
        let executor = ManualExecutor::new();
        let mut map = executor.map_with(MapOptions::new().buffer_size(2), 0..5, |n| n);
        executor.run_all();
        claims.is(map.next().unwrap().unwrap(), 0);
        executor.close();
        let rest: Vec<_> = map.map(|result| result.map_err(|error| error.is_rejected())).collect();
        claims.is(rest, [Ok(1), Err(true), Err(true), Err(true)]);
    });
}

/// Rows 18, 1.3.8: the iterator keeps no result that it has yielded.
#[test]
fn what_was_yielded_is_the_caller_s_alone() {
    conform("18 1.3.8", |claims| {
        let value = Arc::new(());
        let shared = value.clone();
        let mut map = Inline.map(0..2, move |_| shared.clone());
        drop(map.next().unwrap().unwrap());
        // There is that of the result which has not been asked for.
        claims.is(Arc::strong_count(&value), 2);
        drop(map.next().unwrap().unwrap());
        drop(map);
        claims.is(Arc::strong_count(&value), 1);
    });
}

/// Rows 20, 1.3.2: everything is submitted within the call, and runs though nobody asks.
#[test]
fn all_tasks_run_though_nobody_asks() {
    conform("20 1.3.2", |claims| {
        let executor = Manual::default();
        let ran = Arc::new(AtomicUsize::new(0));
        let counted = ran.clone();
        let map = executor.map(0..5, move |_| counted.fetch_add(1, SeqCst));
        claims.is(executor.queued(), 5);
        executor.run_all();
        claims.is(ran.load(SeqCst), 5);
        drop(map);
        let counted = ran.clone();
        executor.map(0..5, move |_| counted.fetch_add(1, SeqCst)).detach();
        executor.run_all();
        claims.is(ran.load(SeqCst), 10);
    });
}

/// Rows 2b.n, 1.3.5, 3.4.4: dropping the iterator cancels what has not started, whether or not it was ever asked.
#[test]
fn dropping_the_iterator_cancels_what_has_not_started() {
    conform("2b.n 1.3.5 3.4.4", |claims| {
        for asked in [false, true] {
            let executor = Manual::default();
            let ran = Arc::new(AtomicUsize::new(0));
            let counted = ran.clone();
            let mut map = executor.map(0..5, move |_| counted.fetch_add(1, SeqCst));
            if asked {
                executor.run_next();
                map.next().unwrap().unwrap();
            }
            drop(map);
            executor.run_all();
            claims.is(ran.load(SeqCst), usize::from(asked));
        }
    });
}

/// Rows 2b.m, 1.3.7: inputs that panic within the call leave nothing behind: what was submitted is cancelled.
#[test]
fn inputs_that_panic_leave_nothing_behind() {
    conform("2b.m 1.3.7", |claims| {
        let executor = Manual::default();
        let ran = Arc::new(AtomicUsize::new(0));
        let counted = ran.clone();
        let inputs = (0..).map(|n| if n < 3 { n } else { panic!("on purpose") });
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            drop(executor.map(inputs, move |_: i32| counted.fetch_add(1, SeqCst)));
        }));
        claims.that(panicked.is_err(), "the panic is the caller's");
        claims.is(executor.queued(), 3);
        executor.run_all();
        claims.is(ran.load(SeqCst), 0);
    });
}
