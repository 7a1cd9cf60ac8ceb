//! The iterator is dropped while a future that it watches is completed: the registration is withdrawn or used.

use earnest_combinators::as_completed;
use earnest_core::promise;
use earnest_sync::{model, thread};

#[test]
fn as_completed_vs_drop() {
    model("combinators::as_completed_vs_drop", || {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| promise::<Box<u32>>()).unzip();
        let producer = thread::spawn(move || {
            promises.into_iter().for_each(|promise| promise.complete(Box::new(7)).unwrap());
        });
        let mut completed = as_completed(&futures);
        let first = completed.next().unwrap();
        assert_eq!(**first.peek().unwrap().unwrap(), 7);
        assert!(core::ptr::eq(first, &futures[0]), "the order of completion");
        drop(completed);
        producer.join().unwrap();
        assert!(futures.into_iter().all(|future| *future.result().unwrap() == 7));
    });
}
