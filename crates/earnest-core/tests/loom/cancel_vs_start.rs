//! A task is cancelled while it is started, or a promise while it is completed: one of them wins, and everybody agrees
//! on which.

use crate::support::{Counted, count};
use earnest_core::{promise, task};
use earnest_sync::{model, model_bounded, thread};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn cancel_vs_start() {
    model("core::cancel_vs_start", || {
        let (captured, drops) = Counted::new();
        let runs = Arc::new(AtomicUsize::new(0));
        let ran = runs.clone();
        let (runnable, future) = task(move || {
            ran.fetch_add(1, SeqCst);
            drop(captured);
        });
        let worker = thread::spawn(move || runnable.run());
        let cancelled = future.cancel();
        if cancelled {
            assert_eq!(count(&drops), 1, "what was captured is gone when `cancel` returns");
        }
        assert_eq!(future.result().is_err(), cancelled);
        worker.join().unwrap();
        assert_eq!(count(&runs), usize::from(!cancelled));
        assert_eq!(count(&drops), 1);
    });
}

#[test]
fn cancel_vs_start_vs_wait() {
    model_bounded("core::cancel_vs_start_vs_wait", 2..=3, || {
        let (runnable, future) = task(|| Box::new(7));
        let handle = future.cancel_handle();
        let worker = thread::spawn(move || runnable.run());
        let canceller = thread::spawn(move || handle.cancel());
        let outcome = future.result();
        worker.join().unwrap();
        let cancelled = canceller.join().unwrap();
        assert_eq!(cancelled, outcome.is_err_and(|error| error.is_cancelled()));
    });
}

#[test]
fn cancel_vs_complete() {
    model("core::cancel_vs_complete", || {
        let (value, drops) = Counted::new();
        let (promise, future) = promise();
        let producer = thread::spawn(move || promise.complete(value).is_ok());
        let cancelled = future.cancel();
        assert_eq!(future.result().is_err(), cancelled);
        assert_eq!(producer.join().unwrap(), !cancelled);
        assert_eq!(count(&drops), 1);
    });
}
