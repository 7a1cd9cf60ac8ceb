//! Promises: who may begin, complete and fail, when, and how often.

use earnest_core::{Future, Promise, State, promise};
use earnest_testing::conform;

/// Row 1.2.1: a future can be made without an executor, pending or done, and has an identity of its own.
#[test]
fn a_future_needs_no_executor() {
    conform("1.2.1", |claims| {
        let (promise, future) = promise();
        let (id, other) = (future.id(), Future::ready(5));
        claims.that(id != other.id(), "two futures are told apart, whatever their outcome");
        promise.complete(5).unwrap();
        claims.is(future.id(), id);
        claims.is(future.result().unwrap(), other.result().unwrap());
    });
}

/// Row 1.2.11: beginning succeeds once, before a cancellation; otherwise it says so, and is no error.
#[test]
fn beginning_succeeds_once_and_not_after_a_cancellation() {
    conform("1.2.11", |claims| {
        let (promise, future) = promise::<u32>();
        claims.is([promise.start(), promise.start()], [true, false]);
        claims.is(future.state(), State::Running);
        claims.that(!future.cancel(), "what has begun cannot be cancelled");

        let (promise, future) = earnest_core::promise::<u32>();
        claims.that(future.cancel(), "what has not begun can be");
        claims.that(!promise.start(), "and is not to be begun then");
        claims.is(future.state(), State::Cancelled);
    });
}

/// Row 1.2.12: a promise can be completed and failed whether or not it was begun.
#[test]
fn completing_needs_no_beginning() {
    conform("1.2.12", |claims| {
        for begun in [false, true] {
            let promise_in_state = || {
                let (promise, future) = promise::<u32>();
                assert!(!begun || promise.start());
                (promise, future)
            };
            let (promise, future) = promise_in_state();
            claims.is(promise.complete(1), Ok(()));
            claims.is(future.result().unwrap(), 1);
            let (promise, future) = promise_in_state();
            claims.that(promise.fail("no"), "it can be failed");
            claims.that(future.result().unwrap_err().is_failed(), "and then it has failed");
        }
    });
}

/// Rows 59, 60, 1.1.7: completing takes the promise, of which there is one; only a cancellation can come first, and then
/// stays, and the value comes back.
#[test]
fn the_first_outcome_is_kept() {
    conform("59 60 1.1.7", |claims| {
        // By value, so that what completes a future cannot complete it again: that it has no clone is checked where the
        // traits are.
        let complete: fn(Promise<u32>, u32) -> Result<(), u32> = Promise::complete;
        let fail: fn(Promise<u32>, &'static str) -> bool = Promise::fail;

        let (promise, future) = promise();
        future.cancel();
        claims.is(complete(promise, 5), Err(5));
        claims.that(future.result().unwrap_err().is_cancelled(), "it stays cancelled");

        let (promise, future) = earnest_core::promise();
        future.cancel();
        claims.that(!fail(promise, "too late"), "failing says that it came too late");
        claims.that(future.result().unwrap_err().is_cancelled(), "it stays cancelled");

        let (promise, future) = earnest_core::promise();
        claims.is(complete(promise, 5), Ok(()));
        claims.that(!future.cancel(), "what is done cannot be cancelled any more");
        claims.is(future.result().unwrap(), 5);
    });
}

#[test]
fn a_promise_that_was_started_can_be_settled_as_cancelled() {
    let (promise, future) = promise::<u32>();
    assert!(promise.start());
    promise.settle(Err(earnest_core::Error::Cancelled));
    assert!(future.result().unwrap_err().is_cancelled());
}
