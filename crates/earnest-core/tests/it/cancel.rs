//! Cancelling: by whom, until when, and what is gone by then.

use earnest_core::{State, promise, task};
use earnest_testing::conform;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};

/// Rows 2b.v, 1.2.2: cancelling drops the closure, with all that it captured, before callbacks run, and before it returns;
/// what is left in a queue holds nothing.
#[test]
fn cancelling_a_pending_task_drops_its_captures_before_it_returns() {
    conform("2b.v 1.2.2", |claims| {
        let captured = Arc::new(());
        let (runnable, future) = task({
            let captured = captured.clone();
            move || drop(captured)
        });
        let (tell, told) = mpsc::channel();
        let watched = Arc::downgrade(&captured);
        future.add_done_callback(move |_| tell.send(watched.strong_count()).unwrap());
        claims.that(future.cancel(), "it is cancelled");
        claims.is(told.try_recv(), Ok(1));
        claims.is(Arc::strong_count(&captured), 1);
        claims.that(future.cancel(), "it is cancelled already");
        runnable.run();
        claims.is(future.state(), State::Cancelled);
        claims.that(future.result().unwrap_err().is_cancelled(), "running it does nothing");
    });
}

/// Row 1.2.2: cancelling again says that the future is cancelled, and runs no callback again.
#[test]
fn cancelling_again_runs_no_callback_again() {
    conform("1.2.2", |claims| {
        let calls = Arc::new(AtomicUsize::new(0));
        let (promise, future) = promise::<u32>();
        let count = calls.clone();
        future.add_done_callback(move |_| assert_eq!(count.fetch_add(1, SeqCst), 0));
        let handle = future.cancel_handle();
        claims.is([future.cancel(), future.cancel(), handle.cancel()], [true; 3]);
        claims.that(promise.is_cancelled(), "the producer can ask");
        claims.is(calls.load(SeqCst), 1);
    });
}

#[test]
fn cancelling_a_running_task_is_refused() {
    let (handles, handle) = mpsc::channel::<earnest_core::CancelHandle>();
    let (runnable, future) = task(move || handle.recv().unwrap().cancel());
    handles.send(future.cancel_handle()).unwrap();
    runnable.run();
    assert!(!future.result().unwrap());
}

#[test]
fn cancelling_a_finished_future_is_refused() {
    let (runnable, future) = task(|| 1);
    runnable.run();
    assert!(!future.cancel());
    assert_eq!(future.result().unwrap(), 1);
}

#[test]
fn a_promise_learns_that_it_is_not_wanted() {
    let (told, tell) = mpsc::channel();
    let (promise, future) = promise();
    promise.on_cancel(move || told.send(()).unwrap());
    assert!(future.cancel());
    tell.try_recv().unwrap();
    assert!(promise.is_cancelled());
    assert_eq!(promise.complete(5), Err(5));
}

#[test]
fn a_started_promise_cannot_be_cancelled() {
    let (promise, future) = promise();
    assert!(promise.start());
    assert!(!promise.start());
    assert!(!future.cancel());
    assert_eq!(future.state(), State::Running);
    promise.complete(5).unwrap();
    assert_eq!(future.result().unwrap(), 5);
}

#[test]
fn a_cancel_handle_outlives_future_and_runnable() {
    let (runnable, future) = task(|| Arc::new(()));
    let handle = future.cancel_handle();
    let clone = handle.clone();
    runnable.run();
    drop(handle);
    let value = future.result().unwrap();
    assert_eq!(Arc::strong_count(&value), 1);
    assert!(!clone.cancel());
    let (_promise, future) = promise::<()>();
    let handle = future.cancel_handle();
    drop(future);
    assert!(handle.cancel());
    assert!(handle.is_cancelled());
}

#[test]
fn a_cancel_handle_of_a_done_future_knows() {
    let (_runnable, future) = task(|| ());
    future.cancel();
    assert!(future.cancel_handle().cancel());
    assert!(!earnest_core::Future::ready(()).cancel_handle().is_cancelled());
}

#[test]
fn cancel_on_drop_cancels_what_has_not_begun_and_nothing_else() {
    let (promise, future) = promise::<u32>();
    drop(future.cancel_on_drop());
    assert!(promise.is_cancelled());

    let (promise, future) = earnest_core::promise();
    let future = future.cancel_on_drop();
    assert_eq!(future.state(), State::Pending);
    let plain = future.into_inner();
    promise.complete(7).unwrap();
    assert_eq!(plain.cancel_on_drop().result().unwrap(), 7);
}

#[test]
fn a_cancelled_future_stays_cancelled_after_its_outcome_was_taken() {
    let (promise, mut future) = promise::<u32>();
    let handle = future.cancel_handle();
    assert!(future.cancel());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let polled = core::future::Future::poll(std::pin::Pin::new(&mut future), &mut context);
    assert!(matches!(polled, std::task::Poll::Ready(Err(earnest_core::Error::Cancelled))));
    assert!(promise.is_cancelled() && handle.is_cancelled() && handle.cancel() && future.is_cancelled());
    let (told, tell) = mpsc::channel();
    promise.on_cancel(move || told.send(()).unwrap());
    tell.try_recv().unwrap();
}

/// What counts tasks is called between a transition and what follows from it: a panic there must not come in between.
#[test]
fn a_backlog_that_panics_leaves_no_future_open() {
    struct Full;
    impl earnest_core::Backlog for Full {
        fn task_has_left(&self) {
            panic!("on purpose");
        }
    }

    let counted = || {
        let (mut runnable, future) = task(|| 7);
        runnable.count_in(Arc::new(Full));
        (runnable, future)
    };
    let (_runnable, future) = counted();
    assert!(future.cancel());
    assert!(future.result().unwrap_err().is_cancelled());
    let (runnable, future) = counted();
    runnable.run();
    assert_eq!(future.result().unwrap(), 7);
    let (runnable, future) = counted();
    drop(runnable);
    assert!(future.result().unwrap_err().is_abandoned());
}
