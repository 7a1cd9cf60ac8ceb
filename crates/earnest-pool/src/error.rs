//! What can go wrong with a pool as a whole.

use core::fmt;
use earnest_core::RunningTask;
use std::error::Error as StdError;

/// The settings of a pool make no sense.
///
/// ```
/// use earnest_pool::{BuildError, ThreadPoolExecutor};
///
/// let error = ThreadPoolExecutor::builder().max_workers(0).build().unwrap_err();
/// assert_eq!(error, BuildError::MaxWorkers(0));
/// assert_eq!(error.to_string(), "max_workers must be greater than 0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// `max_workers` is zero, or more than a pool can count.
    MaxWorkers(usize),
    /// `queue_capacity` is zero: nothing could ever be queued.
    QueueCapacity,
    /// The name contains a NUL character, which no thread's name can.
    ThreadName(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::MaxWorkers(0) => f.write_str("max_workers must be greater than 0"),
            BuildError::MaxWorkers(n) => {
                write!(f, "max_workers must be at most {}, not {n}", crate::counts::MAX_WORKERS)
            }
            BuildError::QueueCapacity => f.write_str("queue_capacity must be greater than 0"),
            BuildError::ThreadName(name) => write!(f, "a thread name must not contain NUL: {name:?}"),
        }
    }
}

impl StdError for BuildError {}

/// A shutdown ran out of time: these workers still run a task.
///
/// ```
/// use earnest_core::TaskOptions;
/// use earnest_pool::{Shutdown, ThreadPoolExecutor};
/// use std::{sync::mpsc::channel, time::Duration};
///
/// let pool = ThreadPoolExecutor::builder().max_workers(1).thread_name_prefix("printer").build()?;
/// let (begin, has_begun) = channel();
/// let report = pool.submit_with(TaskOptions::new().name("report"), move |context| {
///     begin.send(()).unwrap();
///     context.token().wait();
/// });
/// has_begun.recv()?;
///
/// let at_once = Shutdown { timeout: Some(Duration::ZERO), ..Shutdown::default() };
/// let still_running = pool.shutdown_with(at_once).unwrap_err();
/// assert_eq!(still_running.thread_names(), ["printer_0"]);
/// assert_eq!(still_running.tasks()[0].name(), Some("report"));
/// // Its token has been cancelled, and so it comes to its end.
/// report.result()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StillRunning {
    threads: Vec<String>,
    tasks: Vec<RunningTask>,
}

impl StillRunning {
    pub(crate) fn new(threads: Vec<String>, tasks: Vec<RunningTask>) -> Self {
        Self { threads, tasks }
    }

    /// The names of the threads that have not ended.
    #[must_use]
    pub fn thread_names(&self) -> &[String] {
        &self.threads
    }

    /// The tasks that are still running, of those that were submitted [with options](crate::ThreadPoolExecutor::submit_with):
    /// nothing is known of the others. Their tokens have been cancelled.
    #[must_use]
    pub fn tasks(&self) -> &[RunningTask] {
        &self.tasks
    }
}

impl fmt::Display for StillRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} workers are still running: {}", self.threads.len(), self.threads.join(", "))?;
        for (place, task) in self.tasks.iter().enumerate() {
            write!(f, "{} {task}", if place == 0 { "; among their tasks are" } else { "," })?;
        }
        Ok(())
    }
}

impl StdError for StillRunning {}
