use earnest_core::{Error, ExecutorExt, InlineExecutor, ManualExecutor, promise};
use earnest_testing::{Events, conform};

/// A future that has failed with `text`.
fn failed(text: &'static str) -> earnest_core::Future<u32> {
    let (promise, future) = promise();
    assert!(promise.fail(text));
    future
}

#[test]
fn a_failure_that_nobody_looked_at_is_reported_once() {
    let events = Events::record();
    drop(failed("unseen: dropped"));
    let reports = events.containing("unseen: dropped");
    assert_eq!(reports.len(), 1);
    assert!(
        reports[0].starts_with("WARN nobody looked at the failure of a future made at "),
        "{}",
        reports[0]
    );
    assert!(reports[0].contains("unseen.rs:"), "{}", reports[0]);
}

#[test]
fn it_is_reported_too_where_the_handle_went_first() {
    let events = Events::record();
    let (promise, future) = promise::<u32>();
    future.detach();
    promise.fail("unseen: detached");
    assert_eq!(events.containing("unseen: detached").len(), 1);
}

/// Row 1.1.3: the panic of a task that nobody asks is reported as an error.
#[test]
fn a_panic_is_reported_as_an_error() {
    conform("1.1.3", |claims| {
        let events = Events::record();
        InlineExecutor.submit(|| panic!("unseen: a panic")).detach();
        let reports = events.containing("unseen: a panic");
        claims.is(reports.len(), 1);
        claims.that(reports[0].starts_with("ERROR "), "it is reported as an error");
    });
}

#[test]
fn whoever_takes_peeks_or_is_called_back_has_looked() {
    let events = Events::record();
    assert!(failed("looked at: taken").result().is_err());

    let peeked = failed("looked at: peeked");
    assert!(peeked.peek().unwrap().is_err());
    drop(peeked);

    let called_back_late = failed("looked at: called back late");
    called_back_late.add_done_callback(|outcome| assert!(outcome.is_err()));
    drop(called_back_late);

    let (promise, called_back) = promise::<u32>();
    called_back.add_done_callback(|outcome| assert!(outcome.is_err()));
    promise.fail("looked at: called back");
    drop(called_back);

    let (promise, detached) = earnest_core::promise::<u32>();
    detached.add_done_callback(|outcome| assert!(outcome.is_err()));
    detached.detach();
    promise.fail("looked at: called back when detached");

    let shared = failed("looked at: shared").shared();
    assert!(shared.clone().result().is_err());
    drop(shared);
    assert_eq!(events.containing("looked at: "), [""; 0]);
}

#[test]
fn an_error_that_is_passed_on_is_that_of_the_derived_future() {
    let events = Events::record();
    assert!(failed("passed on: taken").map(|n| n + 1).result().is_err());
    assert!(events.containing("passed on: taken").is_empty());
    drop(failed("passed on: dropped").map(|n| n + 1).and_then(earnest_core::Future::ready));
    assert_eq!(events.containing("passed on: dropped").len(), 1);
}

#[test]
fn a_failure_that_comes_too_late_for_a_cancelled_future_is_reported() {
    let events = Events::record();
    let manual = ManualExecutor::new();
    let (finish, finished) = promise::<()>();
    let source = manual.submit(|| ());
    let derived = source.and_then(move |()| {
        // The source runs no more, and cannot be cancelled; what is derived can.
        finished.map(|()| panic!("too late for anybody"))
    });
    let cancel = derived.cancel_handle();
    manual.run_all();
    finish.complete(()).unwrap();
    cancel.cancel();
    drop(derived);
    assert_eq!(events.containing("too late for anybody").len(), 1);
}

#[test]
fn a_cancellation_is_nothing_to_report() {
    let events = Events::record();
    let line = line!() + 1;
    let (promise, future) = promise::<u32>();
    assert!(future.cancel());
    drop((promise, future));
    assert_eq!(events.containing(&format!("unseen.rs:{line}:")), [""; 0]);
}

#[test]
fn registering_for_cancellation_is_no_look() {
    let events = Events::record();
    let (promise, future) = promise::<u32>();
    promise.on_cancel(|| {});
    promise.fail("unseen: but for a notice");
    drop(future);
    assert_eq!(events.containing("unseen: but for a notice").len(), 1);
}

#[test]
fn a_refused_task_that_nobody_asks_for_is_reported() {
    let events = Events::record();
    let closed = ManualExecutor::new();
    closed.close();
    let line = line!() + 1;
    closed.submit(|| ()).detach();
    let reports = events.containing(&format!("unseen.rs:{line}:"));
    assert_eq!(reports.len(), 1);
    assert!(reports[0].contains(&Error::Rejected.to_string()), "{}", reports[0]);
}

#[test]
fn an_error_that_was_taken_is_seen_whatever_becomes_of_it() {
    let error: Error = failed("looked at: and dropped").result().unwrap_err();
    drop(error);
    assert!(Events::record().containing("looked at: and dropped").is_empty());
}
