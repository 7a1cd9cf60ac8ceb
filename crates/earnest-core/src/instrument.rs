//! What is told of a task as it goes its way: by its span, and to the probe of its executor.

use crate::cell::RawCell;
use crate::error::Error;
use crate::id::FutureId;
use crate::panic::{drop_caught, run_caught};
use crate::side::Side;
use crate::span::{TaskSpan, spans_are_on};
use crate::state::Outcome;
use crate::task::Runnable;
use crate::terms::Terms;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use earnest_sync::{Instant, Mutex, mutant};

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
    side: &'a Side,
    location: &'static Location<'static>,
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
            Outcome::Error => TaskEnd::Panicked,
            Outcome::Cancelled => TaskEnd::Cancelled,
            Outcome::DeadlineExceeded => TaskEnd::DeadlineExceeded,
            Outcome::Rejected => TaskEnd::Rejected,
            Outcome::Abandoned => TaskEnd::Abandoned,
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

/// What an executor is told of its tasks: see [`Runnable::probed_by`].
///
/// ```
/// use earnest_core::{Probe, TaskEvent, TaskInfo, task};
/// use std::sync::{Arc, Mutex};
///
/// #[derive(Default)]
/// struct Log(Mutex<Vec<TaskEvent>>);
/// impl Probe for Log {
///     fn tell(&self, _task: &TaskInfo<'_>, event: TaskEvent) {
///         self.0.lock().unwrap().push(event);
///     }
/// }
///
/// let log = Arc::new(Log::default());
/// let (mut task, _future) = task(|| 7);
/// task.probed_by(Some(log.clone()));
/// task.run();
/// let log = log.0.lock().unwrap();
/// assert!(matches!(log[..], [TaskEvent::Queued, TaskEvent::Began { .. }, TaskEvent::Ended { .. }]));
/// ```
pub trait Probe: Send + Sync {
    /// Something has become of `task`. A panic in here is caught and reported.
    fn tell(&self, task: &TaskInfo<'_>, event: TaskEvent);
}

/// In the side box of a task that is instrumented.
pub(crate) struct Instrument {
    /// Gone with the first who is to tell of the task: who begins it, or who dismisses it.
    way: Mutex<Option<Box<Way>>>,
}

/// What is told, and to whom.
struct Way {
    location: &'static Location<'static>,
    span: TaskSpan,
    probe: Option<Arc<dyn Probe>>,
    queued: Option<Instant>,
}

impl Way {
    fn tell(&self, task: &TaskInfo<'_>, event: TaskEvent) {
        if let Some(probe) = &self.probe {
            run_caught("a probe", || probe.tell(task, event));
        }
    }

    /// The last that is told.
    fn ends(self, task: &TaskInfo<'_>, event: TaskEvent, end: TaskEnd) {
        self.tell(task, event);
        self.span.ends(end.as_str());
        // The last reference to it may be the task's.
        drop_caught(self.probe, "a probe's destructor");
    }
}

/// How long ago that was: no time at all where there is no clock.
fn since(earlier: Option<Instant>) -> Duration {
    let (earlier, now) = (earlier, earnest_sync::now());
    earlier.zip(now).map_or(Duration::ZERO, |(earlier, now)| now.saturating_duration_since(earlier))
}

impl Instrument {
    /// Nobody else tells of the task from now on. `None`: somebody does, or has.
    fn take(&self) -> Option<Box<Way>> {
        self.way.lock().take()
    }
}

impl Side {
    /// The task is over, and this is told if it has never begun, and nobody else has.
    pub(crate) fn tell_dismissed(&self, end: TaskEnd) {
        let Some(way) = self.instrument().and_then(Instrument::take) else { return };
        let waited = since(way.queued);
        let task = TaskInfo { side: self, location: way.location };
        way.ends(&task, TaskEvent::Dismissed { waited, end }, end);
    }
}

impl RawCell {
    /// Runs the closure and leaves what it came to in the slot, as [`VTable::call`](crate::closure::VTable) does, and tells of
    /// it. `side` is the side box, if there is one.
    ///
    /// # Safety
    ///
    /// The caller has won `start` (R1).
    #[inline]
    pub(crate) unsafe fn call(self, side: Option<&Side>) -> Outcome {
        match side.and_then(Side::instrument) {
            // SAFETY: by the caller's promise.
            None => unsafe { (self.header().vtable.call)(self) },
            // SAFETY: by the caller's promise.
            Some(instrument) => unsafe { self.call_instrumented(instrument) },
        }
    }

    /// # Safety
    ///
    /// As for `call`.
    #[cold]
    unsafe fn call_instrumented(self, instrument: &Instrument) -> Outcome {
        let Some(way) = instrument.take() else {
            // It was instrumented while somebody else claimed it, who has told.
            // SAFETY: by the caller's promise.
            return unsafe { (self.header().vtable.call)(self) };
        };
        let side = self.side();
        let task = TaskInfo { side, location: way.location };
        if let Some(dismissed) = side.terms().and_then(Terms::dismissal) {
            // It will not be called: time does not go back, nor does a cancellation.
            let (waited, end) = (since(way.queued), TaskEnd::of_outcome(dismissed));
            way.ends(&task, TaskEvent::Dismissed { waited, end }, end);
            // SAFETY: by the caller's promise.
            return unsafe { (self.header().vtable.call)(self) };
        }
        way.tell(&task, TaskEvent::Began { waited: since(way.queued) });
        let began = earnest_sync::now();
        // SAFETY: by the caller's promise.
        let outcome = way.span.run(|| unsafe { (self.header().vtable.call)(self) });
        let (ran, end) = (since(began), TaskEnd::of_outcome(outcome));
        way.ends(&task, TaskEvent::Ended { ran, end }, end);
        outcome
    }
}

impl Runnable {
    /// Has the task's way told of, from here on: by a `tracing` span for as long as it is queued and run, if a subscriber
    /// wants one, and to `probe`. [`Probe`] has an example.
    ///
    /// To be called by an executor that has accepted the task, on the thread that submits it, and before it
    /// [is known](Self::belongs_to) to be the executor's. Of several who call this, one behind the other, the first is told.
    ///
    /// The span's parent is the one that this thread is in. It has the level of debugging messages, the target `earnest::task`,
    /// and as fields the number of the future, the name, the place of submission, and in the end the outcome. It is entered while
    /// the task is called, wherever that is; callbacks run outside of it.
    ///
    /// # Cost
    ///
    /// A box beside the task, and three looks at the clock, unless there is neither span nor probe.
    pub fn probed_by(&mut self, probe: Option<Arc<dyn Probe>>) {
        if probe.is_none() && !spans_are_on() || self.is_probed() {
            return;
        }
        let (location, name) = (self.location(), self.name());
        let span = TaskSpan::of_task(|| self.cell().side().id(), name, location);
        if probe.is_none() && span.is_none() {
            return;
        }
        let cell = self.cell();
        let side = cell.side();
        let way = Way { location, span, probe, queued: earnest_sync::now() };
        way.tell(&TaskInfo { side, location }, TaskEvent::Queued);
        let is_in_time = side.set_instrument(Instrument { way: Mutex::new(Some(Box::new(way))) });
        if !is_in_time && !mutant!("instrumented_unheard") {
            side.tell_dismissed(TaskEnd::of_outcome(cell.header().word.load().outcome()));
        }
    }
}
