//! The future is dropped while it is completed: value and cell are freed once, by whoever is last.

use crate::support::{Counted, count};
use earnest_core::{promise, task};
use earnest_sync::{model, thread};

#[test]
fn complete_vs_drop() {
    model("core::complete_vs_drop", || {
        let (value, drops) = Counted::new();
        let (promise, future) = promise();
        let producer = thread::spawn(move || promise.complete(value).is_ok());
        drop(future);
        assert!(producer.join().unwrap());
        assert_eq!(count(&drops), 1);
    });
}

#[test]
fn complete_vs_drop_of_handle_and_link() {
    model("core::complete_vs_drop_of_handle_and_link", || {
        let (value, drops) = Counted::new();
        let (promise, future) = promise();
        let handle = future.cancel_handle();
        let producer = thread::spawn(move || promise.complete(value).is_ok());
        let other = thread::spawn(move || handle.cancel());
        drop(future);
        let (completed, cancelled) = (producer.join().unwrap(), other.join().unwrap());
        assert_ne!(completed, cancelled);
        assert_eq!(count(&drops), 1);
    });
}

/// What the task returns needs no destructor: where the future has gone by then, nothing is left but the memory.
#[test]
fn run_vs_drop() {
    model("core::run_vs_drop", || {
        let (captured, drops) = Counted::new();
        let (runnable, future) = task(move || drop(captured));
        let worker = thread::spawn(move || runnable.run());
        drop(future);
        worker.join().unwrap();
        assert_eq!(count(&drops), 1);
    });
}

#[test]
fn run_vs_drop_of_future_and_link() {
    model("core::run_vs_drop_of_future_and_link", || {
        let (runnable, future) = task(|| ());
        let handle = future.cancel_handle();
        let worker = thread::spawn(move || runnable.run());
        drop(future);
        let cancelled = handle.cancel();
        worker.join().unwrap();
        assert_eq!(handle.cancel(), cancelled);
    });
}

/// All have the link that is kept in the side box, which lets go of it when the future settles.
#[test]
fn complete_vs_link_of_the_side_box() {
    model("core::complete_vs_link_of_the_side_box", || {
        let (value, drops) = Counted::new();
        let (promise, future) = promise();
        let _there_is_a_box = future.id();
        let handle = future.cancel_handle();
        let producer = thread::spawn(move || promise.complete(value).is_ok());
        let other = future.cancel_handle();
        drop((future, handle));
        let cancelled = other.cancel();
        assert_ne!(producer.join().unwrap(), cancelled);
        drop(other);
        assert_eq!(count(&drops), 1);
    });
}
