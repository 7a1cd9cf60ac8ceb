//! A closure made into something that an executor can hold, run or drop.

use crate::backlog::Backlog;
use crate::cell::RawCell;
use crate::context::TaskContext;
use crate::detached::Detached;
use crate::expiry::Expiry;
use crate::future::Future;
use crate::link::Link;
use crate::observer::told;
use crate::owner::Owner;
use crate::panic::run_caught;
use crate::parties;
use crate::producer::{Dismissal, Producer};
use crate::side::Side;
use crate::sources::{Sources, Turns};
use crate::task_options::{Priority, TaskOptions};
use crate::terms::Terms;
use crate::worker::{self, Worker};
use alloc::sync::Arc;
use core::fmt;
use core::panic::{Location, RefUnwindSafe, UnwindSafe};
use core::ptr::NonNull;

/// Puts `f` into a cell of its own: what will run it, and the future of what it returns.
///
/// This is the one allocation of a task. For authors of executors; others call
/// [`submit`](crate::ExecutorExt::submit).
///
/// ```
/// let (task, future) = earnest_core::task(|| 7);
/// task.run();
/// assert_eq!(future.result().unwrap(), 7);
/// ```
#[track_caller]
pub fn task<F, T>(f: F) -> (Runnable, Future<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    task_at(Location::caller(), f)
}

/// The same for what was asked for there, and is submitted by the library.
#[doc(hidden)]
pub fn task_at<F, T>(location: &'static Location<'static>, f: F) -> (Runnable, Future<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let (producer, consumer) = parties::task(f, location);
    (Runnable::new(producer), Future { consumer })
}

/// Like [`task`], for an `f` that is told what it was submitted with, and whose deadline and token are heeded by
/// whatever executor runs it.
///
/// ```
/// # use earnest_core::{TaskOptions, task_with};
/// let (task, future) = task_with(TaskOptions::new().name("report"), |context| context.name().is_some());
/// task.run();
/// assert!(future.result().unwrap());
/// ```
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
    (Runnable::new(producer), Future { consumer })
}

/// The right to run one task, once. Five pointers wide: a small closure that nobody has a future of lies in it.
///
/// Whoever has it may run it or drop it, on any thread. Dropped unrun, it ends the task's future with
/// [`Error::Abandoned`](crate::Error::Abandoned), and [`dismiss`](Self::dismiss) does so with a reason.
///
/// ```
/// let (runnable, future) = earnest_core::task(|| 7);
/// std::thread::spawn(move || runnable.run());
/// assert_eq!(future.result().unwrap(), 7);
///
/// let (runnable, future) = earnest_core::task(|| 7);
/// drop(runnable);
/// assert!(future.result().unwrap_err().is_abandoned());
/// ```
#[must_use = "a runnable that is dropped abandons its future: call `run`, or `dismiss` with a reason"]
pub struct Runnable(Work);

/// Tells a task from all others that exist at the same time. [`Worker`](crate::Worker) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskId(RawCell);

pub(crate) enum Work {
    /// A task that has a cell.
    Cell(Producer),
    Detached(Detached),
}

impl Runnable {
    pub(crate) fn new(producer: Producer) -> Self {
        Self(Work::Cell(producer))
    }

    /// Runs the task on this thread, completes its future, runs the callbacks and wakes who waits.
    ///
    /// Does nothing if the task has been cancelled. A panic of the task is caught and becomes the future's outcome.
    ///
    /// ```
    /// let (runnable, future) = earnest_core::task(|| "x".parse::<u32>().unwrap());
    /// runnable.run();
    /// assert!(future.result().unwrap_err().is_panicked());
    /// ```
    pub fn run(self) {
        let _had_been_cancelled = self.run_by(None, |_| {});
    }

    /// Like [`run`](Self::run), for an executor that runs tasks where they are submitted: on a worker's thread it is known
    /// that the task which submits this one waits for it.
    ///
    /// ```
    /// let (runnable, future) = earnest_core::task(|| 7);
    /// runnable.run_nested();
    /// assert!(future.is_done());
    /// ```
    pub fn run_nested(self) {
        let _had_been_cancelled = worker::with_current(|worker| self.run_by(worker, |_| {}));
    }

