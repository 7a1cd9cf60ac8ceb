//! The future is dropped while it is completed: value and cell are freed once, by whoever is last.

use crate::support::{Counted, count};
use earnest_core::promise;
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
