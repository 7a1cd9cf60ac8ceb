//! What a future answers in each of its states: the truth tables.

use earnest_core::{Error, Future, Promise, State, TimedOut, promise, task};
use earnest_testing::conform;
use std::time::Duration;

/// A future in one of its states, with what keeps it there.
struct Specimen {
    name: &'static str,
    future: Future<u32>,
    _kept: Option<Promise<u32>>,
}

/// One of each. A cancellation is one step here: there is no state in which it has yet to be told to those who wait.
fn specimens() -> Vec<Specimen> {
    let pending = promise();
    let running = promise();
    assert!(running.0.start());
    let cancelled = promise();
    assert!(cancelled.1.cancel());
    let (valued, value) = promise();
    valued.complete(42).unwrap();
    let (failing, failed) = promise();
    assert!(failing.fail("disk full"));
    let (abandoning, abandoned) = promise();
    drop(abandoning);
    let (runnable, panicked) = task(|| -> u32 { panic!("on purpose") });
    runnable.run();
    let specimen =
        |name, (promise, future): (Promise<u32>, _)| Specimen { name, future, _kept: Some(promise) };
    let done = |name, future| Specimen { name, future, _kept: None };
    vec![
        specimen("pending", pending),
        specimen("running", running),
        specimen("cancelled", cancelled),
        done("value", value),
        done("failed", failed),
        done("panicked", panicked),
        done("abandoned", abandoned),
        done("rejected", Future::from(Err(Error::Rejected))),
    ]
}

/// What `ask` says of each specimen that is not `usual`, with its name.
fn those_that<A: PartialEq>(usual: A, ask: impl Fn(Future<u32>) -> A) -> Vec<(&'static str, A)> {
    let answers = specimens().into_iter().map(|Specimen { name, future, _kept }| (name, ask(future)));
    answers.filter(|(_, answer)| *answer != usual).collect()
}

/// An outcome in one word.
fn in_short(outcome: &Result<u32, Error>) -> &'static str {
    match outcome {
        Ok(42) => "42",
        Err(Error::Cancelled) => "cancelled",
        Err(Error::Failed(error)) if error.to_string() == "disk full" => "disk full",
        Err(Error::Panicked(panic)) => panic.message().map_or("?", |_| "on purpose"),
        Err(Error::Abandoned) => "abandoned",
        Err(Error::Rejected) => "rejected",
        _ => "?",
    }
}

/// What is expected of all that have an outcome.
const OUTCOMES: [(&str, &str); 6] = [
    ("cancelled", "cancelled"),
    ("value", "42"),
    ("failed", "disk full"),
    ("panicked", "on purpose"),
    ("abandoned", "abandoned"),
    ("rejected", "rejected"),
];

/// Rows 50, 1.2.2: cancelling succeeds for what is pending, and for what is cancelled already, and changes nothing else.
#[test]
fn only_what_is_pending_or_cancelled_can_be_cancelled() {
    conform("50 1.2.2", |claims| {
        let answers = those_that((false, State::Finished), |future| (future.cancel(), future.state()));
        claims.is(
            answers,
            [
                ("pending", (true, State::Cancelled)),
                ("running", (false, State::Running)),
                ("cancelled", (true, State::Cancelled)),
            ],
        );
    });
}

/// Rows 51, 52, 53, 1.2.3: done, cancelled and running, in every state.
#[test]
fn each_state_is_told_by_the_three_questions() {
    conform("51 52 53 1.2.3", |claims| {
        claims.is(those_that(false, |future| future.is_cancelled()), [("cancelled", true)]);
        claims.is(those_that(true, |future| future.is_done()), [("pending", false), ("running", false)]);
        claims.is(those_that(false, |future| future.is_running()), [("running", true)]);
        claims.is(
            those_that(State::Finished, |future| future.state()),
            [("pending", State::Pending), ("running", State::Running), ("cancelled", State::Cancelled)],
        );
    });
}

/// Rows 54, 1.1.6, 1.2.4: a timeout of zero looks once, and gives back the future or takes the outcome.
#[test]
fn a_result_with_a_timeout_of_zero_in_every_state() {
    conform("54 1.1.6 1.2.4", |claims| {
        let take = |future: Future<u32>| match future.result_timeout(Duration::ZERO) {
            Ok(outcome) => in_short(&outcome),
            Err(timed_out) => {
                assert!(!TimedOut::into_inner(timed_out).is_done(), "given back as it was");
                "timed out"
            }
        };
        let mut expected = vec![("pending", "timed out"), ("running", "timed out")];
        expected.extend(OUTCOMES);
        claims.is(those_that("", take), expected);
    });
}

/// Rows 57, 1.2.5: the error can be asked for without being taken, and without waiting; a value is none.
#[test]
fn the_error_can_be_looked_at_in_every_state() {
    conform("57 1.2.5", |claims| {
        let look = |future: Future<u32>| {
            let error = match future.peek() {
                None => "nothing yet",
                Some(Ok(_)) => "none",
                Some(Err(error)) => {
                    let again = future.peek().and_then(Result::err);
                    assert!(again.is_some_and(|again| std::ptr::eq(error, again)), "it stays where it is");
                    "some"
                }
            };
            (error, future.try_result().as_ref().map_or("none", in_short))
        };
        let mut expected = vec![("pending", ("nothing yet", "none")), ("running", ("nothing yet", "none"))];
        let error = |name| if name == "value" { "none" } else { "some" };
        expected.extend(OUTCOMES.map(|(name, outcome)| (name, (error(name), outcome))));
        claims.is(those_that(("", ""), look), expected);
    });
}

/// Rows 49, 1.2.14: what is printed of the handles in every state.
#[test]
fn handles_print_the_state() {
    conform("49 1.2.14", |claims| {
        let printed = |future: Future<u32>| format!("{future:?} {:?}", future.cancel_handle());
        claims.is(
            those_that(
                "Future { state: Finished, .. } CancelHandle { is_cancelled: false, .. }".to_owned(),
                printed,
            ),
            [
                (
                    "pending",
                    "Future { state: Pending, .. } CancelHandle { is_cancelled: false, .. }".to_owned(),
                ),
                (
                    "running",
                    "Future { state: Running, .. } CancelHandle { is_cancelled: false, .. }".to_owned(),
                ),
                (
                    "cancelled",
                    "Future { state: Cancelled, .. } CancelHandle { is_cancelled: true, .. }".to_owned(),
                ),
            ],
        );
        let (promise, future) = promise::<u32>();
        let shared = future.shared();
        claims.is(
            format!("{shared:?} {promise:?}"),
            "SharedFuture { state: Pending, .. } Promise { is_cancelled: false, .. }",
        );
        shared.cancel();
        claims.is(
            format!("{shared:?} {promise:?}"),
            "SharedFuture { state: Cancelled, .. } Promise { is_cancelled: true, .. }",
        );
    });
}

/// Rows 61, 1.2.13: state and outcome agree in one look, in every state.
#[test]
fn what_is_done_has_an_outcome_and_what_is_not_has_none() {
    conform("61 1.2.13", |claims| {
        let agree = |future: Future<u32>| future.peek().is_some() == future.is_done();
        claims.is(those_that(true, agree), []);
    });
}
