//! A task is submitted while the pool shuts down: it is run, or refused, and its future ends either way.

use crate::pool;
use earnest_core::ExecutorExt;
use earnest_pool::Shutdown;
use earnest_sync::{model, model_bounded, thread};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn submit_vs_shutdown() {
    model_bounded("pool::submit_vs_shutdown", 1..=2, || {
        let pool = pool(1);
        let runs = Arc::new(AtomicUsize::new(0));
        // So that there is a worker, which may be leaving when the task comes.
        pool.submit(|| ()).detach();
        let (handle, ran) = (pool.handle(), runs.clone());
        let submitter = thread::spawn(move || handle.submit(move || ran.fetch_add(1, SeqCst)).result());
        pool.shutdown();
        assert_eq!(pool.worker_count(), 0);
        let result = submitter.join().unwrap();
        assert_eq!(result.is_ok(), runs.load(SeqCst) == 1);
        assert!(result.is_ok() || result.is_err_and(|error| error.is_rejected()));
    });
}

#[test]
fn first_submit_vs_shutdown() {
    model("pool::first_submit_vs_shutdown", || {
        let pool = pool(1);
        let handle = pool.handle();
        let submitter = thread::spawn(move || handle.submit(|| 1).result());
        pool.shutdown();
        let result = submitter.join().unwrap();
        assert!(result.is_ok_and(|one| one == 1) || pool.submit(|| ()).result().is_err());
    });
}

#[test]
fn submit_vs_cancelling_shutdown() {
    // With three preemptions the search is endless: who empties the queue yields to a submitter that is held up.
    model_bounded("pool::submit_vs_cancelling_shutdown", 2..=2, || {
        let pool = pool(1);
        let handle = pool.handle();
        let submitter = thread::spawn(move || handle.submit(|| Box::new(1)).result());
        pool.shutdown_with(Shutdown { cancel_pending: true, ..Shutdown::default() }).unwrap();
        match submitter.join().unwrap() {
            Ok(one) => assert_eq!(*one, 1),
            Err(error) => assert!(error.is_cancelled() || error.is_rejected()),
        }
    });
}

#[test]
fn accepted_behind_another_vs_shutdown() {
    // Both the submitter and the worker have to be interrupted for it to go wrong.
    model_bounded("pool::accepted_behind_another_vs_shutdown", 2..=2, || {
        let pool = pool(1);
        let handle = pool.handle();
        let submitter = thread::spawn(move || drop(handle.execute(|| ())));
        // It may lie behind one that is not quite there yet, which may come so late that it is refused.
        let accepted = pool.submit(|| 1);
        pool.shutdown();
        assert_eq!(accepted.try_result().unwrap().unwrap(), 1);
        submitter.join().unwrap();
    });
}
