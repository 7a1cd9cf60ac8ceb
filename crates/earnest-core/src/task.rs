//! A closure made into something that an executor can hold, run or drop.

use crate::backlog::Backlog;
use crate::context::TaskContext;
use crate::expiry::Expiry;
use crate::future::Future;
use crate::link::Link;
use crate::observer::told;
use crate::owner::Owner;
use crate::panic::run_caught;
use crate::parties;
use crate::producer::{Dismissal, Producer};
use crate::sources::{Sources, Turns};
use crate::task_options::{Priority, TaskOptions};
use crate::terms::Terms;
use crate::worker;
use alloc::sync::Arc;
use core::fmt;
use core::panic::{Location, RefUnwindSafe, UnwindSafe};

/// Puts `f` into a cell of its own: what will run it, and the future of what it returns.
///
/// This is the one allocation of a task. For authors of executors; others call
/// [`submit`](crate::ExecutorExt::submit).
#[track_caller]
pub fn task<F, T>(f: F) -> (Runnable, Future<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let (producer, consumer) = parties::task(f, Location::caller());
    (Runnable { producer }, Future { consumer })
}

/// Like [`task`], for an `f` that is told what it was submitted with, and whose deadline and token are heeded by
/// whatever executor runs it.
#[track_caller]
pub fn task_with<F, T>(options: TaskOptions, f: F) -> (Runnable, Future<T>)
where
    F: FnOnce(&TaskContext<'_>) -> T + Send + 'static,
    T: Send + 'static,
{
    let has_token = options.token.is_some();
    let (producer, consumer) = parties::task_in_context(f, Terms::new(options), Location::caller());
    if let Some(terms) = producer.cell().terms().filter(|_| has_token) {
        let link = Link::new(producer.cell());
        terms.on_cancel(move || link.cancel_chained().tell_all());
    }
    (Runnable { producer }, Future { consumer })
}

/// The right to run one task, once. One pointer wide.
///
/// Whoever has it may run it or drop it, on any thread. Dropped unrun, it ends the task's future with
/// [`Error::Abandoned`](crate::Error::Abandoned), and [`dismiss`](Self::dismiss) does so with a reason.
#[must_use = "a runnable that is dropped abandons its future"]
pub struct Runnable {
    producer: Producer,
}

impl Runnable {
    pub(crate) fn new(producer: Producer) -> Self {
        Self { producer }
    }

    /// Runs the task on this thread, completes its future, runs the callbacks and wakes who waits.
    ///
    /// Does nothing if the task has been cancelled. A panic of the task is caught and becomes the future's outcome.
    pub fn run(self) {
        let _had_been_cancelled = self.producer.run(None, |_| {});
    }

    /// Like [`run`](Self::run), for an executor that runs tasks where they are submitted: on a worker's thread it is known
    /// that the task which submits this one waits for it.
    pub fn run_nested(self) {
        let _had_been_cancelled = worker::with_current(|worker| self.producer.run(worker, |_| {}));
    }

    /// Says that the task is that of a pool: a worker of it that waits for the task may run it in place. To be called
    /// before the task is queued.
    pub fn belongs_to(&self, owner: Owner) {
        self.producer.cell().header().owner.set(owner);
    }

    /// Ends the task's future without running the task. The closure is dropped on this thread, callbacks run here.
    pub fn dismiss(self, reason: Dismissal) {
        self.producer.dismiss(reason);
    }

    /// Has the task counted in `backlog`, where a place has been taken for it, until it begins, is cancelled, or is dismissed.
    pub fn count_in(&self, backlog: Arc<dyn Backlog>) {
        self.producer.cell().count_in(backlog);
    }

    /// Says that the task is queued by and by, when those of `turns` have ended that have their turn before it: who waits for
    /// it may run one of those, where nobody else could.
    #[doc(hidden)]
    pub fn waits_for_turn(&self, place: usize, turns: Arc<dyn Turns>) {
        self.producer.comes_from(Sources::turn(place, turns));
    }

    /// Says that the task has its turn, and is queued now.
    #[doc(hidden)]
    pub fn has_turn(&self) {
        if let Some(side) = self.producer.cell().side_if_made() {
            drop(side.take_sources());
        }
    }

    /// Whether the task has been [counted](Self::count_in) in a backlog, be it that it has left that since.
    #[must_use]
    pub fn was_counted(&self) -> bool {
        self.producer.cell().side_if_made().is_some_and(|side| side.backlog().is_taken())
    }

    /// The [priority](crate::TaskOptions::priority) that the task was submitted with.
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.producer.cell().terms().map_or(Priority::Normal, |terms| terms.priority)
    }

    /// Whether the task was submitted [with options](crate::ExecutorExt::submit_with).
    #[must_use]
    pub fn has_options(&self) -> bool {
        self.producer.cell().terms().is_some()
    }

    /// With which the task is ended when its time is up.
    #[must_use]
    pub fn expiry(&self) -> Expiry {
        Expiry::new(Link::new(self.producer.cell()))
    }

    /// Has `f` called when the task is over, whatever it came to, after those who wait have been told: on the thread
    /// that brings the outcome about. A panic in `f` is caught and reported.
    pub fn when_over(&self, f: impl FnOnce() + Send + 'static) {
        self.producer.cell().observe(told(move || run_caught("an executor's hook", f)));
    }

    pub(crate) fn producer(&self) -> &Producer {
        &self.producer
    }

    pub(crate) fn into_producer(self) -> Producer {
        self.producer
    }

    /// Where the task was submitted.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.producer.location()
    }
}

impl UnwindSafe for Runnable {}
impl RefUnwindSafe for Runnable {}

impl fmt::Debug for Runnable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runnable").field("location", &self.location()).finish_non_exhaustive()
    }
}
