use crate::support::{Closed, Inline, Manual, Threads, panic_of};
use earnest_combinators::MapExt;
use earnest_core::{Error, Executor};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn results_come_in_the_order_of_the_inputs() {
    let n_items = if cfg!(miri) { 10 } else { 100 };
    assert!(Threads.map(0..n_items, |n| n * 2).map(Result::unwrap).eq((0..n_items).map(|n| n * 2)));
}

#[test]
fn every_executor_can_map() {
    let dynamic: &dyn Executor = &Threads;
    assert!(dynamic.map(0..10, |n| n + 1).map(Result::unwrap).eq(1..=10));
    let counted: Arc<dyn Executor> = Arc::new(Inline);
    assert!(counted.map(0..10, |n| n + 1).map(Result::unwrap).eq(1..=10));
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
    let result: Result<(), Error> = Inline.map([1], |_| panic!("on purpose")).next().unwrap();
    assert_eq!(result.unwrap_err().into_panic().unwrap().location().line(), line);
}

#[test]
fn dropping_the_results_cancels_what_has_not_started() {
    for n_iterated in [0, 2] {
        let executor = Manual::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let count = runs.clone();
        let mut results = executor.map(0..5, move |_| count.fetch_add(1, SeqCst));
        (0..n_iterated).for_each(|_| executor.run_next());
        assert_eq!(results.by_ref().take(n_iterated).filter(Result::is_ok).count(), n_iterated);
        drop(results);
        assert_eq!(executor.queued(), 5 - n_iterated);
        executor.run_all();
        assert_eq!(runs.load(SeqCst), n_iterated);
    }
}

#[test]
fn dropping_the_results_drops_the_inputs_at_once() {
    let executor = Manual::default();
    let input = Arc::new(());
    let results = executor.map([input.clone(), input.clone()], drop);
    assert_eq!(Arc::strong_count(&input), 3);
    drop(results);
    assert_eq!((executor.queued(), Arc::strong_count(&input)), (2, 1));
}

#[test]
fn a_detached_map_runs() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    executor.map(0..5, move |_| count.fetch_add(1, SeqCst)).detach();
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 5);
}

#[test]
fn the_function_goes_with_the_last_task() {
    let captured = Arc::new(());
    let witness = captured.clone();
    let executor = Manual::default();
    let results = executor.map(0..2, move |_| Arc::strong_count(&captured));
    executor.run_all();
    assert_eq!(Arc::strong_count(&witness), 1);
    drop(results);
}

#[test]
fn a_refused_task_is_an_error_in_its_place() {
    let outcomes: Vec<_> = Closed.map(0..3, |n| n).collect();
    assert_eq!(outcomes.len(), 3);
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap_err().is_rejected()));
}

#[test]
fn the_number_of_results_is_known() {
    let mut results = Inline.map(0..3, |n| n);
    assert_eq!((results.len(), results.size_hint()), (3, (3, Some(3))));
    results.next().unwrap().unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!(results.by_ref().count(), 2);
    assert!(results.next().is_none());
    assert!(results.next().is_none(), "fused");
}

#[test]
fn an_empty_input_gives_an_empty_output() {
    assert_eq!(Inline.map(0..0, |n| n).count(), 0);
}

#[test]
fn an_input_that_panics_cancels_what_was_submitted() {
    let executor = Manual::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    let inputs = (0..5).map(|n| if n == 3 { panic!("no fourth") } else { n });
    let panic = panic_of(|| executor.map(inputs, move |_| count.fetch_add(1, SeqCst)));
    assert_eq!((panic, executor.queued()), ("no fourth", 3));
    executor.run_all();
    assert_eq!(runs.load(SeqCst), 0);
}
