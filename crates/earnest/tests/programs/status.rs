//! Where a future stands, how long to wait for it, and what cancelling does.

use crate::jobs::{Gate, gate, pool};
use earnest::{Error, Future, Promise, TimedOut, promise};
use earnest_testing::watched;
use std::time::Duration;

/// A task that says when it has begun, and ends when the gate is open.
fn task(begun: Promise<()>, gate: Gate) -> impl FnOnce() -> u32 + Send {
    move || {
        begun.complete(()).unwrap();
        gate.wait();
        7
    }
}

/// Program 15: where a future stands, in a line.
fn status(future: &Future<u32>) -> String {
    let [running, done, cancelled] = [future.is_running(), future.is_done(), future.is_cancelled()];
    format!("{:?}: running {running}, done {done}, cancelled {cancelled}", future.state())
}

#[test]
fn a_future_says_where_it_stands() {
    watched("program 15", || {
        let pool = pool(1);
        let (open, closed) = gate();
        let (begun, running) = promise();
        let first = pool.submit(task(begun, closed));
        let second = pool.submit(|| 8);
        running.result().unwrap();
        assert_eq!(status(&first), "Running: running true, done false, cancelled false");
        assert_eq!(status(&second), "Pending: running false, done false, cancelled false");
        second.cancel();
        open.open();
        first.wait();
        assert_eq!(status(&first), "Finished: running false, done true, cancelled false");
        assert_eq!(status(&second), "Cancelled: running false, done true, cancelled true");
    });
}

/// Program 16: waits for so long, and hands the future back if that was too short.
fn impatient(future: Future<u32>, patience: Duration) -> (String, Option<Future<u32>>) {
    match future.result_timeout(patience) {
        Ok(Ok(value)) => (format!("the result is {value}"), None),
        Ok(Err(error)) => (format!("no result: {error}"), None),
        Err(timed_out) => (timed_out.to_string(), Some(TimedOut::into_inner(timed_out))),
    }
}

#[test]
fn giving_up_loses_nothing() {
    watched("program 16", || {
        let pool = pool(1);
        let (open, closed) = gate();
        let future = pool.submit(move || closed.then(7));
        let (line, future) = impatient(future, Duration::from_millis(1));
        assert_eq!(line, "gave up waiting: time is up");
        open.open();
        let (line, gone) = impatient(future.unwrap(), Duration::MAX);
        assert_eq!(line, "the result is 7");
        assert!(gone.is_none());
        // Without a limit.
        assert_eq!(pool.submit(|| 8).result().unwrap(), 8);
    });
}

/// Program 17: tries to cancel, and says what came of it.
fn try_to_cancel(name: &str, future: &Future<u32>) -> String {
    if future.cancel() { format!("{name} is cancelled") } else { format!("{name} goes on") }
}

#[test]
fn what_is_queued_can_be_cancelled_and_what_runs_cannot() {
    watched("program 17", || {
        let pool = pool(1);
        let (open, closed) = gate();
        let (begun, running) = promise();
        let first = pool.submit(task(begun, closed));
        let second = pool.submit(|| 8);
        running.result().unwrap();
        assert_eq!(try_to_cancel("the running task", &first), "the running task goes on");
        assert_eq!(try_to_cancel("the queued task", &second), "the queued task is cancelled");
        open.open();
        assert_eq!(first.result().unwrap(), 7);
        assert!(matches!(second.result(), Err(Error::Cancelled)));
    });
}
