//! The iterator is asked, or dropped, while futures that it watches are completed: each is yielded once, and each
//! registration is used or withdrawn.

use earnest_combinators::as_completed;
use earnest_core::{Promise, promise};
use earnest_sync::{model, model_bounded, thread};

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

#[test]
fn as_completed_of_two() {
    model_bounded("combinators::as_completed_of_two", 2..=3, || {
        let (promises, futures): (Vec<_>, Vec<_>) =
            (0..2_u32).map(|n| (n, promise())).map(|(n, (p, f))| (p, (n, f))).unzip();
        let complete = |(n, promise): (u32, Promise<Box<u32>>)| {
            thread::spawn(move || promise.complete(Box::new(n)).unwrap())
        };
        let producers: Vec<_> = (0..).zip(promises).map(complete).collect();
        let mut completed = as_completed(futures);
        let mut yielded = [false; 2];
        for (n, future) in completed.by_ref() {
            assert_eq!(*future.result().unwrap(), n);
            assert!(!core::mem::replace(&mut yielded[n as usize], true), "each is yielded once");
        }
        assert_eq!((yielded, completed.len()), ([true; 2], 0));
        producers.into_iter().for_each(|producer| producer.join().unwrap());
    });
}
