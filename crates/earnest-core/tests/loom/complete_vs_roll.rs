//! Futures that are on a waiter's roll are completed while it is asked, and goes: each is told once, and nothing is left
//! of the waiter when all have settled.

use earnest_core::{Future, Promise, Roll, Waiter, promise};
use earnest_sync::{model, thread};
use std::sync::{Arc, Weak};

fn listed(n: usize) -> (Vec<Promise<Box<u32>>>, Vec<Future<Box<u32>>>, Waiter, Roll) {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..n).map(|_| promise()).unzip();
    let (waiter, mut roll) = Waiter::with_roll(1, 1);
    futures.iter().enumerate().for_each(|(token, future)| assert!(roll.enlist(future, token)));
    (promises, futures, waiter, roll)
}

fn is_gone<T>(inbox: &Weak<T>) -> bool {
    inbox.strong_count() == 0
}

#[test]
fn complete_vs_drop_of_the_waiter() {
    model("core::complete_vs_drop_of_the_waiter", || {
        let (promises, futures, waiter, roll) = listed(2);
        let inbox = Arc::downgrade(waiter.inbox());
        let producers: Vec<_> = promises
            .into_iter()
            .map(|promise| thread::spawn(move || promise.complete(Box::new(7)).unwrap()))
            .collect();
        drop(waiter);
        drop(roll);
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        assert!(is_gone(&inbox), "nothing is left of the waiter");
        assert!(futures.into_iter().all(|future| *future.result().unwrap() == 7));
    });
}

#[test]
fn complete_vs_next_vs_drop_of_the_roll() {
    model("core::complete_vs_next_vs_drop_of_the_roll", || {
        let (promises, futures, mut waiter, roll) = listed(2);
        let inbox = Arc::downgrade(waiter.inbox());
        let producer = thread::spawn(move || {
            promises.into_iter().for_each(|promise| promise.complete(Box::new(7)).unwrap());
        });
        let keeper = thread::spawn(move || drop(roll));
        assert_eq!(waiter.next(None), Some(0));
        assert_eq!(futures[0].peek().map(|value| **value.unwrap()), Some(7));
        drop(waiter);
        producer.join().unwrap();
        keeper.join().unwrap();
        assert!(is_gone(&inbox), "nothing is left of the waiter");
    });
}

#[test]
fn complete_vs_enlist() {
    model("core::complete_vs_enlist", || {
        let (promise, future) = promise::<Box<u32>>();
        let (mut waiter, mut roll) = Waiter::with_roll(1, 1);
        let inbox = Arc::downgrade(waiter.inbox());
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        if roll.enlist(&future, 0) {
            assert_eq!(waiter.next(None), Some(0));
        }
        assert_eq!(*future.result().unwrap(), 7);
        producer.join().unwrap();
        drop((waiter, roll));
        assert!(is_gone(&inbox), "nothing is left of the waiter");
    });
}
