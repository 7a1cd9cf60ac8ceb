use crate::support::{Closed, Inline, Manual, Threads, panic_of};
use earnest_combinators::{MapExt, MapOptions};
use earnest_core::{Dismissal, Error, ManualExecutor, promise};
use earnest_testing::conform;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// So many that chunks of every size differ.
const N_ITEMS: usize = if cfg!(miri) { 7 } else { 100 };

/// Rows 3, 1.3.9: chunks of whatever size give the same results, in the same order.
#[test]
fn chunks_of_any_size_give_the_same_results() {
    conform("3 1.3.9", |claims| {
        let expected: Vec<i32> = (0..N_ITEMS as i32).map(|n| n * n).collect();
        for size in [1, 3, 10, N_ITEMS - 1, N_ITEMS, 1_000, usize::MAX] {
            let chunked = Threads.map_with(MapOptions::new().chunk_size(size), 0..N_ITEMS as i32, |n| n * n);
            claims.is(chunked.size_hint(), (N_ITEMS, Some(N_ITEMS)));
            claims.is(chunked.map(Result::unwrap).collect::<Vec<_>>(), &*expected);
        }
    });
}

/// Row 1.3.9: a chunk is one task, on every executor.
#[test]
fn a_chunk_is_one_task() {
    conform("1.3.9", |claims| {
        let executor = Manual::default();
        let map = executor.map_with(MapOptions::new().chunk_size(4), 0..10, |n| n);
        claims.is(executor.queued(), 3);
        executor.run_all();
        claims.is(map.map(Result::unwrap).sum::<i32>(), 45);
    });
}

#[test]
fn an_input_that_panics_fails_alone() {
    let line = line!() + 1;
    let map = Inline.map_with(MapOptions::new().chunk_size(4), [4, 0, 2, 1], |n| 20 / n);
    let results: Vec<_> = map.collect();
    let values: Vec<_> = results.iter().map(|result| result.as_ref().ok().copied()).collect();
    assert_eq!(values, [Some(5), None, Some(10), Some(20)]);
    let Err(Error::Panicked(panic)) = &results[1] else { panic!("{results:?}") };
    assert_eq!(panic.message(), Some("attempt to divide by zero"));
    assert_eq!(panic.location().line(), line);
}

#[test]
fn a_buffer_bounds_chunks_too() {
    let n_items = if cfg!(miri) { 15 } else { 50 };
    for (buffer, chunk) in [(10, 4), (4, 4), (3, 8), (5, 5), (7, 2)] {
        let pulled = Cell::new(0);
        let inputs = (0..n_items).inspect(|_| pulled.set(pulled.get() + 1));
        let options = MapOptions::new().buffer_size(buffer).chunk_size(chunk);
        let mut map = Inline.map_with(options, inputs, |n| n);
        for yielded in 0..n_items {
            assert!(pulled.get() - yielded <= buffer, "{buffer} {chunk}");
            assert_eq!(map.next().unwrap().unwrap(), yielded);
        }
        assert!(map.next().is_none());
        assert_eq!(pulled.get(), n_items);
    }
}

#[test]
fn a_chunk_that_is_refused_is_an_error_for_each_of_its_inputs() {
    let map = Closed.map_with(MapOptions::new().chunk_size(4), 0..10, |n| n);
    assert_eq!(map.filter(|result| result.as_ref().is_err_and(Error::is_rejected)).count(), 10);
}

#[test]
fn a_chunk_that_is_abandoned_is_an_error_for_each_of_its_inputs() {
    let executor = ManualExecutor::new();
    let map = executor.map_with(MapOptions::new().chunk_size(3), 0..6, |n| n);
    executor.abandon_all();
    assert_eq!(map.filter(|result| result.as_ref().is_err_and(Error::is_abandoned)).count(), 6);
}

#[test]
fn dropping_the_iterator_cancels_chunks_that_have_not_started() {
    for options in [MapOptions::new(), MapOptions::new().unordered()] {
        let executor = Manual::default();
        let ran = Arc::new(AtomicUsize::new(0));
        let count = |ran: &Arc<AtomicUsize>| {
            let ran = ran.clone();
            move |_| ran.fetch_add(1, SeqCst)
        };
        let map = executor.map_with(options.clone().chunk_size(2), 0..10, count(&ran));
        executor.run_next();
        drop(map);
        executor.run_all();
        assert_eq!(ran.load(SeqCst), 2);
        executor.map_with(options.chunk_size(2), 0..10, count(&ran)).detach();
        executor.run_all();
        assert_eq!(ran.load(SeqCst), 12);
    }
}

