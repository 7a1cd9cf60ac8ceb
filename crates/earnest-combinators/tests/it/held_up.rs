//! Waits inside of a callback for what that callback holds up: refused, as they could not end.

use earnest_combinators::{CompletionSet, Ended, ReturnWhen, as_completed, try_join_all, wait};
use earnest_core::{Future, promise};
use earnest_testing::watched;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Calls `f` inside of a callback of the future that the one which it is given is derived from.
fn inside<R: Send + 'static>(f: impl FnOnce(Future<u32>) -> R + Send + 'static) -> R {
    watched("a wait inside of a callback", || {
        let (give, given) = channel();
        let (tell, told) = channel();
        let (promise, future) = promise::<u32>();
        future.add_done_callback(move |_| tell.send(f(given.recv().unwrap())).unwrap());
        give.send(future.map(|n| n + 1)).unwrap();
        promise.complete(7).unwrap();
        told.recv().unwrap()
    })
}

#[test]
fn a_wait_says_so() {
    for when in [ReturnWhen::AllCompleted, ReturnWhen::FirstCompleted, ReturnWhen::FirstException] {
        let ended = inside(move |derived| wait([derived], when, None).ended);
        assert_eq!(ended, Ended::Deadlock, "{when:?}");
    }
}

#[test]
fn one_that_has_a_timeout_ends_with_it() {
    let ended = inside(|derived| wait([derived], ReturnWhen::AllCompleted, Some(Duration::ZERO)).ended);
    assert_eq!(ended, Ended::TimedOut);
}

#[test]
fn one_for_any_of_several_waits_for_the_others() {
    let ended = inside(|derived| {
        let (promise, other) = promise();
        let keeper = thread::spawn(move || promise.complete(1).unwrap());
        let waited = wait([derived, other], ReturnWhen::FirstCompleted, None);
        keeper.join().unwrap();
        (waited.ended, waited.done.len(), waited.not_done.len())
    });
    assert_eq!(ended, (Ended::Satisfied, 1, 1));
}

#[test]
fn completions_end_with_what_is_not_settled() {
    let is_done =
        inside(|derived| as_completed([derived]).map(|future| future.is_done()).collect::<Vec<_>>());
    assert_eq!(is_done, [false]);
}

#[test]
fn a_set_to_which_nobody_adds_any_more_ends_likewise() {
    let is_done = inside(|derived| {
        let mut set = CompletionSet::new();
        let adder = set.adder();
        set.push(derived);
        // Until the last adder goes there may be something to come.
        let goes = thread::spawn(move || drop(adder));
        let first = set.next().map(|future| future.is_done());
        goes.join().unwrap();
        first
    });
    assert_eq!(is_done, Some(false));
}

#[test]
fn a_set_is_empty_after_it_has_given_back_what_could_not_settle() {
    let seen = inside(|derived| {
        let mut set = CompletionSet::from_iter([derived]);
        let first = set.next().map(|future| future.is_done());
        let (promise, other) = promise();
        promise.complete(1).unwrap();
        set.push(other);
        let second = set.next().map(|future| future.is_done());
        (first, second, set.len(), set.next().is_none())
    });
    assert_eq!(seen, (Some(false), Some(true), 0, true));
}

/// Another may fail, and that would end it.
#[test]
fn one_that_may_yet_fail_is_not_refused() {
    let failed = inside(|derived| {
        let (promise, other) = promise::<u32>();
        let fails = thread::spawn(move || {
            // Most likely the wait has begun by then; if not, it is as right.
            thread::sleep(Duration::from_millis(20));
            promise.fail("on purpose")
        });
        let result = try_join_all([derived, other]).result();
        fails.join().unwrap();
        result.unwrap_err().is_failed()
    });
    assert!(failed);
}
