//! Two futures are completed while one thread waits for the first: it is woken, and leaves both alone afterwards.

use earnest_combinators::{Ended, ReturnWhen, wait};
use earnest_core::promise;
use earnest_sync::{Clock, model_bounded, thread};
use std::time::Duration;

#[test]
fn first_of_two() {
    model_bounded("combinators::first_of_two", 2..=3, || {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<Box<u32>>()).unzip();
        let producers: Vec<_> = promises
            .into_iter()
            .map(|promise| thread::spawn(move || promise.complete(Box::new(7)).unwrap()))
            .collect();
        let found = wait(&futures, ReturnWhen::FirstCompleted, None);
        assert_eq!((found.ended, found.done.len() + found.not_done.len()), (Ended::Satisfied, 2));
        assert!(!found.done.is_empty());
        assert!(found.done.iter().all(|future| **future.peek().unwrap().unwrap() == 7));
        // The one that was left alone can be waited for again.
        assert_eq!(wait(found.not_done, ReturnWhen::AllCompleted, None).not_done.len(), 0);
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        assert!(futures.into_iter().all(|future| *future.result().unwrap() == 7));
    });
}

#[test]
fn first_exception_of_two() {
    model_bounded("combinators::first_exception_of_two", 2..=3, || {
        let (values, a) = promise::<Box<u32>>();
        let (fails, b) = promise::<Box<u32>>();
        let producers = [
            thread::spawn(move || assert!(values.complete(Box::new(7)).is_ok())),
            thread::spawn(move || assert!(fails.fail("on purpose"))),
        ];
        // A value does not end the wait, whenever it comes.
        let found = wait([&a, &b], ReturnWhen::FirstException, None);
        assert_eq!(found.ended, Ended::Satisfied);
        assert!(found.done.iter().any(|future| future.peek().unwrap().is_err()));
        producers.into_iter().for_each(|producer| producer.join().unwrap());
    });
}

/// The time is up while one of two is completed: it is found done, or not, and both can be waited for again.
#[test]
fn first_of_two_vs_timeout() {
    model_bounded("combinators::first_of_two_vs_timeout", 2..=3, || {
        let (_clock, timer) = Clock::new();
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<Box<u32>>()).unzip();
        let timer = thread::spawn(move || timer.strike());
        let producer = thread::spawn(move || {
            promises.into_iter().for_each(|promise| promise.complete(Box::new(7)).unwrap());
        });
        let found = wait(&futures, ReturnWhen::FirstCompleted, Some(Duration::from_secs(1)));
        match found.ended {
            Ended::Satisfied => assert!(!found.done.is_empty()),
            _ => assert_eq!((found.ended, found.not_done.len()), (Ended::TimedOut, 2)),
        }
        assert!(futures.into_iter().all(|future| *future.result().unwrap() == 7));
        producer.join().unwrap();
        timer.join().unwrap();
    });
}
