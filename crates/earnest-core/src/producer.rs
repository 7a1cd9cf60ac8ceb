//! The party that brings an outcome about: by running a closure, by hand, or by giving up.

use crate::cell::RawCell;
use crate::error::{Broken, Error};
use crate::graph;
use crate::observer::{Chain, notice};
use crate::settle::Settler;
use crate::sources::Sources;
use crate::state::{Outcome, View};
use crate::worker::{Frame, Worker};
use alloc::boxed::Box;
use core::mem::ManuallyDrop;
use core::panic::Location;
use earnest_sync::window;

/// Brings the outcome about. Dropped without doing so, it dismisses the future as abandoned.
///
/// It may be used on the types that it was made with only: the methods that name a type say so.
pub(crate) struct Producer(RawCell);

// SAFETY: `task` asks for closure and value to be Send; `Promise`, which has the other producers, is Send only where
// its value is. Everything else in a cell is made to be shared.
unsafe impl Send for Producer {}
// SAFETY: through a shared reference a producer can be asked for its state, and started; both are atomic.
unsafe impl Sync for Producer {}

impl Producer {
    pub(crate) fn new(cell: RawCell) -> Producer {
        Producer(cell)
    }

    pub(crate) fn cell(&self) -> RawCell {
        self.0
    }

    pub(crate) fn into_raw(self) -> RawCell {
        ManuallyDrop::new(self).0
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.0.header().location
    }

    pub(crate) fn view(&self) -> View {
        self.0.header().word.load()
    }

    /// Says what the future is made of from now on. It is cancelled with the future.
    pub(crate) fn comes_from(&self, sources: Sources) {
        match self.0.side().set_sources(sources) {
            Ok(None) => {}
            Ok(Some(_old)) => graph::sources_changed(self.0),
            Err(sources) if self.view().is_cancelled() => sources.cancel().tell_all(),
            Err(_) => {}
        }
    }

    pub(crate) fn start(&self) -> bool {
        self.0.header().word.start()
    }

    /// Runs the closure, unless the task has been cancelled. `worker` is who runs it, where that is known; `available` is
    /// told what this thread is about to do: see [`Runnable::run_on`](crate::Runnable::run_on).
    ///
    /// Says whether the closure was run.
    #[inline]
    pub(crate) fn run(self, worker: Option<&Worker<'_>>, mut available: impl FnMut(bool)) -> bool {
        let cell = self.into_raw();
        let header = cell.header();
        if !header.word.start() {
            // SAFETY: the producer lets go here, and is not used again.
            unsafe { let_producer_go(cell) };
            return false;
        }
        window!("started_not_called");
        // Also where the word says that nobody observes: the side box is there before that.
        let side = cell.leave_backlog();
        let frame = Frame::new(cell);
        let in_the_middle = worker.map(|worker| frame.enter(worker));
        // SAFETY: this thread has won `start`.
        let outcome = unsafe { cell.call(side) };
        window!("called_not_finished");
        let seen = header.word.load();
        let needs_no_drop = outcome == Outcome::Value && header.vtable.drop_value.is_none();
        if seen == View::RUNNING_ALONE && needs_no_drop {
            available(true);
            frame.is_over();
            // SAFETY: nobody else is left (R4), and there is nothing in the slot that would have to be dropped.
            unsafe { cell.free() };
            return true;
        }
        if seen == View::RUNNING {
            available(true);
            frame.is_over();
            if header.word.finish_unobserved(View::RUNNING, outcome) {
                return true;
            }
            frame.is_not_over(cell);
            available(false);
        }
        // SAFETY: the slot holds `outcome`, and this thread has started the task.
        let then = unsafe { finish_started(cell, seen, outcome, &mut available) };
        drop(in_the_middle);
        then.tell_all();
        true
    }

    /// To done without an outcome. A task that has been started or dismissed by another is left to that.
    pub(crate) fn dismiss(self, reason: Dismissal) {
        self.dismiss_chained(reason).tell_all();
    }

    /// Like `dismiss`, and leaves to the caller what follows from it.
    pub(crate) fn dismiss_chained(self, reason: Dismissal) -> Chain {
        let cell = self.into_raw();
        let word = &cell.header().word;
        // A promise that was started was started by its producer, who gives up now.
        let give_up = || !cell.header().vtable.is_task && word.finish(View::RUNNING);
        let won = match reason {
            Dismissal::Cancelled => word.cancel().is_ok() || give_up(),
            _ if cell.header().vtable.is_task => word.dismiss(),
            _ => give_up(),
        };
        if !won {
            // SAFETY: the producer lets go here, and is not used again.
            unsafe { let_producer_go(cell) };
            return Chain::new();
        }
        let side = cell.leave_backlog();
        // SAFETY: the task is claimed (R1).
        unsafe { (cell.header().vtable.drop_closure)(cell) };
        let outcome = match reason {
            Dismissal::Cancelled => Outcome::Cancelled,
            Dismissal::Abandoned => Outcome::Abandoned,
            Dismissal::Rejected => Outcome::Rejected,
            // SAFETY: the slot is the producer's, and empty now.
            Dismissal::Broken(broken) => unsafe { cell.write_error(Error::Broken(broken)) },
        };
        // SAFETY: as below.
        unsafe { cell.tell_if_dismissed(side, outcome) };
        // SAFETY: this thread made the transition, and the slot holds `outcome`.
        unsafe { cell.settle(outcome, Settler::Producer, &mut |_| {}) }
    }

