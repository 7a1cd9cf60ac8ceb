use crate::support::{Inline, Manual, Threads};
use earnest_combinators::{MapExt, MapOptions};
use earnest_core::{Error, Executor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

#[test]
fn results_come_in_the_order_of_the_inputs() {
    assert!(Threads.map(0..100, |n| n * 2).map(Result::unwrap).eq((0..100).map(|n| n * 2)));
    let dynamic: &dyn Executor = &Threads;
    assert!(dynamic.map(0..10, |n| n + 1).map(Result::unwrap).eq(1..=10));
}

#[test]
fn everything_is_submitted_within_the_call() {
    let executor = Manual::default();
    let results = executor.map(0..7, |n| n);
    assert_eq!(executor.queued(), 7);
    assert_eq!(results.len(), 7);
    executor.run_all();
    assert!(results.map(Result::unwrap).eq(0..7));
}

#[test]
fn an_error_takes_its_place_and_ends_nothing() {
    let outcomes: Vec<_> = Inline.map(0..4, |n| if n == 1 { panic!("not this one") } else { n }).collect();
    assert!(matches!(&outcomes[1], Err(Error::Panicked(panic)) if panic.message() == Some("not this one")));
    assert_eq!(outcomes.into_iter().filter_map(Result::ok).collect::<Vec<_>>(), [0, 2, 3]);
}

#[test]
fn the_submit_location_of_an_item_is_the_call_of_map() {
    let line = line!() + 1;
    let error = Inline.map([1], |_| panic!("on purpose")).next().unwrap().map(|()| ()).unwrap_err();
    assert_eq!(error.into_panic().unwrap().location().line(), line);
}

#[test]
fn dropping_the_results_cancels_what_has_not_started() {
    for iterated in [false, true] {
        let executor = Manual::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let count = runs.clone();
        let options = MapOptions::new().timeout(Duration::ZERO);
        let mut results = executor.map_with(options, 0..5, move |_| count.fetch_add(1, SeqCst));
        if iterated {
            assert!(results.next().unwrap().unwrap_err().is_deadline_exceeded());
        }
        drop(results);
        executor.run_all();
        assert_eq!(runs.load(SeqCst), 0);
    }
}

#[test]
fn detached_results_run() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = || {
        let runs = runs.clone();
        move |_| runs.fetch_add(1, SeqCst)
    };
    executor.map(0..5, count()).detach();
    executor.map_with(MapOptions::new().buffer_size(2), 0..5, count()).detach();
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 5 + 2);
}

#[test]
fn the_buffer_never_holds_more_than_n() {
    for n in [1, 2, 3, 100] {
        let pulled = Arc::new(AtomicUsize::new(0));
        let inputs = (0..20).inspect({
            let pulled = pulled.clone();
            move |_| {
                pulled.fetch_add(1, SeqCst);
            }
        });
        let mut yielded = 0;
        let mut results = Inline.map_with(MapOptions::new().buffer_size(n), inputs, |n| n);
        assert_eq!(pulled.load(SeqCst), n.min(20), "the buffer is filled within the call");
        while let Some(result) = results.next() {
            // Inside `next` the item it returns has not been yielded.
            assert!(pulled.load(SeqCst) - yielded <= n);
            assert_eq!(result.unwrap(), yielded);
            yielded += 1;
        }
        assert_eq!(yielded, 20);
    }
}

#[test]
fn a_buffered_map_takes_inputs_that_never_end() {
    let squares = Threads.map_with(MapOptions::new().buffer_size(4), 1_u64.., |n| n * n);
    assert!(squares.take(50).map(Result::unwrap).eq((1..=50).map(|n| n * n)));
}

#[test]
fn time_runs_out_once_and_cancels_the_rest() {
    let executor = Manual::default();
    let options = MapOptions::new().timeout(Duration::from_millis(1)).buffer_size(3);
    let mut results = executor.map_with(options, 0.., |n| n);
    assert!(results.next().unwrap().unwrap_err().is_deadline_exceeded());
    assert!(results.next().is_none());
    assert_eq!(results.size_hint(), (0, Some(0)));
    drop(results);
    let forever = Inline.map_with(MapOptions::new().timeout(Duration::MAX), 0..3, |n| n);
    assert_eq!(forever.map(Result::unwrap).sum::<i32>(), 3);
}

#[test]
fn an_empty_input_gives_an_empty_output() {
    assert_eq!(Inline.map(0..0, |n| n).count(), 0);
    assert_eq!(Inline.map_with(MapOptions::new().buffer_size(1), 0..0, |n| n).count(), 0);
}

#[test]
fn an_input_that_panics_cancels_what_was_submitted() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    let inputs = (0..5).map(|n| if n == 3 { panic!("no fourth") } else { n });
    let mapped = catch_unwind(AssertUnwindSafe(|| {
        drop(executor.map(inputs, move |_| count.fetch_add(1, SeqCst)));
    }));
    assert!(mapped.is_err());
    assert_eq!(executor.queued(), 3);
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 0);
}

#[test]
#[should_panic(expected = "buffer_size must be greater than 0")]
fn a_buffer_of_none_is_refused() {
    let _options = MapOptions::new().buffer_size(0);
}
