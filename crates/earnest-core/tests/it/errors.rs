//! Errors: each kind is told from every other, and none is lost or changed on its way.

use earnest_core::{
    Broken, Error, Executor, ExecutorExt, Future, InlineExecutor, Refusal, Refused, Runnable, TimedOut,
    promise, task,
};
use earnest_testing::conform;
use std::error::Error as _;
use std::thread;
use std::time::Duration;

/// A future that has failed with `error`.
fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Future<u32> {
    let (promise, future) = promise();
    assert!(promise.fail(error));
    future
}

/// Rows 2b.p, 1.1.5, 1.1.6: an error that looks like a cancellation, or like a wait that ran out of time, is the task's
/// own, and told from the real one.
#[test]
fn an_error_that_looks_like_ours_is_the_task_s_own() {
    conform("2b.p 1.1.5 1.1.6", |claims| {
        let future = failed(Error::Cancelled);
        claims.that(!future.is_cancelled(), "the future was not cancelled");
        let error = future.result().unwrap_err();
        claims.is((error.is_failed(), error.is_cancelled()), (true, false));
        let source = error.source().and_then(|source| source.downcast_ref::<Error>());
        claims.that(source.is_some_and(Error::is_cancelled), "what the task failed with can be asked for");

        // The task gave up waiting for something; who waits for the task has not.
        let waited = failed(TimedOut::new(())).result_timeout(Duration::ZERO);
        claims.that(waited.is_ok_and(|outcome| outcome.unwrap_err().is_failed()), "there is an outcome");
        let waited = failed(Error::DeadlineExceeded).result_timeout(Duration::ZERO).unwrap();
        claims.is(waited.unwrap_err().is_deadline_exceeded(), false);

        let (runnable, future) = task(|| -> u32 { std::panic::panic_any(Error::Cancelled) });
        runnable.run();
        claims.that(!future.is_cancelled(), "a panic with such a payload is no cancellation either");
        claims.that(future.result().unwrap_err().is_panicked(), "it is a panic");

        let (runnable, future) = task(|| Err::<u32, Error>(Error::Cancelled));
        runnable.run();
        let flattened = future.flatten();
        claims.that(!flattened.is_cancelled(), "nor is an `Err` that the task returned");
        claims.that(flattened.result().unwrap_err().is_failed(), "it is a failure");
    });
}

/// Row 2b.o: an error that is looked at again and again, from several threads, is the same, and does not grow.
#[test]
fn an_error_that_is_asked_for_again_is_unchanged() {
    conform("2b.o", |claims| {
        let (runnable, future) = task(|| -> u32 { panic!("on purpose") });
        runnable.run();
        let shared = future.shared();
        let look = || {
            let error = shared.result().unwrap_err();
            (std::ptr::from_ref(error).addr(), format!("{error} {error:?}"))
        };
        let first = look();
        claims.is([look(), look()], [first.clone(), first.clone()]);
        let elsewhere =
            thread::scope(|scope| [scope.spawn(look), scope.spawn(look)].map(|t| t.join().unwrap()));
        claims.is(elsewhere, [first.clone(), first]);
        let panic = shared.try_unwrap().unwrap().result().unwrap_err().into_panic().unwrap();
        claims.is(panic.message(), Some("on purpose"));
    });
}

/// Rows 2b.r, 19, 1.2.6, 1.2.12: an error is told by what it is, and not by what it looks like: with nothing to say it is one
/// all the same, and a value that looks like nothing is a value.
#[test]
fn an_empty_error_is_an_error_and_an_empty_value_is_a_value() {
    conform("2b.r 19 1.2.6 1.2.12", |claims| {
        #[derive(Debug)]
        struct Nothing;
        impl std::fmt::Display for Nothing {
            fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                Ok(())
            }
        }
        impl std::error::Error for Nothing {}

        let future = failed(Nothing);
        claims
            .that(future.is_done() && !future.is_cancelled(), "the future has failed, and is not cancelled");
        let error = future.result().unwrap_err();
        claims.is((error.is_failed(), error.to_string()), (true, "the task failed: ".to_owned()));
        claims.that(failed("").result().is_err(), "no words are an error too");

        let (promise, future) = promise::<Option<Result<(), Nothing>>>();
        promise.complete(None).unwrap();
        claims.that(future.result().is_ok_and(|value| value.is_none()), "nothing is a value");
        claims.that(
            Future::ready(Err::<(), _>(Nothing)).result().is_ok(),
            "an `Err` is a value until flattened",
        );
    });
}

/// Accepts nothing, as it is broken.
struct OutOfOrder(Broken);

impl Executor for OutOfOrder {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        Err(Refused { task, reason: Refusal::Broken(self.0.clone()) })
    }
}

/// Row 1.1.8: a broken executor is an error of its own, whose one cause is part of each future's own error.
#[test]
fn what_broke_an_executor_is_the_cause_of_every_error() {
    conform("1.1.8", |claims| {
        let executor = OutOfOrder(Broken::new("no database"));
        let errors = [(); 2].map(|()| executor.submit(|| 1).result().unwrap_err());
        for error in &errors {
            claims.is((error.is_broken(), error.is_rejected(), error.is_cancelled()), (true, false, false));
            claims.is(error.to_string(), "the executor is broken: no database");
            claims.is(error.source().map(ToString::to_string).as_deref(), Some("no database"));
        }
        let [Error::Broken(first), Error::Broken(second)] = &errors else { unreachable!("claimed above") };
        let address = |broken: &Broken| std::ptr::from_ref(broken.cause()).addr();
        claims.is(address(first), address(second));
        let refused = executor.try_submit(|| 7).unwrap_err();
        claims.that(matches!(refused.reason(), Refusal::Broken(_)), "a refusal says it too");
        claims.is(refused.into_inner()(), 7);
    });
}

#[test]
fn a_refusal_is_an_error_with_what_broke_as_its_source() {
    let executor = OutOfOrder(Broken::new("no database"));
    let (runnable, future) = task(|| 7);
    let refused = executor.spawn(runnable).unwrap_err();
    let errors: [&(dyn std::error::Error + Send + Sync); 2] = [&refused, &refused.reason];
    for error in errors {
        assert_eq!(error.to_string(), "the executor is broken: no database");
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("no database"));
    }
    refused.dismiss();
    assert!(future.result().unwrap_err().is_broken());
}

#[test]
fn a_panic_is_an_error_and_makes_one_of_a_future() {
    let panicked = InlineExecutor.submit(|| -> u8 { panic!("oh") }).result().unwrap_err();
    let panic = panicked.into_panic().expect("it is one");
    let says = panic.to_string();
    assert!(says.ends_with(": oh"), "{says}");
    let error: &dyn std::error::Error = &panic;
    assert_eq!(error.to_string(), says);
    let error = Error::from(panic);
    assert!(error.is_panicked());
    assert_eq!(error.to_string(), says);
}
