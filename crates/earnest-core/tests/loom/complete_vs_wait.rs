//! A promise is completed while others wait: no wake-up is lost, and the value is whole.

use earnest_core::{promise, task};
use earnest_sync::{Clock, model, model_bounded, thread};
use std::time::Duration;

#[test]
fn complete_vs_wait() {
    model("core::complete_vs_wait", || {
        let (promise, future) = promise::<Box<u32>>();
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        assert_eq!(*future.result().unwrap(), 7);
        producer.join().unwrap();
    });
}

#[test]
fn complete_vs_two_waits() {
    model_bounded("core::complete_vs_two_waits", 2..=3, || {
        let (promise, future) = promise::<Box<u32>>();
        let shared = future.shared();
        let other = shared.clone();
        let waiter = thread::spawn(move || **other.result().unwrap());
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        assert_eq!(**shared.result().unwrap(), 7);
        assert_eq!(waiter.join().unwrap(), 7);
        producer.join().unwrap();
    });
}

#[test]
fn drop_vs_wait() {
    model("core::drop_vs_wait", || {
        let (promise, future) = promise::<Box<u32>>();
        let producer = thread::spawn(move || drop(promise));
        assert!(future.result().unwrap_err().is_abandoned());
        producer.join().unwrap();
    });
}

#[test]
fn run_vs_wait() {
    model("core::run_vs_wait", || {
        let (runnable, future) = task(|| Box::new(7));
        let worker = thread::spawn(move || runnable.run());
        assert_eq!(*future.result().unwrap(), 7);
        worker.join().unwrap();
    });
}

/// The time is up while the promise is completed: the wait ends with the value or without it, and leaves nothing behind.
#[test]
fn complete_vs_timeout() {
    model("core::complete_vs_timeout", || {
        let (_clock, timer) = Clock::new();
        let (promise, future) = promise::<Box<u32>>();
        let timer = thread::spawn(move || timer.strike());
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        match future.result_timeout(Duration::from_secs(1)) {
            Ok(value) => assert_eq!(*value.unwrap(), 7),
            // It can be waited for again, without a timeout.
            Err(timed_out) => assert_eq!(*timed_out.into_inner().result().unwrap(), 7),
        }
        producer.join().unwrap();
        timer.join().unwrap();
    });
}