    /// Settles a promise with `result`, which comes back where the future was cancelled first. What follows from it is
    /// left to the caller.
    ///
    /// # Safety
    ///
    /// The cell is a promise for a `T`.
    #[inline]
    pub(crate) unsafe fn resolve<T>(
        self,
        result: Result<T, Box<Error>>,
    ) -> Result<Chain, Result<T, Box<Error>>> {
        let cell = self.into_raw();
        // The slot is written before the future is claimed: a canceller leaves it alone (R1).
        let outcome = match result {
            Ok(value) => {
                // SAFETY: the slot is the producer's, empty, and fits a `T`.
                unsafe { cell.write::<T>(value) };
                Outcome::Value
            }
            Err(error) => {
                // SAFETY: the slot is the producer's, empty, and fits a boxed error.
                unsafe { cell.write::<Box<Error>>(error) };
                Outcome::Error
            }
        };
        let word = &cell.header().word;
        if word.finish_unobserved(View::PENDING, outcome) || word.finish_unobserved(View::RUNNING, outcome) {
            return Ok(Chain::new());
        }
        // SAFETY: the slot holds `outcome`, and the producer has been taken apart.
        unsafe { resolve_observed(cell, outcome) }
    }

    /// Registers a callback from the producer's side, which wants to know of a cancellation.
    ///
    /// # Safety
    ///
    /// The cell is a promise for a `T`.
    pub(crate) unsafe fn add_notice<T>(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'static) {
        // While the producer holds on, the future is settled only if it was cancelled: there is no slot to be seen.
        self.0.observe(notice(f));
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        Producer(self.0).dismiss(Dismissal::Abandoned);
    }
}

/// The producer of a future that another has claimed lets go.
///
/// # Safety
///
/// The producer's hold is the caller's, and ends here.
unsafe fn let_producer_go(cell: RawCell) {
    if cell.header().word.release_producer() {
        // SAFETY: the word says that nobody else is left.
        unsafe { cell.free() };
    }
}

/// The long way to done and settled for a task. What follows from it is left to the caller.
///
/// # Safety
///
/// The caller is the producer, has started the task, and the slot holds `outcome`. Its hold has ended afterwards.
#[cold]
unsafe fn finish_started(
    cell: RawCell,
    seen: View,
    outcome: Outcome,
    available: &mut dyn FnMut(bool),
) -> Chain {
    // SAFETY: nobody but the starter finishes a task, and the slot is as the caller says.
    if let Some(then) = unsafe { cell.finish_for_one(seen, outcome, false, available) } {
        return then;
    }
    // SAFETY: the slot is as the caller says. None but the starter finishes a task: it is not refused.
    unsafe { finish_observed(cell, seen, outcome, available) }.unwrap_or(Chain::new())
}

/// The long way to done and settled. `None`: a canceller was first, and nothing has changed.
///
/// # Safety
///
/// The caller is the producer, and the slot holds `outcome`. Unless `None`, its hold has ended.
#[cold]
unsafe fn finish_observed(
    cell: RawCell,
    seen: View,
    outcome: Outcome,
    available: &mut dyn FnMut(bool),
) -> Option<Chain> {
    // SAFETY: this thread makes the transition.
    cell.header().word.finish(seen).then(|| unsafe { cell.settle(outcome, Settler::Producer, available) })
}

/// The long way for a promise, whose future may have been cancelled: then its outcome comes back.
///
/// # Safety
///
/// The producer's hold is the caller's, and ends here; the slot holds `outcome`, for a `T`.
#[cold]
unsafe fn resolve_observed<T>(cell: RawCell, outcome: Outcome) -> Result<Chain, Result<T, Box<Error>>> {
    let seen = cell.header().word.load();
    // SAFETY: the slot holds `outcome`.
    if let Some(then) = unsafe { finish_observed(cell, seen, outcome, &mut |_| {}) } {
        return Ok(then);
    }
    // SAFETY: refused, so the slot is still the producer's, and holds what the caller says.
    let back = unsafe { read_outcome::<T>(cell, outcome) };
    // SAFETY: the producer lets go here, and is not used again.
    unsafe { let_producer_go(cell) };
    Err(back)
}

/// Moves an outcome out of the slot.
///
/// # Safety
///
/// The slot holds `outcome`, Value or Error, for a `T`, and is the caller's.
pub(crate) unsafe fn read_outcome<T>(cell: RawCell, outcome: Outcome) -> Result<T, Box<Error>> {
    match outcome {
        // SAFETY: by the caller's promise.
        Outcome::Value => Ok(unsafe { cell.read::<T>() }),
        // SAFETY: by the caller's promise.
        _ => Err(unsafe { cell.read::<Box<Error>>() }),
    }
}

/// Why a task will never run.
///
/// ```
/// use earnest_core::{Dismissal, task};
///
/// let (runnable, future) = task(|| 7);
/// runnable.dismiss(Dismissal::Cancelled);
/// assert!(future.is_cancelled());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Dismissal {
    /// Its future ends with [`Error::Cancelled`].
    Cancelled,
    /// Its future ends with [`Error::Abandoned`].
    Abandoned,
    /// Its future ends with [`Error::Rejected`].
    Rejected,
    /// Its future ends with [`Error::Broken`].
    Broken(Broken),
}
