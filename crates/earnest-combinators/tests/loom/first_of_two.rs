//! Two futures are completed while one thread waits for the first: it is woken, and leaves both alone afterwards.

use earnest_combinators::{ReturnWhen, wait};
use earnest_core::promise;
use earnest_sync::{model, thread};

#[test]
fn first_of_two() {
    model("combinators::first_of_two", || {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<Box<u32>>()).unzip();
        let producers: Vec<_> = promises
            .into_iter()
            .map(|promise| thread::spawn(move || promise.complete(Box::new(7)).unwrap()))
            .collect();
        let found = wait(&futures, ReturnWhen::FirstCompleted, None);
        assert!(!found.done.is_empty());
        assert!(found.done.iter().all(|future| **future.peek().unwrap().unwrap() == 7));
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        assert!(futures.into_iter().all(|future| *future.result().unwrap() == 7));
    });
}
