//! A task's time is up, or its token is cancelled, while somebody is about to run it: it runs, or it never does.

use crate::support::{Counted, count};
use earnest_core::{CancellationToken, TaskOptions, task_with};
use earnest_sync::{Arc, AtomicUsize, Ordering::Relaxed, model, thread};

#[test]
fn expire_vs_run() {
    model("core::expire_vs_run", || {
        let runs = Arc::new(AtomicUsize::new(0));
        let (captured, drops) = Counted::new();
        let ran = runs.clone();
        let (mut runnable, future) = task_with(TaskOptions::new(), move |_| {
            let _captured = captured;
            ran.fetch_add(1, Relaxed);
        });
        let expiry = runnable.expiry();
        let timer = thread::spawn(move || expiry.expire());
        runnable.run();
        timer.join().unwrap();
        let result = future.result();
        assert_eq!(result.is_ok(), runs.load(Relaxed) == 1);
        assert!(result.is_ok() || result.is_err_and(|error| error.is_deadline_exceeded()));
        assert_eq!(count(&drops), 1);
    });
}

#[test]
fn token_vs_run() {
    model("core::token_vs_run", || {
        let token = CancellationToken::new();
        let runs = Arc::new(AtomicUsize::new(0));
        let ran = runs.clone();
        let (runnable, future) = task_with(TaskOptions::new().cancelled_by(&token), move |_| {
            ran.fetch_add(1, Relaxed);
        });
        let canceller = thread::spawn(move || token.cancel());
        runnable.run();
        canceller.join().unwrap();
        let result = future.result();
        assert_eq!(result.is_ok(), runs.load(Relaxed) == 1);
        assert!(result.is_ok() || result.is_err_and(|error| error.is_cancelled()));
    });
}

#[test]
fn expire_vs_cancel() {
    model("core::expire_vs_cancel", || {
        let (captured, drops) = Counted::new();
        let (mut runnable, future) = task_with(TaskOptions::new(), move |_| {
            drop(captured);
            unreachable!("whoever comes first ends it");
        });
        let expiry = runnable.expiry();
        let timer = thread::spawn(move || expiry.expire());
        let is_cancelled = future.cancel();
        runnable.run();
        timer.join().unwrap();
        let error = future.result().unwrap_err();
        assert_eq!((error.is_cancelled(), error.is_deadline_exceeded()), (is_cancelled, !is_cancelled));
        assert_eq!(count(&drops), 1);
    });
}
