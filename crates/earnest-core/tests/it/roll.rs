//! Futures on a waiter's roll: each token comes once, and nothing is left of a waiter that went before.

use earnest_core::{Waiter, promise, task};
use std::sync::Arc;
use std::thread;

#[test]
fn each_token_comes_once_and_what_comes_later_is_told_to_nobody() {
    const N: usize = 6;
    let (runnables, futures): (Vec<_>, Vec<_>) = (0..N).map(|n| task(move || vec![n])).unzip();
    let (mut waiter, mut roll) = Waiter::with_roll(1, 1);
    let inbox = Arc::downgrade(waiter.inbox());
    assert!(futures.iter().enumerate().all(|(token, future)| roll.enlist(future, token)));
    let mut runnables = runnables.into_iter();
    let workers = [(); 2].map(|()| {
        let runnables: Vec<_> = runnables.by_ref().take(N / 2).collect();
        thread::spawn(move || runnables.into_iter().for_each(|runnable| runnable.run()))
    });
    let mut seen: Vec<_> = (0..N / 2).map(|_| waiter.next(None).expect("there is no deadline")).collect();
    seen.iter().for_each(|token| assert_eq!(futures[*token].peek().unwrap().unwrap(), &[*token]));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), N / 2);
    drop((waiter, roll));
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    assert_eq!(inbox.strong_count(), 0);
    assert!(futures.into_iter().enumerate().all(|(n, future)| future.result().unwrap() == [n]));
}

#[test]
fn a_token_that_has_come_back_serves_again() {
    let (mut waiter, mut roll) = Waiter::with_roll(1, 1);
    for n in 0..3 {
        let (promise, future) = promise();
        assert!(roll.enlist(&future, 0));
        let producer = thread::spawn(move || promise.complete(n).unwrap());
        assert_eq!(waiter.next(None), Some(0));
        assert_eq!(future.result().unwrap(), n);
        producer.join().unwrap();
        assert!(!roll.enlist(&earnest_core::Future::ready(n), 0), "it has settled");
    }
}

#[test]
fn what_is_put_twice_comes_once() {
    let mut waiter = Waiter::new(2);
    [0, 1, 0].iter().for_each(|token| waiter.inbox().put(*token));
    assert_eq!([(); 3].map(|()| waiter.try_next()), [Some(0), Some(1), None]);
    waiter.inbox().put(0);
    assert_eq!(waiter.try_next(), Some(0));
}
