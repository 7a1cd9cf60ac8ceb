//! What is told of a task as it goes its way: by its span, and to the probe of its executor.

use crate::cell::RawCell;
use crate::panic::{drop_caught, run_caught};
use crate::side::Side;
use crate::span::{TaskSpan, spans_are_on};
use crate::state::Outcome;
use crate::task::Runnable;
use crate::task_event::{TaskEnd, TaskEvent, TaskInfo};
use crate::terms::Terms;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::panic::Location;
use core::time::Duration;
use earnest_sync::{Instant, Mutex, mutant};

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

    /// Tells of a task that never begins, if it is told of, before anybody can see what it has come to. What is instrumented at
    /// this moment is told of with those who wait. `side` is the side box, if there is one.
    ///
    /// # Safety
    ///
    /// The caller is about to settle it, and the slot holds what `outcome` says, which is no value.
    #[inline]
    pub(crate) unsafe fn tell_if_dismissed(self, side: Option<&Side>, outcome: Outcome) {
        let Some(side) = side.filter(|side| side.instrument().is_some()) else { return };
        // SAFETY: by the caller's promise.
        let error = unsafe { self.outcome::<()>(outcome) }.err();
        error.into_iter().for_each(|error| side.tell_dismissed(TaskEnd::of_error(error)));
    }

    /// # Safety
    ///
    /// As for `call`.
    #[cold]
    unsafe fn call_instrumented(self, instrument: &Instrument) -> Outcome {
        let side = self.side();
        if let Some(dismissed) = side.terms().and_then(Terms::dismissal) {
            // It will not be called: time does not go back, nor does a cancellation.
            side.tell_dismissed(TaskEnd::of_outcome(dismissed));
        }
        let Some(way) = instrument.take() else {
            // That was told, just now or by who has come before.
            // SAFETY: by the caller's promise.
            return unsafe { (self.header().vtable.call)(self) };
        };
        let task = TaskInfo { side, location: way.location };
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
