//! A source is completed while the future derived from it is cancelled or waited for: one outcome, which everybody sees.

use crate::support::{Counted, count};
use earnest_core::promise;
use earnest_sync::{model, thread};

#[test]
fn complete_vs_map() {
    model("core::complete_vs_map", || {
        let (promise, future) = promise::<Box<u32>>();
        let producer = thread::spawn(move || promise.complete(Box::new(7)).unwrap());
        let mapped = future.map(|n| Box::new(*n + 1));
        assert_eq!(*mapped.result().unwrap(), 8);
        producer.join().unwrap();
    });
}

#[test]
fn complete_vs_cancel_of_derived() {
    model("core::complete_vs_cancel_of_derived", || {
        let (value, drops) = Counted::new();
        let (promise, future) = promise();
        let mapped = future.map(|value| value);
        let producer = thread::spawn(move || promise.complete(value).is_ok());
        let cancelled = mapped.cancel();
        assert_eq!(mapped.result().is_err(), cancelled);
        let completed = producer.join().unwrap();
        assert!(completed || cancelled, "a source is cancelled with its derived future only");
        assert_eq!(count(&drops), 1);
    });
}

/// What is not wanted any more is dropped by whoever completes the source, whom a panic in that must not reach.
#[test]
fn complete_vs_cancel_of_derived_that_panics_when_dropped() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new("dropped"));
        }
    }

    model("core::complete_vs_cancel_of_derived_bomb", || {
        let (promise, future) = promise();
        let mapped = future.map(std::mem::forget::<Bomb>);
        let producer = thread::spawn(move || match promise.complete(Bomb) {
            Ok(()) => true,
            Err(bomb) => {
                std::mem::forget(bomb);
                false
            }
        });
        let cancelled = mapped.cancel();
        assert_eq!(mapped.result().is_err(), cancelled);
        assert!(producer.join().is_ok_and(|completed| completed || cancelled));
    });
}
