use earnest_core::{Error, Future, promise, task};
use std::thread;
use std::time::Duration;

#[test]
fn a_task_gives_its_value() {
    let (runnable, future) = task(|| 6 * 7);
    assert!(!future.is_done());
    runnable.run();
    assert!(future.is_done());
    assert_eq!(future.result().unwrap(), 42);
}

#[test]
fn a_blocked_result_is_woken_by_completion() {
    let (promise, future) = promise();
    let producer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        promise.complete(7).unwrap();
    });
    assert_eq!(future.result().unwrap(), 7);
    producer.join().unwrap();
}

#[test]
fn running_out_of_time_gives_the_future_back() {
    let (promise, future) = promise();
    let future = future.result_timeout(Duration::from_millis(1)).unwrap_err().into_inner();
    assert!(!future.wait_timeout(Duration::ZERO));
    promise.complete("late").unwrap();
    assert!(future.wait_timeout(Duration::MAX));
    assert_eq!(future.result().unwrap(), "late");
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

#[test]
fn a_dropped_runnable_abandons_its_future() {
    let (runnable, future) = task(|| ());
    drop(runnable);
    assert!(future.result().unwrap_err().is_abandoned());
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
fn shared_handles_see_one_outcome() {
    let (promise, future) = promise();
    let shared = future.shared();
    let seen: Vec<_> = (0..4)
        .map(|_| {
            let shared = shared.clone();
            thread::spawn(move || *shared.result().unwrap())
        })
        .collect();
    promise.complete(9).unwrap();
    assert!(seen.into_iter().all(|thread| thread.join().unwrap() == 9));
    assert_eq!(shared.try_unwrap().unwrap().result().unwrap(), 9);
}

#[test]
fn a_promise_that_was_started_and_dropped_abandons_its_future() {
    let (promise, future) = promise::<()>();
    assert!(promise.start());
    drop(promise);
    assert!(future.result().unwrap_err().is_abandoned());
}
