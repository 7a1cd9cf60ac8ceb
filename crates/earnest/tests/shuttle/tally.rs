//! Accounts for every task: how often it ran, and what its future came to.

use earnest::{Error, Future};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Counts in `std`'s atomics: where they are added to is no place to switch threads.
#[derive(Clone)]
pub(crate) struct Tally(Arc<[AtomicUsize]>);

impl Tally {
    pub(crate) fn new(n: usize) -> Tally {
        Tally((0..n).map(|_| AtomicUsize::new(0)).collect())
    }

    pub(crate) fn add(&self, task: usize) {
        assert_eq!(self.0[task].fetch_add(1, SeqCst), 0, "task {task} runs twice");
    }

    pub(crate) fn has_run(&self, task: usize) -> bool {
        self.0[task].load(SeqCst) == 1
    }

    pub(crate) fn n_run(&self) -> usize {
        self.0.iter().filter(|count| count.load(SeqCst) == 1).count()
    }

    /// The future of a task that was to give its number has it if and only if the task has run; else it was cancelled, or
    /// refused. Says which.
    pub(crate) fn settle(&self, task: usize, future: Future<usize>) -> Outcome {
        assert!(future.is_done(), "the future of task {task} is left");
        let outcome = match future.result() {
            Ok(value) => {
                assert_eq!(value, task);
                Outcome::Ran
            }
            Err(Error::Cancelled) => Outcome::Cancelled,
            Err(error) if error.is_rejected() => Outcome::Refused,
            Err(error) => panic!("task {task}: {error}"),
        };
        assert_eq!(self.has_run(task), outcome == Outcome::Ran, "task {task}: {outcome:?}");
        outcome
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ran,
    Cancelled,
    Refused,
}
