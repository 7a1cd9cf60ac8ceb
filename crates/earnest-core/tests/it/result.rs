//! Results: blocking for them, with and without a limit, and what there is to take.

use crate::asleep::blocked_in;
use earnest_core::{Error, Future, promise, task};
use earnest_testing::conform;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

#[test]
fn a_task_gives_its_value() {
    let (runnable, future) = task(|| 6 * 7);
    assert!(!future.is_done());
    runnable.run();
    assert!(future.is_done());
    assert_eq!(future.result().unwrap(), 42);
}

/// Rows 55, 1.2.4: a blocked result is woken when the value comes.
#[test]
fn a_blocked_result_is_woken_by_completion() {
    conform("55 1.2.4", |claims| {
        let (promise, future) = promise();
        let blocked = blocked_in(move || future.result());
        promise.complete(7).unwrap();
        claims.is(blocked.join().unwrap().unwrap(), 7);
    });
}

/// Rows 56, 1.1.5, 1.2.4: a blocked result is woken by a cancellation, within the call that cancels, and says so.
#[test]
fn a_blocked_result_is_woken_by_cancellation() {
    conform("56 1.1.5 1.2.4", |claims| {
        let (_promise, future) = promise::<u32>();
        let handle = future.cancel_handle();
        let blocked = blocked_in(move || future.result());
        claims.that(handle.cancel(), "what is waited for can be cancelled");
        let error = blocked.join().unwrap().unwrap_err();
        claims.that(error.is_cancelled(), "the one who waits is told that it was cancelled");
        claims.is(error.to_string(), "the future was cancelled");
    });
}

/// Rows 58, 1.2.5: one who blocks for the error alone is woken too.
#[test]
fn a_wait_for_the_error_is_woken_by_failure() {
    conform("58 1.2.5", |claims| {
        let (promise, future) = promise::<u32>();
        let blocked = blocked_in(move || {
            future.wait();
            future.peek().and_then(Result::err).map(Error::to_string)
        });
        promise.fail("no such file");
        claims.is(blocked.join().unwrap().as_deref(), Some("the task failed: no such file"));
    });
}

/// Row 1.1.6: running out of time gives the future back, unharmed, and is an error of its own type.
#[test]
fn running_out_of_time_gives_the_future_back() {
    conform("1.1.6", |claims| {
        let (promise, future) = promise();
        let timed_out = future.result_timeout(Duration::from_millis(1)).unwrap_err();
        claims.is(timed_out.to_string(), "gave up waiting: time is up");
        let future = timed_out.into_inner();
        claims.that(!future.wait_timeout(Duration::ZERO), "there is nothing yet");
        promise.complete("late").unwrap();
        claims.is(future.result().unwrap(), "late");
    });
}

/// Far enough ahead that nobody waits so long, and near enough for the clock.
const CENTURIES: Duration = Duration::from_secs(u32::MAX as u64);

/// Row 2b.u: a timeout that no clock can reach, and one that nobody lives to see, last until the value comes.
#[test]
fn an_endless_timeout_lasts_until_the_value_comes() {
    conform("2b.u", |claims| {
        static COMPLETED: AtomicBool = AtomicBool::new(false);
        let waits: [fn(Future<u32>) -> bool; 5] = [
            |future| future.wait_timeout(Duration::MAX),
            |future| future.wait_timeout(CENTURIES),
            |future| future.result_timeout(Duration::MAX).is_ok(),
            |future| future.result_deadline(Instant::now() + CENTURIES).is_ok(),
            |future| future.shared().wait_timeout(Duration::MAX),
        ];
        let blocked = waits.map(|wait| {
            let (promise, future) = promise();
            (promise, blocked_in(move || (wait(future), COMPLETED.load(SeqCst))))
        });
        COMPLETED.store(true, SeqCst);
        for (promise, blocked) in blocked {
            promise.complete(5).unwrap();
            claims.is(blocked.join().unwrap(), (true, true));
        }
    });
}

/// Row 2b.u: a timeout of zero, and a deadline that has passed, look once.
#[test]
fn no_time_at_all_is_a_look() {
    conform("2b.u", |claims| {
        let (promise, future) = promise();
        let now = Instant::now();
        claims.that(!future.wait_timeout(Duration::ZERO), "zero does not wait");
        let future = future.result_deadline(now).unwrap_err().into_inner();
        promise.complete(5).unwrap();
        claims.that(future.wait_timeout(Duration::ZERO), "zero sees what is there");
        claims.is(future.result_deadline(now).unwrap().unwrap(), 5);
    });
}

#[test]
fn a_panic_becomes_the_outcome_with_payload_message_and_origin() {
    let line = line!() + 1;
    let (runnable, future) = task(|| -> () { panic!("no way") });
    runnable.run();
    let panic = future.result().unwrap_err().into_panic().unwrap();
    assert_eq!(panic.message(), Some("no way"));
    assert_eq!(panic.location().line(), line);
    assert_eq!(panic.into_panic().downcast_ref::<&str>(), Some(&"no way"));
}

#[test]
fn a_dropped_promise_abandons_its_future() {
    let (promise, future) = promise::<()>();
    drop(promise);
    assert!(future.result().unwrap_err().is_abandoned());
}

/// Row 98: a task that is dropped before it starts ends its future.
#[test]
fn a_dropped_runnable_abandons_its_future() {
    conform("98", |claims| {
        let (runnable, future) = task(|| ());
        drop(runnable);
        claims.that(future.result().unwrap_err().is_abandoned(), "it is abandoned");
    });
}

#[test]
fn a_failed_promise_says_why() {
    let (promise, future) = promise::<()>();
    assert!(promise.fail("disk full"));
    let error = future.result().unwrap_err();
    assert_eq!(error.to_string(), "the task failed: disk full");
    assert!(matches!(error, Error::Failed(_)));
}

#[test]
fn a_ready_future_needs_no_executor() {
    assert_eq!(Future::ready("x").result().unwrap(), "x");
    assert!(Future::<()>::from(Err(Error::Rejected)).result().unwrap_err().is_rejected());
}

#[test]
fn a_spent_handle_says_taken() {
    let mut future = Future::ready(1);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut poll = || core::future::Future::poll(std::pin::Pin::new(&mut future), &mut context);
    assert!(matches!(poll(), std::task::Poll::Ready(Ok(1))));
    assert!(matches!(poll(), std::task::Poll::Ready(Err(Error::Taken))));
    assert!(matches!(future.peek(), Some(Err(Error::Taken))));
    assert!(future.is_terminated());
    assert!(future.result().unwrap_err().is_taken());
}

#[test]
fn a_promise_that_was_started_and_dropped_abandons_its_future() {
    let (promise, future) = promise::<()>();
    assert!(promise.start());
    drop(promise);
    assert!(future.result().unwrap_err().is_abandoned());
}
