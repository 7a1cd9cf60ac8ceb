//! Items are added to a completion set, and its last adder goes, while one thread waits for the next item: it is given
//! every item once, and told when there is nothing more to come.

use earnest_combinators::CompletionSet;
use earnest_core::{Future, promise};
use earnest_sync::{Clock, model, thread};
use std::time::Duration;

#[test]
fn last_adder_vs_next() {
    model("combinators::last_adder_vs_next", || {
        let mut set = CompletionSet::<Future<()>>::new();
        let adder = set.adder();
        let other = thread::spawn(move || drop(adder));
        assert!(set.next().is_none());
        other.join().unwrap();
        assert!(set.next().is_none());
    });
}

#[test]
fn add_vs_next() {
    model("combinators::add_vs_next", || {
        let mut set = CompletionSet::new();
        let adder = set.adder();
        let other = thread::spawn(move || adder.push(Future::ready(Box::new(7))).unwrap());
        assert_eq!(*set.next().unwrap().result().unwrap(), 7);
        assert!(set.next().is_none());
        other.join().unwrap();
    });
}

#[test]
fn add_vs_complete_vs_next() {
    model("combinators::add_vs_complete_vs_next", || {
        let mut set = CompletionSet::new();
        let adder = set.adder();
        let (promise, future) = promise();
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        let other = thread::spawn(move || adder.push(future).unwrap());
        assert_eq!(*set.next().unwrap().result().unwrap(), 7);
        assert!(set.next().is_none());
        producer.join().unwrap();
        other.join().unwrap();
    });
}

#[test]
fn add_vs_drop_of_the_set() {
    model("combinators::add_vs_drop_of_the_set", || {
        let set = CompletionSet::new();
        let adder = set.adder();
        let (promise, future) = promise();
        let other = thread::spawn(move || {
            let refused = adder.push(future).err();
            assert!(promise.complete(Box::new(7)).is_ok());
            refused.is_none_or(|future| *future.result().unwrap() == 7)
        });
        drop(set);
        assert!(other.join().unwrap());
    });
}

/// The time is up while an item is completed: it is given at once, or by a later look of the same waiter.
#[test]
fn next_vs_timeout() {
    model("combinators::next_vs_timeout", || {
        let (_clock, timer) = Clock::new();
        let (promise, future) = promise();
        let mut set = CompletionSet::new();
        set.push(future);
        let timer = thread::spawn(move || timer.strike());
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        let next = set.next_timeout(Duration::from_secs(1)).unwrap_or_else(|_| set.next());
        assert_eq!(*next.unwrap().result().unwrap(), 7);
        assert!(set.next().is_none());
        producer.join().unwrap();
        timer.join().unwrap();
    });
}
