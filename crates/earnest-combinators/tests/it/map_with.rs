use crate::support::{Inline, Manual, Threads, panic_of};
use earnest_combinators::{MapExt, MapOptions};
use earnest_core::Executor;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

const BUFFERED: MapOptions = MapOptions::new().buffer_size(2);

#[test]
fn the_buffer_never_holds_more_than_n() {
    for n in [1, 2, 3, 100] {
        let (pulled, yielded) = (Cell::new(0), Cell::new(0));
        let inputs = (0..20).inspect(|_| {
            pulled.set(pulled.get() + 1);
            assert!(pulled.get() - yielded.get() <= n);
        });
        let results = Inline.map_with(MapOptions::new().buffer_size(n), inputs, |n| n);
        assert_eq!(pulled.get(), n.min(20), "the buffer is filled within the call");
        for result in results {
            // Inside `next` the item it returns has not been yielded.
            assert!(pulled.get() - yielded.get() <= n);
            assert_eq!(result.unwrap(), yielded.get());
            yielded.set(yielded.get() + 1);
        }
        assert_eq!((pulled.get(), yielded.get()), (20, 20));
    }
}

#[test]
fn the_call_submits_no_more_than_the_buffer_holds() {
    let executor = Manual::default();
    let mut results = executor.map_with(BUFFERED, 0.., |n| n);
    assert_eq!(executor.queued(), 2);
    executor.run_all();
    assert_eq!(results.next().unwrap().unwrap(), 0);
    assert_eq!(executor.queued(), 0, "room is filled by the next `next`");
}

#[test]
fn a_buffered_map_takes_inputs_that_never_end() {
    let squares = Threads.map_with(MapOptions::new().buffer_size(4), 1_u64.., |n| n * n);
    assert!(squares.take(50).map(Result::unwrap).eq((1..=50).map(|n| n * n)));
}

#[test]
fn the_default_options_submit_everything_within_the_call() {
    let executor = Manual::default();
    let dynamic: &dyn Executor = &executor;
    let results = dynamic.map_with(MapOptions::default(), 0..7, |n| n);
    assert_eq!(executor.queued(), 7);
    executor.run_all();
    assert!(results.map(Result::unwrap).eq(0..7));
}

#[test]
fn an_empty_input_gives_an_empty_output() {
    assert_eq!(Inline.map_with(BUFFERED, 0..0, |n| n).count(), 0);
    assert_eq!(Inline.map_with(BUFFERED.timeout(Duration::ZERO), 0..0, |n| n).count(), 0);
}

#[test]
fn inputs_that_have_ended_are_asked_no_more() {
    let asked = Cell::new(0);
    let inputs = std::iter::from_fn(|| {
        asked.set(asked.get() + 1);
        (asked.get() % 2 == 0).then_some(())
    });
    let mut results = Inline.map_with(BUFFERED, inputs, |()| ());
    assert!(results.next().is_none());
    assert!(results.next().is_none());
    assert_eq!(asked.get(), 1);
}

#[test]
fn an_error_ends_nothing() {
    let results = Inline.map_with(BUFFERED, 0..4, |n| if n == 1 { panic!("not this one") } else { n });
    assert_eq!(results.filter_map(Result::ok).collect::<Vec<_>>(), [0, 2, 3]);
}

#[test]
fn time_runs_out_once_and_cancels_the_rest() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    let options = BUFFERED.timeout(Duration::from_millis(1));
    let mut results = executor.map_with(options, 0.., move |_| count.fetch_add(1, SeqCst));
    assert!(results.next().unwrap().unwrap_err().is_deadline_exceeded());
    // The one that was waited for is among them.
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 0);
    assert_eq!(results.size_hint(), (0, Some(0)));
    assert!(results.next().is_none());
    assert!(results.next().is_none(), "fused");
}

#[test]
fn what_is_there_is_yielded_when_time_has_run_out() {
    let options = MapOptions::new().timeout(Duration::ZERO);
    assert!(Inline.map_with(options, 0..3, |n| n).map(Result::unwrap).eq(0..3));
}

