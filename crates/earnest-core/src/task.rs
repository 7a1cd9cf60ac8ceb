//! A closure made into something that an executor can hold, run or drop.

use crate::future::Future;
use crate::owner::Owner;
use crate::panic::run_caught;
use crate::parties;
use crate::producer::{Dismissal, Producer};
use crate::worker::Worker;
use core::fmt;
use core::panic::Location;
use std::panic::{RefUnwindSafe, UnwindSafe};

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

    /// Like [`run`](Self::run), on a thread that is a `worker`, and tells `available` whether it is about to be free.
    ///
    /// It is told `true` when the closure has returned, its outcome has not been published, and no code of the user's is
    /// left to run: the moment at which a worker can say that it is available again, before anybody can react to the
    /// outcome. Should something come up after all, such as a callback that was registered meanwhile, it is told
    /// `false` before that runs. A panic in it is reported and changes nothing else.
    ///
    /// `false`: the task had been cancelled, or been run by who waited for it, and nothing was done.
    #[must_use = "a task that is over does not say how long tasks take"]
    pub fn run_on(self, worker: &Worker<'_>, mut available: impl FnMut(bool)) -> bool {
        self.producer.run(Some(worker), |yes| run_caught("an executor's hook", || available(yes)))
    }

    /// Says that the task is that of a pool: a worker of it that waits for the task may run it in place. To be called
    /// before the task is queued.
    pub fn belongs_to(&self, owner: Owner) {
        self.producer.cell().header().set_owner(owner);
    }

    /// Ends the task's future without running the task. The closure is dropped on this thread, callbacks run here.
    pub fn dismiss(self, reason: Dismissal) {
        self.producer.dismiss(reason);
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
