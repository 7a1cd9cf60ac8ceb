//! What holds for executors that can be told to accept nothing more.

use crate::subject::Closing;
use earnest::{ExecutorExt, Future, MapExt, Refusal};

pub(crate) fn what_was_accepted_before_still_ends(subject: &impl Closing) {
    let futures: Vec<_> = (0..100).map(|n| subject.executor().submit(move || n)).collect();
    subject.close();
    subject.drive();
    for (n, future) in futures.into_iter().enumerate() {
        assert_eq!(future.result().unwrap(), n);
    }
}

pub(crate) fn submit_after_the_end_gives_a_future_that_is_rejected(subject: &impl Closing) {
    subject.close();
    let future = subject.executor().submit(|| 7);
    assert!(future.is_done(), "without anybody driving the executor");
    assert!(future.result().unwrap_err().is_rejected());
}

pub(crate) fn try_submit_after_the_end_gives_the_closure_back(subject: &impl Closing) {
    subject.close();
    let kept = String::from("kept");
    let refused = subject.executor().try_submit(move || kept).unwrap_err();
    assert!(matches!(refused.reason(), Refusal::Rejected));
    assert_eq!(refused.into_inner()(), "kept");
}

pub(crate) fn execute_after_the_end_gives_the_closure_back(subject: &impl Closing) {
    subject.close();
    let refused = subject.executor().execute(|| unreachable!("not called by the executor")).unwrap_err();
    assert!(matches!(refused.reason(), Refusal::Rejected));
}

pub(crate) fn what_follows_on_a_closed_executor_is_rejected(subject: &impl Closing) {
    subject.close();
    let follower = Future::ready(1).then_on(subject.handle(), |n| n + 1);
    assert!(follower.is_done(), "without anybody driving the executor");
    assert!(follower.result().unwrap_err().is_rejected());
}

pub(crate) fn map_on_a_closed_executor_rejects_each_item(subject: &impl Closing) {
    subject.close();
    let mut results = MapExt::map(subject.executor(), 0..3, |n| n);
    // Were one accepted, this would show its value rather than wait for ever.
    subject.drive();
    assert!(results.all(|result| result.unwrap_err().is_rejected()));
}

pub(crate) fn closing_twice_is_closing(subject: &impl Closing) {
    subject.close();
    subject.close();
    let future = subject.executor().submit(|| 7);
    assert!(future.is_done(), "without anybody driving the executor");
    assert!(future.result().unwrap_err().is_rejected());
}