#[test]
fn nothing_is_pulled_when_time_has_run_out() {
    let pulled = Cell::new(0);
    let inputs = (0..).inspect(|_| pulled.set(pulled.get() + 1));
    let mut results = Inline.map_with(BUFFERED.timeout(Duration::ZERO), inputs, |n| n);
    assert_eq!(results.next().unwrap().unwrap(), 0);
    assert_eq!(results.next().unwrap().unwrap(), 1);
    assert!(results.next().unwrap().unwrap_err().is_deadline_exceeded());
    assert!(results.next().is_none());
    assert_eq!(pulled.get(), 2);
}

#[test]
fn there_is_no_error_when_nothing_was_left_to_do() {
    let options = BUFFERED.timeout(Duration::ZERO);
    assert!(Inline.map_with(options, [0, 1], |n| n).map(Result::unwrap).eq(0..2));
}

#[test]
fn a_timeout_too_long_for_the_clock_means_for_ever() {
    let results = Threads.map_with(BUFFERED.timeout(Duration::MAX), 0..3, |n| n);
    assert!(results.map(Result::unwrap).eq(0..3));
}

#[test]
fn time_runs_from_the_call() {
    const TIMEOUT: Duration = Duration::from_secs(1);
    let executor = Manual::default();
    let mut results = executor.map_with(MapOptions::new().timeout(TIMEOUT), 0..1, |n| n);
    let (_unkept, pending) = earnest_core::promise::<()>();
    assert!(!pending.wait_timeout(TIMEOUT));
    let asked = Instant::now();
    assert!(results.next().unwrap().unwrap_err().is_deadline_exceeded());
    assert!(asked.elapsed() < TIMEOUT);
}

#[test]
fn dropping_the_results_cancels_what_has_not_started() {
    for n_iterated in [0, 2] {
        let executor = Manual::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let count = runs.clone();
        let options = MapOptions::new().buffer_size(3);
        let mut results = executor.map_with(options, 0.., move |_| count.fetch_add(1, SeqCst));
        for _ in 0..n_iterated {
            executor.run_next();
            results.next().unwrap().unwrap();
        }
        drop(results);
        executor.run_all();
        assert_eq!(runs.load(SeqCst), n_iterated);
    }
}

#[test]
fn a_detached_map_runs_what_was_submitted() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    executor.map_with(BUFFERED, 0.., move |_| count.fetch_add(1, SeqCst)).detach();
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 2);
}

#[test]
fn inputs_that_panic_in_the_call_cancel_what_was_submitted() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    let inputs = (0..).map(|n| if n == 1 { panic!("no second") } else { n });
    let panic = panic_of(|| executor.map_with(BUFFERED, inputs, move |_| count.fetch_add(1, SeqCst)));
    assert_eq!((panic, executor.queued()), ("no second", 1));
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 0);
}

#[test]
fn inputs_that_panic_in_next_lose_nothing_that_was_submitted() {
    let inputs = (0..4).map(|n| if n == 2 { panic!("no third") } else { n });
    let mut results = Inline.map_with(BUFFERED, inputs, |n| n);
    assert_eq!(results.next().unwrap().unwrap(), 0);
    assert_eq!(panic_of(|| results.next()), "no third");
    assert!(results.map(Result::unwrap).eq([1, 3]));
}

#[test]
fn the_bounds_of_the_length_are_those_of_the_inputs() {
    let mut results = Inline.map_with(BUFFERED, 0..5, |n| n);
    assert_eq!(results.size_hint(), (5, Some(5)));
    results.next().unwrap().unwrap();
    assert_eq!(results.size_hint(), (4, Some(4)));
    assert_eq!(Inline.map_with(BUFFERED, 0_u128.., |n| n).size_hint(), (usize::MAX, None));
    let timed = Inline.map_with(BUFFERED.timeout(Duration::ZERO), 0..5, |n| n);
    assert_eq!(timed.size_hint(), (1, Some(5)), "one error may stand for all of them");
}

#[test]
fn a_task_remembers_who_had_it_submitted() {
    let line = line!() + 1;
    let mut results = Inline.map_with(MapOptions::new().buffer_size(1), 0..2, |_| panic!("on purpose"));
    let mut location = || {
        let result: Result<(), _> = results.next().unwrap();
        result.unwrap_err().into_panic().unwrap().location().line()
    };
    assert_eq!(location(), line, "the first, by the call");
    assert_eq!(location(), line, "the second too, although `next` has submitted it");
}

#[test]
#[should_panic(expected = "buffer_size must be greater than 0")]
fn a_buffer_of_none_is_refused() {
    let _options = MapOptions::new().buffer_size(0);
}
