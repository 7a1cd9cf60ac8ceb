//! Callbacks are added while a promise is completed: each runs exactly once, in registration order, before the outcome
//! is seen by others.

use crate::support::count;
use earnest_core::promise;
use earnest_sync::{model, thread};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

#[test]
fn complete_vs_add_callback() {
    model("core::complete_vs_add_callback", || {
        let (promise, future) = promise::<Box<u32>>();
        let log = Arc::new(Mutex::new(Vec::new()));
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        for n in 0..2 {
            let log = log.clone();
            future.add_done_callback(move |outcome| log.lock().unwrap().push((n, **outcome.unwrap())));
        }
        assert_eq!(*future.result().unwrap(), 7);
        // Told before the outcome could be seen.
        assert_eq!(*log.lock().unwrap(), [(0, 7), (1, 7)]);
        producer.join().unwrap();
    });
}

#[test]
fn complete_vs_two_who_add() {
    model("core::complete_vs_two_who_add", || {
        let (promise, future) = promise::<Box<u32>>();
        let shared = future.shared();
        let calls = Arc::new(AtomicUsize::new(0));
        let call = || {
            let calls = calls.clone();
            move |outcome: Result<&Box<u32>, &earnest_core::Error>| {
                assert_eq!(**outcome.unwrap(), 7);
                calls.fetch_add(1, SeqCst);
            }
        };
        let (other, callback) = (shared.clone(), call());
        let adder = thread::spawn(move || other.add_done_callback(callback));
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        shared.add_done_callback(call());
        adder.join().unwrap();
        producer.join().unwrap();
        assert_eq!(count(&calls), 2);
        assert!(shared.is_done());
    });
}
