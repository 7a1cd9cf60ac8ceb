//! Handles that are spent, given twice, or of several pools.

use crate::support::pool;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use earnest::{
    Ended, Error, Future, ReturnWhen, Wait, Waitable, as_completed, first_ok, join_all, promise, race,
    try_join_all, wait,
};
use earnest_testing::watched;
use std::time::Duration;

/// A future whose outcome has been taken out of it.
fn spent() -> Future<u32> {
    let mut future = Future::ready(7);
    let polled = core::future::Future::poll(Pin::new(&mut future), &mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Ok(7))));
    future
}

#[test]
fn a_future_that_is_spent_is_done_and_says_taken() {
    watched("a spent future", || {
        let (_unkept, pending) = promise();
        let futures = [spent(), pending];
        let Wait { done, not_done, ended } = wait(&futures, ReturnWhen::FirstCompleted, None);
        assert_eq!((done.len(), not_done.len(), ended), (1, 1, Ended::Satisfied));
        assert!(std::ptr::eq(done[0], &futures[0]));
        assert!(
            wait([spent()], ReturnWhen::AllCompleted, None)
                .done
                .pop()
                .unwrap()
                .result()
                .unwrap_err()
                .is_taken()
        );
        // Something that is not there is no value: who waits for the first failure is told.
        let waited = wait(&futures, ReturnWhen::FirstException, Some(Duration::MAX));
        assert_eq!((waited.done.len(), waited.ended), (1, Ended::Satisfied));

        let outcomes = as_completed([spent(), Future::ready(1)]).map(Future::result).collect::<Vec<_>>();
        assert!(matches!(outcomes[..], [Err(Error::Taken), Ok(1)]));
        let joined = join_all([spent(), Future::ready(1)]).result().unwrap();
        assert!(matches!(joined[..], [Err(Error::Taken), Ok(1)]));
        assert!(try_join_all([spent(), Future::ready(1)]).result().unwrap_err().is_taken());
        assert!(race([spent(), Future::ready(1)]).result().unwrap_err().is_taken());
        assert_eq!(first_ok([spent(), Future::ready(1)]).result().unwrap(), (1, 1));
        assert!(spent().map(|n| n + 1).result().unwrap_err().is_taken());
    });
}

#[test]
fn one_future_given_through_several_handles_counts_once() {
    watched("one future", || {
        let (promise, future) = promise();
        let shared = future.shared();
        let handles: [&dyn Waitable; 3] = [&shared, &shared.clone(), &&shared];
        let waited = wait(handles, ReturnWhen::AllCompleted, Some(Duration::ZERO));
        assert_eq!((waited.done.len(), waited.not_done.len(), waited.ended), (0, 1, Ended::TimedOut));
        promise.complete(7).unwrap();
        assert_eq!(as_completed([&shared; 5]).count(), 1);
    });
}

#[test]
fn futures_of_several_pools_are_waited_for_together() {
    watched("several pools", || {
        let (first, second) = (pool(1), pool(1));
        let futures =
            (0..100).map(|n| if n % 2 == 0 { first.submit(move || n) } else { second.submit(move || n) });
        let waited = wait(futures.collect::<Vec<_>>(), ReturnWhen::AllCompleted, None);
        let values: Vec<u32> = waited.done.into_iter().map(|future| future.result().unwrap()).collect();
        assert!(values.into_iter().eq(0..100));
        // One pool's task waits for the other's.
        let handle = second.handle();
        let nested = first.submit(move || {
            let inner = [handle.submit(|| 1), handle.submit(|| 2)];
            as_completed(inner).map(|future| future.result().unwrap()).sum::<u32>()
        });
        assert_eq!(nested.result().unwrap(), 3);
    });
}
