//! A task is counted in a backlog while somebody cancels or runs it: its place comes back once.

use crate::support::count;
use earnest_core::{Backlog, task};
use earnest_sync::{model, thread};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[derive(Default)]
struct Places(AtomicUsize);

impl Backlog for Places {
    fn task_has_left(&self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn count_vs_cancel() {
    model("core::count_vs_cancel", || {
        let places = Arc::new(Places::default());
        let (mut runnable, future) = task(|| ());
        let canceller = thread::spawn(move || future.cancel());
        runnable.count_in(places.clone());
        canceller.join().unwrap();
        assert_eq!(count(&places.0), 1);
        drop(runnable);
        assert_eq!(count(&places.0), 1);
    });
}

#[test]
fn counted_run_vs_cancel() {
    model("core::counted_run_vs_cancel", || {
        let places = Arc::new(Places::default());
        let (mut runnable, future) = task(|| ());
        runnable.count_in(places.clone());
        let canceller = thread::spawn(move || future.cancel());
        runnable.run();
        canceller.join().unwrap();
        assert_eq!(count(&places.0), 1);
    });
}
