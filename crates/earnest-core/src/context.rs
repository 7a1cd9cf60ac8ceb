//! What a running task can know of itself.

use crate::error::Cancelled;
use crate::id::FutureId;
use crate::side::Side;
use crate::task_options::Priority;
use crate::terms::Terms;
use crate::token::CancellationToken;
use core::fmt;

/// What a running task can know of itself: its token, its deadline, its name.
///
/// ```
/// use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
///
/// let sum = InlineExecutor.submit_with(TaskOptions::new(), |context| {
///     let mut sum = 0;
///     for n in 0..1_000 {
///         context.checkpoint()?;
///         sum += n;
///     }
///     Ok::<_, earnest_core::Cancelled>(sum)
/// });
/// assert_eq!(sum.result().unwrap(), Ok(499_500));
/// ```
pub struct TaskContext<'a> {
    side: &'a Side,
    pub(crate) terms: &'a Terms,
}

impl<'a> TaskContext<'a> {
    pub(crate) fn new(side: &'a Side, terms: &'a Terms) -> Self {
        Self { side, terms }
    }

    /// Comes back when the task is to come to an end: `context.checkpoint()?`.
    ///
    /// # Errors
    ///
    /// [`Cancelled`], once the token is cancelled or the deadline has passed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{CancellationToken, Cancelled, ExecutorExt, InlineExecutor, TaskOptions};
    /// let token = CancellationToken::new();
    /// let stop = token.clone();
    /// let counted = InlineExecutor.submit_with(TaskOptions::new().cancelled_by(&token), move |context| {
    ///     for n in 1.. {
    ///         context.checkpoint()?;
    ///         if n == 3 {
    ///             stop.cancel();
    ///         }
    ///     }
    ///     Ok::<(), Cancelled>(())
    /// });
    /// assert_eq!(counted.result().unwrap(), Err(Cancelled));
    /// ```
    pub fn checkpoint(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Whether the task is to come to an end: its token is cancelled, or its deadline has passed.
    ///
    /// A load, and where there is a deadline, a look at the clock.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    /// let seen = InlineExecutor.submit_with(TaskOptions::new(), |context| {
    ///     let before = context.is_cancelled();
    ///     context.token().cancel();
    ///     (before, context.is_cancelled())
    /// });
    /// assert_eq!(seen.result().unwrap(), (false, true));
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.terms.token.is_cancelled() || self.terms.is_too_late()
    }

    /// The task's token: cancelled by who [cancels](crate::Future::cancel) the running task's future, with the token that
    /// was [given](crate::TaskOptions::cancelled_by) for it, when the deadline passes on an executor that has a timer, and
    /// when a shutdown of the pool runs out of time.
    ///
    /// On executors without a timer a passed deadline shows in [`is_cancelled`](Self::is_cancelled) only.
    ///
    /// ```
    /// # use earnest_core::{CancellationToken, ExecutorExt, InlineExecutor, TaskOptions};
    /// let token = CancellationToken::new();
    /// let parent = token.clone();
    /// let seen = InlineExecutor.submit_with(TaskOptions::new().cancelled_by(&token), move |context| {
    ///     parent.cancel();
    ///     context.token().is_cancelled()
    /// });
    /// assert!(seen.result().unwrap());
    /// ```
    pub fn token(&self) -> &CancellationToken {
        &self.terms.token
    }

    /// What the task is called.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    /// let options = TaskOptions::new().name("report");
    /// let name = InlineExecutor.submit_with(options, |context| context.name().map(str::to_owned));
    /// assert_eq!(name.result().unwrap().as_deref(), Some("report"));
    /// ```
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.terms.name.as_deref()
    }

    /// The priority that the task was submitted with.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, Priority, TaskOptions};
    /// let options = TaskOptions::new().priority(Priority::High);
    /// let priority = InlineExecutor.submit_with(options, |context| context.priority());
    /// assert_eq!(priority.result().unwrap(), Priority::High);
    /// ```
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.terms.priority
    }

    /// The number of the task's future.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, ManualExecutor, TaskOptions};
    /// let executor = ManualExecutor::new();
    /// let future = executor.submit_with(TaskOptions::new(), |context| context.id());
    /// let id = future.id();
    /// executor.run_all();
    /// assert_eq!(future.result().unwrap(), id);
    /// ```
    #[must_use]
    pub fn id(&self) -> FutureId {
        self.side.id()
    }
}

impl fmt::Debug for TaskContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut context = f.debug_struct("TaskContext");
        context.field("name", &self.name()).field("deadline", &self.terms.deadline);
        context.field("is_cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
