//! Being told, in place of waiting.

use crate::jobs::{gate, pool};
use earnest::{Error, Future};
use earnest_testing::{Events, watched};
use std::sync::mpsc::{Sender, channel};

/// Program 7: a line when the future is done.
fn tell(name: &'static str, future: &Future<u32>, lines: &Sender<String>) {
    let lines = lines.clone();
    future.add_done_callback(move |outcome| {
        let line = match outcome {
            Ok(value) => format!("{name} is done: {value}"),
            Err(error) => format!("{name} is done, without a value: {error}"),
        };
        // Whoever listened may have gone.
        let _nobody_listens = lines.send(line);
    });
}

/// Program 7: two callbacks, which run in the order in which they were added.
fn tell_twice(name: &'static str, future: &Future<u32>, lines: &Sender<String>) {
    tell(name, future, lines);
    let lines = lines.clone();
    future.add_done_callback(move |_| drop(lines.send(format!("{name} is to be put away"))));
}

#[test]
fn callbacks_come_in_the_order_of_completion_and_of_registration() {
    watched("program 7", || {
        let pool = pool(2);
        let [(open_slow, slow), (open_fast, fast)] = [gate(), gate()];
        let slow = pool.submit(move || slow.then(1));
        let fast = pool.submit(move || fast.then(2));
        let (lines, told) = channel();
        tell("slow", &slow, &lines);
        tell_twice("fast", &fast, &lines);
        open_fast.open();
        assert_eq!(
            [told.recv().unwrap(), told.recv().unwrap()],
            ["fast is done: 2", "fast is to be put away"]
        );
        open_slow.open();
        assert_eq!(told.recv().unwrap(), "slow is done: 1");
    });
}

/// Program 18: a callback runs whatever becomes of the future.
fn tell_both(failing: &Future<u32>, queued: &Future<u32>, lines: &Sender<String>) {
    tell("failing", failing, lines);
    tell("queued", queued, lines);
}

#[test]
fn callbacks_are_told_of_a_cancellation_and_of_a_failure() {
    watched("program 18", || {
        let pool = pool(1);
        let (lines, told) = channel();
        let (open, closed) = gate();
        let failing = pool.submit(move || {
            closed.wait();
            panic!("out of paper")
        });
        let queued = pool.submit(|| 1);
        tell_both(&failing, &queued, &lines);
        assert!(queued.cancel());
        assert_eq!(told.recv().unwrap(), "queued is done, without a value: the future was cancelled");
        open.open();
        let failed = told.recv().unwrap();
        assert!(failed.starts_with("failing is done, without a value: the task submitted at "), "{failed}");
        assert!(failed.contains(" panicked on thread `ThreadPoolExecutor-"), "{failed}");
        assert!(failed.ends_with("_0`: out of paper"), "{failed}");
    });
}

/// Program 21: a callback with a fault of its own, and one after it.
fn tell_after_a_fault(future: &Future<u32>, lines: &Sender<String>) {
    future.add_done_callback(|_: Result<&u32, &Error>| panic!("the callback ran out of paper"));
    tell("the task", future, lines);
}

#[test]
fn a_callback_that_fails_is_reported_and_holds_up_nothing() {
    watched("program 21", || {
        let events = Events::record();
        let pool = pool(1);
        let (lines, told) = channel();
        let (open, closed) = gate();
        let future = pool.submit(move || closed.then(7));
        tell_after_a_fault(&future, &lines);
        open.open();
        assert_eq!(told.recv().unwrap(), "the task is done: 7");
        assert_eq!(future.result().unwrap(), 7);
        assert_eq!(events.containing("the callback ran out of paper").len(), 1);
        assert_eq!(pool.submit(|| 8).result().unwrap(), 8);
        assert_eq!(pool.worker_count(), 1);
    });
}
