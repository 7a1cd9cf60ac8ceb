//! What there is to be told of a task.

use crate::error::{Error, dismissal};
use crate::id::FutureId;
use crate::side::Side;
use crate::state::Outcome;
use core::fmt;
use core::panic::Location;
use core::time::Duration;

/// Which task an event is about.
///
/// ```
/// use earnest_core::{InlineExecutor, Probe, TaskEvent, TaskInfo, task};
/// use std::sync::{Arc, Mutex};
///
/// #[derive(Default)]
/// struct Lines(Mutex<Vec<u32>>);
/// impl Probe for Lines {
///     fn tell(&self, task: &TaskInfo<'_>, _event: TaskEvent) {
///         println!("{}, called {:?}", task.id(), task.name());
///         self.0.lock().unwrap().push(task.location().line());
///     }
/// }
///
/// let lines = Arc::new(Lines::default());
/// let (mut task, future) = task(|| 7);
/// task.probed_by(Some(lines.clone()));
/// task.run();
/// assert_eq!(future.result().unwrap(), 7);
/// // It was queued, has begun, and has ended: all of the same line.
/// assert_eq!(lines.0.lock().unwrap().len(), 3);
/// ```
#[derive(Clone, Copy)]
pub struct TaskInfo<'a> {
    pub(crate) side: &'a Side,
    pub(crate) location: &'static Location<'static>,
}

/// What becomes of a task.
///
/// A task that is accepted is `Queued`, and then either `Dismissed`, or `Began` and `Ended`: each once, and nothing after
/// that. One that is cancelled while it is submitted is told of when others may have seen it already.
///
/// ```
/// use earnest_core::{Dismissal, Probe, TaskEnd, TaskEvent, TaskInfo, task};
/// use std::sync::{Arc, Mutex};
///
/// #[derive(Default)]
/// struct Ends(Mutex<Vec<TaskEnd>>);
/// impl Probe for Ends {
///     fn tell(&self, _task: &TaskInfo<'_>, event: TaskEvent) {
///         if let TaskEvent::Ended { end, .. } | TaskEvent::Dismissed { end, .. } = event {
///             self.0.lock().unwrap().push(end);
///         }
///     }
/// }
///
/// let ends = Arc::new(Ends::default());
/// let [runs, does_not] = [task(|| 1), task(|| 2)].map(|(mut task, future)| {
///     task.probed_by(Some(ends.clone()));
///     future.detach();
///     task
/// });
/// runs.run();
/// does_not.dismiss(Dismissal::Rejected);
/// assert_eq!(*ends.0.lock().unwrap(), [TaskEnd::Returned, TaskEnd::Rejected]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskEvent {
    /// Its executor has accepted it, and is about to queue it. Told on the thread that submits it.
    Queued,
    /// It is about to be called, by this thread.
    Began {
        /// How long it was queued.
        waited: Duration,
    },
    /// It has returned, or panicked, on this thread. Its outcome has not been published: who sees that comes after this.
    Ended {
        /// How long it took.
        ran: Duration,
        /// What it came to.
        end: TaskEnd,
    },
    /// It never begins. Told before those who wait for it are.
    Dismissed {
        /// How long it was queued.
        waited: Duration,
        /// Why.
        end: TaskEnd,
    },
}

/// What a task has come to.
///
/// ```
/// # use earnest_core::TaskEnd;
/// assert_eq!(TaskEnd::DeadlineExceeded.as_str(), "deadline_exceeded");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskEnd {
    /// It has returned.
    Returned,
    /// It has panicked.
    Panicked,
    /// Its future, or its token, was cancelled before it began.
    Cancelled,
    /// It did not begin, or did not return, by its deadline.
    DeadlineExceeded,
    /// Its executor has dismissed it, as it was shut down or had no room.
    Rejected,
    /// Its executor can run nothing any more.
    Broken,
    /// It was dropped.
    Abandoned,
    /// It could never have begun: who waits for it waits for ever.
    Deadlock,
}

impl TaskEnd {
    /// All that there are.
    pub const ALL: [TaskEnd; 8] = [
        TaskEnd::Returned,
        TaskEnd::Panicked,
        TaskEnd::Cancelled,
        TaskEnd::DeadlineExceeded,
        TaskEnd::Rejected,
        TaskEnd::Broken,
        TaskEnd::Abandoned,
        TaskEnd::Deadlock,
    ];

    /// The same in a word, for labels: `returned`, `panicked`, and so on.
    ///
    /// ```
    /// # use earnest_core::TaskEnd;
    /// assert_eq!(TaskEnd::Returned.as_str(), "returned");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            TaskEnd::Returned => "returned",
            TaskEnd::Panicked => "panicked",
            TaskEnd::Cancelled => "cancelled",
            TaskEnd::DeadlineExceeded => "deadline_exceeded",
            TaskEnd::Rejected => "rejected",
            TaskEnd::Broken => "broken",
            TaskEnd::Abandoned => "abandoned",
            TaskEnd::Deadlock => "deadlock",
        }
    }

    /// Of a task whose closure was called, or would have been.
    pub(crate) fn of_outcome(outcome: Outcome) -> TaskEnd {
        match outcome {
            Outcome::Value => TaskEnd::Returned,
            outcome => dismissal(outcome).map_or(TaskEnd::Panicked, TaskEnd::of_error),
        }
    }

    /// Of a future that is done so. An error of its own counts as a panic.
    #[doc(hidden)]
    #[must_use]
    pub fn of<T>(outcome: &Result<T, Error>) -> TaskEnd {
        outcome.as_ref().err().map_or(TaskEnd::Returned, TaskEnd::of_error)
    }

    pub(crate) fn of_error(error: &Error) -> TaskEnd {
        match error {
            Error::Cancelled => TaskEnd::Cancelled,
            Error::DeadlineExceeded => TaskEnd::DeadlineExceeded,
            Error::Rejected => TaskEnd::Rejected,
            Error::Abandoned => TaskEnd::Abandoned,
            Error::Broken(_) => TaskEnd::Broken,
            Error::Deadlock(_) => TaskEnd::Deadlock,
            _ => TaskEnd::Panicked,
        }
    }
}

impl<'a> TaskInfo<'a> {
    /// The number of the task's future.
    #[must_use]
    pub fn id(&self) -> FutureId {
        self.side.id()
    }

    /// What the task is called, if it was [submitted with a name](crate::TaskOptions::name).
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.side.terms().and_then(|terms| terms.name.as_deref())
    }

    /// Where the task was submitted.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl fmt::Debug for TaskInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut info = f.debug_struct("TaskInfo");
        info.field("id", &self.id()).field("name", &self.name()).field("location", &self.location).finish()
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn all_ends_are_listed() {
        // Whoever adds one comes by here.
        let place = |end| match end {
            TaskEnd::Returned => 0,
            TaskEnd::Panicked => 1,
            TaskEnd::Cancelled => 2,
            TaskEnd::DeadlineExceeded => 3,
            TaskEnd::Rejected => 4,
            TaskEnd::Broken => 5,
            TaskEnd::Abandoned => 6,
            TaskEnd::Deadlock => 7,
        };
        assert_eq!(TaskEnd::ALL.map(place), core::array::from_fn(|place| place));
    }
}
