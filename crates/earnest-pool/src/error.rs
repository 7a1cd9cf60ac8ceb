//! What can go wrong with a pool as a whole.

use core::fmt;
use std::error::Error as StdError;

/// The settings of a pool make no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// `max_workers` is zero, or more than a pool can count.
    MaxWorkers(usize),
    /// The name contains a NUL character, which no thread's name can.
    ThreadName(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::MaxWorkers(0) => f.write_str("max_workers must be greater than 0"),
            BuildError::MaxWorkers(n) => {
                write!(f, "max_workers must be at most {}, not {n}", crate::sleep::MAX_WORKERS)
            }
            BuildError::ThreadName(name) => write!(f, "a thread name must not contain NUL: {name:?}"),
        }
    }
}

impl StdError for BuildError {}

/// A shutdown ran out of time: these workers still run a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StillRunning {
    threads: Vec<String>,
}

impl StillRunning {
    pub(crate) fn new(threads: Vec<String>) -> Self {
        Self { threads }
    }

    /// The names of the threads that have not ended.
    #[must_use]
    pub fn thread_names(&self) -> &[String] {
        &self.threads
    }
}

impl fmt::Display for StillRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} workers are still running: {}", self.threads.len(), self.threads.join(", "))
    }
}

impl StdError for StillRunning {}