    /// See [`Producer::run`].
    #[inline]
    pub(crate) fn run_by(self, worker: Option<&Worker<'_>>, available: impl FnMut(bool)) -> bool {
        match self.0 {
            Work::Cell(producer) => producer.run(worker, available),
            Work::Detached(detached) => {
                detached.run(worker);
                true
            }
        }
    }

    /// Says that the task is that of a pool: a worker of it that waits for the task may run it in place. To be called
    /// before the task is queued. [`Worker`](crate::Worker) has an example.
    pub fn belongs_to(&self, owner: Owner) {
        // Nobody waits for one without a cell.
        if let Some(cell) = self.cell_if_any() {
            cell.header().owner.set(owner);
        }
    }

    /// Ends the task's future without running the task. The closure is dropped on this thread, callbacks run here.
    ///
    /// ```
    /// # use earnest_core::Dismissal;
    /// let (runnable, future) = earnest_core::task(|| 7);
    /// runnable.dismiss(Dismissal::Rejected);
    /// assert!(future.result().unwrap_err().is_rejected());
    /// ```
    pub fn dismiss(self, reason: Dismissal) {
        match self.0 {
            Work::Cell(producer) => producer.dismiss(reason),
            Work::Detached(detached) => detached.dismiss(reason),
        }
    }

    /// Has the task counted in `backlog`, where a place has been taken for it, until it begins, is cancelled, or is
    /// dismissed. [`Backlog`] has an example.
    pub fn count_in(&mut self, backlog: Arc<dyn Backlog>) {
        self.cell().count_in(backlog);
    }

    /// Says that the task is queued by and by, when those of `turns` have ended that have their turn before it: who waits for
    /// it may run one of those, where nobody else could.
    #[doc(hidden)]
    pub fn waits_for_turn(&mut self, place: usize, turns: Arc<dyn Turns>) {
        self.producer().comes_from(Sources::turn(place, turns));
    }

    /// Says that the task has its turn, and is queued now.
    #[doc(hidden)]
    pub fn has_turn(&self) {
        if let Some(side) = self.side_if_made() {
            drop(side.take_sources());
        }
    }

    /// Whether the task has been [counted](Self::count_in) in a backlog, be it that it has left that since. [`Backlog`]
    /// has an example.
    #[must_use]
    pub fn was_counted(&self) -> bool {
        self.side_if_made().is_some_and(|side| side.backlog().is_taken())
    }