#[test]
fn unordered_results_come_as_they_complete() {
    let executor = ManualExecutor::new();
    let map = executor.map_with(MapOptions::new().unordered(), 0..4, |n| n);
    for index in [2, 0, 1, 0] {
        executor.run_nth(index);
    }
    assert_eq!(map.map(Result::unwrap).collect::<Vec<_>>(), [2, 0, 3, 1]);
}

#[test]
fn unordered_and_buffered_and_in_chunks() {
    let options = MapOptions::new().unordered().buffer_size(8).chunk_size(3);
    let mut results: Vec<i32> =
        Threads.map_with(options, 0..N_ITEMS as i32, |n| n).map(Result::unwrap).collect();
    results.sort_unstable();
    assert!(results.into_iter().eq(0..N_ITEMS as i32));
}

#[test]
fn chunks_run_out_of_time_together() {
    for options in [MapOptions::new(), MapOptions::new().unordered()] {
        let executor = Manual::default();
        let options = options.chunk_size(2).timeout(Duration::from_millis(1));
        let mut map = executor.map_with(options, 0..6, |n| n);
        executor.run_next();
        assert_eq!(map.next().unwrap().unwrap(), 0);
        assert_eq!(map.next().unwrap().unwrap(), 1);
        assert!(map.next().unwrap().unwrap_err().is_deadline_exceeded());
        assert!(map.next().is_none());
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes tens of thousands of inputs to show")]
fn automatic_chunks_leave_every_worker_several() {
    let executor = Manual::default();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    drop(executor.map_with(MapOptions::new().auto_chunk_size(), 0..10_000, |n| n));
    let chunks = executor.queued();
    assert!((8 * workers..=16 * workers).contains(&chunks), "{chunks} chunks for {workers} workers");
    let many = Manual::default();
    drop(many.map_with(MapOptions::new().auto_chunk_size(), 0..2048 * 16 * workers + 1, |n| n));
    assert_eq!(many.queued(), 16 * workers + 1, "a chunk does not grow beyond bounds");
    let few = Manual::default();
    drop(few.map_with(MapOptions::new().auto_chunk_size(), 0..3, |n| n));
    assert_eq!(few.queued(), 3);
    let endless = Inline.map_with(MapOptions::new().auto_chunk_size().buffer_size(4), 0_u64.., |n| n);
    assert_eq!(endless.take(5).map(Result::unwrap).sum::<u64>(), 10);
}

#[test]
fn a_chunk_of_nothing_is_refused() {
    let message = panic_of(|| MapOptions::new().chunk_size(0));
    assert_eq!(message, "chunk_size must be greater than 0, or nothing could ever be submitted");
}

#[test]
fn a_vector_has_the_values_in_order_however_they_were_chunked() {
    let inputs = || 0..N_ITEMS as i32;
    let expected: Vec<i32> = inputs().map(|n| n * n).collect();
    for size in [1, 3, 10, N_ITEMS - 1, N_ITEMS, 1_000] {
        for options in [MapOptions::new(), MapOptions::new().buffer_size(13)] {
            let mut map = Threads.map_with(options.clone().chunk_size(size), inputs(), |n| n * n);
            let (first, second) = (map.next().unwrap().unwrap(), map.next().unwrap().unwrap());
            assert_eq!([first, second], expected[..2]);
            assert_eq!(map.into_vec().unwrap(), &expected[2..], "the rest, {size} {options:?}");
            let map = Threads.map_with(options.clone().chunk_size(size), inputs(), |n| n * n);
            assert_eq!(map.into_vec().unwrap(), expected, "all, {size} {options:?}");
        }
    }
    let nothing = Inline.map_with(MapOptions::new().chunk_size(4), [0_u8; 0], |n| n);
    assert_eq!(nothing.into_vec().unwrap(), []);
}

#[test]
fn a_vector_ends_with_the_first_error_and_cancels_the_rest() {
    let executor = Manual::default();
    let ran = Arc::new(AtomicUsize::new(0));
    let counts = ran.clone();
    let map = executor.map_with(MapOptions::new().chunk_size(2), [5, 4, 0, 2, 1, 1], move |n| {
        counts.fetch_add(1, SeqCst);
        20 / n
    });
    executor.run_next();
    executor.run_next();
    assert!(map.into_vec().is_err_and(|error| error.is_panicked()));
    executor.run_all();
    assert_eq!(ran.load(SeqCst), 4, "the last chunk has been cancelled");
}

#[test]
fn a_vector_is_an_error_when_time_has_run_out() {
    let options = MapOptions::new().chunk_size(2).timeout(Duration::ZERO);
    let executor = ManualExecutor::new();
    let map = executor.map_with(options, 0..4, |n| n);
    assert!(matches!(map.into_vec(), Err(Error::DeadlineExceeded)));
}

#[test]
fn an_error_is_seen_while_the_last_result_has_not_come() {
    for chunk_size in [1, 2] {
        let (open, gate) = promise::<()>();
        let gate = gate.shared();
        let waits = move |n: usize| {
            assert!(n < 3, "the first fails");
            gate.wait();
            n
        };
        let map = |waits| Threads.map_with(MapOptions::new().chunk_size(chunk_size), [3, 3, 0, 0], waits);
        assert!(map(waits.clone()).into_vec().is_err_and(|error| error.is_panicked()));
        assert!(map(waits.clone()).collect::<Result<Vec<_>, _>>().is_err_and(|error| error.is_panicked()));
        assert!(
            Threads.map([3, 0], waits).collect::<Result<Vec<_>, _>>().is_err_and(|error| error.is_panicked())
        );
        open.complete(()).unwrap();
    }
}

#[test]
fn what_a_manual_executor_has_run_can_be_collected() {
    let executor = ManualExecutor::new();
    let map = executor.map([1, 2, 3], |n| n * 2);
    executor.run_all();
    assert_eq!(map.collect::<Result<Vec<_>, _>>().unwrap(), [2, 4, 6]);
}

#[test]
fn a_vector_of_whatever_the_inputs_say_of_their_number() {
    let three = || MapOptions::new().chunk_size(3);
    let odd = Threads.map_with(three(), (0..20).filter(|n| n % 2 == 1), |n| n);
    assert_eq!(odd.into_vec().unwrap(), [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    // At least seven, and ten in all.
    let more = Threads.map_with(three(), (0..7).chain((7..13).filter(|n| *n < 10)), |n| n);
    assert_eq!(more.into_vec().unwrap(), (0..10).collect::<Vec<_>>());
    let mut unordered = Threads.map_with(three().unordered(), 0..10, |n| n).into_vec().unwrap();
    unordered.sort_unstable();
    assert_eq!(unordered, (0..10).collect::<Vec<_>>());
    let exact = Threads.map(0..10, |n| n).collect::<Vec<_>>();
    assert!(exact.into_iter().map(Result::unwrap).eq(0..10));
}

#[test]
fn a_vector_is_as_large_as_there_are_values() {
    for chunk_size in [1, 4, 10] {
        let options = MapOptions::new().chunk_size(chunk_size);
        assert_eq!(Threads.map_with(options, 0..10, |n| n).into_vec().unwrap().capacity(), 10);
    }
}

/// In the one piece of memory there are values that have been yielded, some that have not, some that are yet to be written,
/// and places that stay empty.
#[test]
fn a_map_dropped_half_way_drops_each_value_once() {
    let value = Arc::new(());
    let (open, gate) = promise::<()>();
    let gate = gate.shared();
    let (given, waits) = (value.clone(), gate.clone());
    let mut map = Threads.map_with(MapOptions::new().chunk_size(2), 0..6, move |n| {
        if n == 3 {
            waits.wait();
        }
        given.clone()
    });
    drop((map.next().unwrap().unwrap(), map));
    open.complete(()).unwrap();
    while Arc::strong_count(&value) > 1 {
        std::thread::yield_now();
    }
}

#[test]
fn each_item_of_a_chunk_that_never_runs_ends_as_the_chunk_does() {
    for is_cancelled in [true, false] {
        let reason = if is_cancelled { Dismissal::Cancelled } else { Dismissal::Rejected };
        let executor = Manual::default();
        let results = executor.map_with(MapOptions::new().chunk_size(3), 0..3, |n| n);
        executor.dismiss_all(&reason);
        let errors: Vec<Error> = results.map(Result::unwrap_err).collect();
        assert_eq!(errors.len(), 3);
        let is_it =
            |error: &Error| error.is_cancelled() == is_cancelled && error.is_rejected() != is_cancelled;
        assert!(errors.iter().all(is_it), "{errors:?}");
    }
}

/// Inputs that have come to their end are not asked again, though they might have more by then.
#[test]
fn inputs_that_have_ended_are_not_asked_again() {
    for options in [MapOptions::new().chunk_size(4).buffer_size(8), MapOptions::new().buffer_size(8)] {
        let asked = Cell::new(0);
        // Ends after five, and begins anew.
        let inputs = std::iter::from_fn(|| {
            asked.set(asked.get() + 1);
            (asked.get() % 6 != 0).then_some(1)
        });
        let map = Inline.map_with(options, inputs, |n| n);
        assert_eq!(map.map(Result::unwrap).sum::<i32>(), 5);
        assert_eq!(asked.get(), 6);
    }
}
