//! When a task's time is up: what is said of it, and what can be asked.

use crate::context::TaskContext;
use crate::task::Runnable;
use crate::task_options::TaskOptions;
use crate::waiter::deadline_after;
use core::time::Duration;
use std::time::Instant;

impl TaskOptions {
    /// When the task's time is up.
    ///
    /// A task that has not begun by then never does, and its future ends with
    /// [`Error::DeadlineExceeded`](crate::Error::DeadlineExceeded). One that runs has its token cancelled, and the same
    /// error for an outcome, when it returns; it is not interrupted, and a value that comes too late is dropped. A panic
    /// stays a panic.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    /// # use std::time::Instant;
    /// let late = InlineExecutor.submit_with(TaskOptions::new().deadline(Instant::now()), |_| 7);
    /// assert!(late.result().unwrap_err().is_deadline_exceeded());
    /// ```
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Like [`deadline`](Self::deadline), for a time from now on. One too large for the clock means for ever.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    /// # use std::time::Duration;
    /// let in_time = InlineExecutor.submit_with(TaskOptions::new().timeout(Duration::from_secs(60)), |_| 7);
    /// assert_eq!(in_time.result().unwrap(), 7);
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.deadline = deadline_after(timeout);
        self
    }
}

impl TaskContext<'_> {
    /// When the task's time is up.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    /// # use std::time::{Duration, Instant};
    /// let deadline = Instant::now() + Duration::from_secs(60);
    /// let told = InlineExecutor.submit_with(TaskOptions::new().deadline(deadline), |context| context.deadline());
    /// assert_eq!(told.result().unwrap(), Some(deadline));
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.terms.deadline
    }

    /// How long the task still has. `None`: as long as it likes.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    /// # use std::time::Duration;
    /// let minute = Duration::from_secs(60);
    /// let left = InlineExecutor.submit_with(TaskOptions::new().timeout(minute), |context| context.time_left());
    /// assert!(left.result().unwrap().is_some_and(|left| left <= minute));
    /// ```
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let now = earnest_sync::now()?;
        self.terms.deadline.map(|deadline| deadline.saturating_duration_since(now))
    }
}

impl Runnable {
    /// When the task's time is up, if it was submitted with a [deadline](crate::TaskOptions::deadline).
    ///
    /// ```
    /// # use earnest_core::{TaskOptions, task_with};
    /// # use std::time::Instant;
    /// let deadline = Instant::now();
    /// let (task, _future) = task_with(TaskOptions::new().deadline(deadline), |_| 7);
    /// assert_eq!(task.deadline(), Some(deadline));
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.terms().and_then(|terms| terms.deadline)
    }
}
