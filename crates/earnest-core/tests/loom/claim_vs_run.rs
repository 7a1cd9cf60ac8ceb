//! A worker waits for a task of its own pool while another runs it: it runs once, and the wait ends.

use crate::support::as_worker;
use earnest_core::{Owner, task};
use earnest_sync::{Arc, AtomicUsize, Ordering::Relaxed, model, thread};

#[test]
fn claim_vs_run() {
    model("core::claim_vs_run", || {
        let owner = Owner::next();
        let runs = Arc::new(AtomicUsize::new(0));
        let ran = runs.clone();
        let (runnable, future) = task(move || ran.fetch_add(1, Relaxed));
        runnable.belongs_to(owner);
        let waiter = thread::spawn(move || as_worker(owner, || future.result().unwrap()));
        runnable.run();
        assert_eq!(waiter.join().unwrap(), 0);
        assert_eq!(runs.load(Relaxed), 1);
    });
}

#[test]
fn claim_through_derived_vs_run() {
    model("core::claim_through_derived_vs_run", || {
        let owner = Owner::next();
        let (runnable, source) = task(|| 3);
        runnable.belongs_to(owner);
        let derived = source.map(|n| n * 2);
        let waiter = thread::spawn(move || as_worker(owner, || derived.result().unwrap()));
        runnable.run();
        assert_eq!(waiter.join().unwrap(), 6);
    });
}

#[test]
fn claim_vs_cancel() {
    model("core::claim_vs_cancel", || {
        let owner = Owner::next();
        let (runnable, future) = task(|| 3);
        runnable.belongs_to(owner);
        let cancel = future.cancel_handle();
        let waiter = thread::spawn(move || as_worker(owner, || future.result()));
        let cancelled = cancel.cancel();
        let result = waiter.join().unwrap();
        assert_eq!(result.is_err(), cancelled);
        drop(runnable);
    });
}
