use earnest_combinators::{Ended, ReturnWhen, wait};
use earnest_core::{Future, promise};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

type Outcome = Result<u8, &'static str>;

#[test]
fn a_rule_makes_a_value_a_failure() {
    let (_kept, pending) = promise::<Outcome>();
    let rule = |outcome: Result<&Outcome, &earnest_core::Error>| !matches!(outcome, Ok(Ok(_)));
    let futures = [Future::ready(Ok(1)), Future::ready(Err("no luck")), pending];
    let waited = wait(futures.map(|future| future.failed_if(rule)), ReturnWhen::FirstException, None);
    assert_eq!((waited.done.len(), waited.not_done.len(), waited.ended), (2, 1, Ended::Satisfied));
    let values: Vec<_> = waited.done.into_iter().map(|item| item.into_inner().result().unwrap()).collect();
    assert_eq!(values, [Ok(1), Err("no luck")]);
}

#[test]
fn a_rule_can_let_an_error_pass() {
    let (kept, failed) = promise::<u8>();
    kept.fail("of no account");
    let (_kept, pending) = promise::<u8>();
    let items = [failed, pending].map(|future| future.shared().failed_if(|_| false));
    let waited = wait(items, ReturnWhen::FirstException, Some(Duration::ZERO));
    assert_eq!((waited.done.len(), waited.ended), (1, Ended::TimedOut));
}

#[test]
fn the_panic_of_a_rule_is_that_of_who_waits() {
    let shared = Future::ready(1).shared();
    let (_kept, pending) = promise::<i32>();
    let rule = |_: Result<&i32, &earnest_core::Error>| panic!("on purpose");
    let items = [shared.clone(), pending.shared()].map(|future| future.failed_if(rule));
    assert!(catch_unwind(AssertUnwindSafe(|| wait(items, ReturnWhen::FirstException, None))).is_err());
    assert_eq!(*shared.result().unwrap(), 1);
}
