//! The end of a task's time, for who keeps the time.

use crate::link::Link;
use alloc::borrow::Cow;
use core::fmt;
use core::panic::Location;
use core::time::Duration;

/// Ends a task whose time is up. For executors that have a timer; it keeps the memory of the task, and nothing else.
///
/// ```
/// use earnest_core::{TaskOptions, task_with};
///
/// let (mut task, future) = task_with(TaskOptions::new(), |_| 7);
/// let expiry = task.expiry();
/// // What a timer does when it goes off.
/// expiry.expire();
/// assert!(future.result().unwrap_err().is_deadline_exceeded());
/// task.run();
/// ```
#[derive(Clone)]
pub struct Expiry {
    link: Link,
}

impl Expiry {
    pub(crate) fn new(link: Link) -> Self {
        Self { link }
    }

    /// The task's time is up: if it has not begun, it never does, and its future ends with
    /// [`Error::DeadlineExceeded`](crate::Error::DeadlineExceeded), its closure dropped and its callbacks called on this
    /// thread. If it runs, its token is cancelled.
    ///
    /// ```
    /// use earnest_core::{TaskOptions, task_with};
    ///
    /// let (mut task, future) = task_with(TaskOptions::new(), |context| context.checkpoint());
    /// let expiry = task.expiry();
    /// task.run();
    /// expiry.expire();
    /// assert_eq!(future.result().unwrap(), Ok(()), "it was over by then");
    /// ```
    pub fn expire(&self) {
        if let Some(cell) = self.link.cell() {
            cell.expire();
        }
    }

    /// Cancels the task's token, and says which task it is if it runs. One that has not begun is not cancelled by this: when
    /// it begins, it finds its token cancelled.
    ///
    /// ```
    /// use earnest_core::{TaskOptions, task_with};
    /// use std::sync::mpsc;
    ///
    /// let (sender, given) = mpsc::channel::<earnest_core::Expiry>();
    /// let (mut task, future) = task_with(TaskOptions::new().name("report"), move |context| {
    ///     let running = given.recv().unwrap().ask_to_end().unwrap();
    ///     (running.name().map(str::to_owned), context.is_cancelled())
    /// });
    /// sender.send(task.expiry()).unwrap();
    /// task.run();
    /// assert_eq!(future.result().unwrap(), (Some("report".to_owned()), true));
    /// ```
    #[must_use = "it says what goes on running"]
    pub fn ask_to_end(&self) -> Option<RunningTask> {
        let cell = self.link.cell()?;
        let terms = cell.terms()?;
        let runs = cell.header().word.load().is_running();
        terms.outlives_its_token();
        let now = earnest_sync::now();
        let age = terms.began().zip(now).map(|(began, now)| now.saturating_duration_since(began));
        terms.token.cancel();
        runs.then(|| RunningTask {
            name: terms.name.clone(),
            location: cell.header().location,
            running_for: age.unwrap_or_default(),
        })
    }
}

/// A task that was still running at some moment.
///
/// ```
/// use earnest_core::{RunningTask, TaskOptions, task_with};
/// use std::sync::mpsc;
///
/// let (sender, given) = mpsc::channel::<earnest_core::Expiry>();
/// let (mut task, future) = task_with(TaskOptions::new().name("report"), move |_| {
///     given.recv().unwrap().ask_to_end().unwrap()
/// });
/// sender.send(task.expiry()).unwrap();
/// task.run();
/// let running: RunningTask = future.result().unwrap();
/// assert_eq!(running.name(), Some("report"));
/// assert!(running.location().line() > 0);
/// println!("{} has been running for {:?}", running.name().unwrap(), running.running_for());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningTask {
    name: Option<Cow<'static, str>>,
    location: &'static Location<'static>,
    running_for: Duration,
}

impl RunningTask {
    /// The [name](crate::TaskOptions::name) that the task was submitted with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where the task was submitted.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// How long the task had been running by then.
    #[must_use]
    pub const fn running_for(&self) -> Duration {
        self.running_for
    }
}

impl fmt::Display for RunningTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name:?}")?,
            None => write!(f, "a task (submitted at {})", self.location)?,
        }
        write!(f, " for {:.1?}", self.running_for)
    }
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expiry").finish_non_exhaustive()
    }
}