    /// The [priority](crate::TaskOptions::priority) that the task was submitted with.
    ///
    /// ```
    /// # use earnest_core::Priority;
    /// let (runnable, _future) = earnest_core::task(|| 7);
    /// assert_eq!(runnable.priority(), Priority::Normal, "nobody has asked for another");
    /// ```
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.terms().map_or(Priority::Normal, |terms| terms.priority)
    }

    /// Whether the task was submitted [with options](crate::ExecutorExt::submit_with).
    ///
    /// ```
    /// # use earnest_core::{TaskOptions, task, task_with};
    /// assert!(!task(|| 7).0.has_options());
    /// assert!(task_with(TaskOptions::new(), |_| 7).0.has_options());
    /// ```
    #[must_use]
    pub fn has_options(&self) -> bool {
        self.terms().is_some()
    }

    /// Whether the task certainly has none of what executors have to heed: options, and what only few tasks have.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.side_if_made().is_none()
    }

    /// With which the task is ended when its time is up. [`Expiry`] has an example.
    #[must_use]
    pub fn expiry(&mut self) -> Expiry {
        Expiry::new(Link::new(self.cell()))
    }

    /// Has `f` called when the task is over, whatever it came to: on the thread that brings the outcome about, when that can be
    /// seen, and among those who wait, who are woken in the order in which they came. So it should be short. A panic in `f` is
    /// caught and reported.
    ///
    /// ```
    /// let (sender, told) = std::sync::mpsc::channel();
    /// let (mut runnable, future) = earnest_core::task(|| 7);
    /// runnable.when_over(move || sender.send("over").unwrap());
    /// future.cancel();
    /// assert_eq!(told.recv().unwrap(), "over", "be it by a cancellation");
    /// ```
    pub fn when_over(&mut self, f: impl FnOnce() + Send + 'static) {
        self.cell().observe(told(move || run_caught("an executor's hook", f)));
    }

    /// For a small closure that nobody wants a future of, without any memory of its own. `Err`: it is not small.
    pub(crate) fn detached<F>(f: F, location: &'static Location<'static>) -> Result<Runnable, F>
    where
        F: FnOnce() + Send + 'static,
    {
        Detached::new(f, location).map(Runnable::from)
    }

    pub(crate) fn into_work(self) -> Work {
        self.0
    }

    fn cell_if_any(&self) -> Option<RawCell> {
        match &self.0 {
            Work::Cell(producer) => Some(producer.cell()),
            Work::Detached(_) => None,
        }
    }

    /// Whether it has been said who is [told](Self::probed_by) of it.
    pub(crate) fn is_probed(&self) -> bool {
        self.side_if_made().is_some_and(|side| side.instrument().is_some())
    }

    /// Valid for as long as the task has its cell, which does not lose it.
    pub(crate) fn name<'a>(&self) -> Option<&'a str> {
        self.cell_if_any().and_then(RawCell::terms).and_then(|terms: &'a Terms| terms.name.as_deref())
    }

    fn side_if_made(&self) -> Option<&Side> {
        self.cell_if_any().and_then(RawCell::side_if_made)
    }

    pub(crate) fn terms(&self) -> Option<&Terms> {
        self.cell_if_any().and_then(RawCell::terms)
    }

    /// The task's cell, which is made now if there is none.
    pub(crate) fn cell(&mut self) -> RawCell {
        self.producer().cell()
    }

    fn producer(&mut self) -> &Producer {
        Detached::move_into_cell(&mut self.0);
        match &self.0 {
            Work::Cell(producer) => producer,
            Work::Detached(_) => unreachable!("it has just been put into a cell"),
        }
    }

    /// How many words a task takes at most.
    #[doc(hidden)]
    pub const WIDEST: usize = Detached::WIDEST;

    /// How many words the task takes, for a queue whose places are as narrow as can be: one where it has memory of its own,
    /// and otherwise more than one.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn n_words(&self) -> usize {
        match &self.0 {
            Work::Cell(_) => 1,
            Work::Detached(detached) => detached.n_words(),
        }
    }

    /// Moves the task there.
    ///
    /// # Safety
    ///
    /// There is room for [`n_words`](Self::n_words).
    #[doc(hidden)]
    #[inline]
    pub unsafe fn into_words(self, to: *mut usize) {
        match self.0 {
            // SAFETY: by the caller's promise.
            Work::Cell(producer) => unsafe {
                to.cast::<NonNull<()>>().write(producer.into_raw().into_thin())
            },
            // SAFETY: likewise.
            Work::Detached(detached) => unsafe { detached.into_words(to) },
        }
    }

    /// Undoes [`into_words`](Self::into_words).
    ///
    /// # Safety
    ///
    /// It wrote `n` words there, and this is done once.
    #[doc(hidden)]
    #[inline]
    pub unsafe fn from_words(from: *const usize, n: usize) -> Runnable {
        if n == 1 {
            // SAFETY: by the caller's promise.
            let thin = unsafe { from.cast::<NonNull<()>>().read() };
            // SAFETY: likewise a cell, of which the producer has been left to us.
            let cell = unsafe { RawCell::from_thin(thin) };
            return Runnable::new(Producer::new(cell));
        }
        // SAFETY: by the caller's promise.
        unsafe { Detached::from_words(from, n) }.into()
    }

    /// Whether it is this task. [`Worker`](crate::Worker) has an example.
    #[must_use]
    pub fn is(&self, task: TaskId) -> bool {
        self.cell_if_any() == Some(task.0)
    }

    /// Where the task was submitted.
    ///
    /// ```
    /// let (runnable, _future) = earnest_core::task(|| 7);
    /// assert_eq!(runnable.location().line(), line!() - 1);
    /// ```
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        match &self.0 {
            Work::Cell(producer) => producer.location(),
            Work::Detached(detached) => detached.location(),
        }
    }
}

impl From<Detached> for Runnable {
    fn from(detached: Detached) -> Runnable {
        Runnable(Work::Detached(detached))
    }
}

impl From<RawCell> for TaskId {
    fn from(cell: RawCell) -> TaskId {
        TaskId(cell)
    }
}

impl UnwindSafe for Runnable {}
impl RefUnwindSafe for Runnable {}

impl fmt::Debug for Runnable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runnable").field("location", &self.location()).finish_non_exhaustive()
    }
}
