//! What can be asked for when a task is submitted.

use crate::token::CancellationToken;
use alloc::borrow::Cow;
use earnest_sync::Instant;

/// What can be asked for when a task is submitted: see [`submit_with`](crate::ExecutorExt::submit_with).
///
/// ```
/// use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
/// use std::time::Duration;
///
/// let options = TaskOptions::new().name("report").timeout(Duration::from_secs(60));
/// let name = InlineExecutor.submit_with(options, |context| context.name().map(str::to_owned));
/// assert_eq!(name.result().unwrap().as_deref(), Some("report"));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing until a task is submitted with them, by `submit_with`"]
pub struct TaskOptions {
    pub(crate) name: Option<Cow<'static, str>>,
    pub(crate) priority: Priority,
    pub(crate) deadline: Option<Instant>,
    pub(crate) token: Option<CancellationToken>,
}

/// Which tasks go first. Executors that know no priorities take no notice.
///
/// ```
/// use earnest_core::Priority;
///
/// assert!(Priority::High > Priority::Normal && Priority::Normal > Priority::Low);
/// assert_eq!(Priority::default(), Priority::Normal);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Priority {
    /// After the others.
    Low,
    /// As tasks are that were submitted without options.
    #[default]
    Normal,
    /// Before the others.
    High,
}

impl TaskOptions {
    /// No name, normal priority, no deadline, and a token of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the task is called in reports.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Which tasks go first.
    ///
    /// ```
    /// # use earnest_core::{Priority, TaskOptions, task_with};
    /// let (task, _future) = task_with(TaskOptions::new().priority(Priority::High), |_| 7);
    /// assert_eq!(task.priority(), Priority::High);
    /// ```
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Has the task cancelled with `token`: as long as it has not begun, it never does, and its future ends with
    /// [`Error::Cancelled`](crate::Error::Cancelled); a running task finds its own token cancelled, which is a child of
    /// this one.
    ///
    /// ```
    /// # use earnest_core::{CancellationToken, ExecutorExt, ManualExecutor, TaskOptions};
    /// let (executor, token) = (ManualExecutor::new(), CancellationToken::new());
    /// let future = executor.submit_with(TaskOptions::new().cancelled_by(&token), |_| 7);
    /// token.cancel();
    /// assert!(future.result().unwrap_err().is_cancelled());
    /// ```
    pub fn cancelled_by(mut self, token: &CancellationToken) -> Self {
        self.token = Some(token.clone());
        self
    }
}
