//! The party that receives an outcome: looks, waits, takes, cancels.

use crate::cell::RawCell;
use crate::error::Error;
use crate::id::FutureId;
use crate::link::Link;
use crate::observer::callback;
use crate::producer::{Producer, read_outcome};
#[cfg(feature = "std")]
use crate::settle::Settler;
use crate::state::{Outcome, Party, View};
use crate::waiter::Inbox;
#[cfg(feature = "std")]
use crate::worker::{Frame, Worker};
use alloc::sync::Arc;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::task::Waker;
use earnest_sync::window;

/// Receives the outcome. Dropped without doing so, it leaves the task to run, and its outcome to be dropped.
pub(crate) struct Consumer<T> {
    cell: RawCell,
    outcome: PhantomData<T>,
}

// SAFETY: what a consumer moves between threads is the outcome, a `T` or an error, and errors are Send and Sync.
unsafe impl<T: Send> Send for Consumer<T> {}
// SAFETY: through a shared reference a consumer gives out `&T`, which needs Sync, and registers callbacks, to which
// another thread will show the value: Send.
unsafe impl<T: Send + Sync> Sync for Consumer<T> {}

impl<T> Consumer<T> {
    pub(crate) fn new(cell: RawCell) -> Consumer<T> {
        Consumer { cell, outcome: PhantomData }
    }

    pub(crate) fn cell(&self) -> RawCell {
        self.cell
    }

    pub(crate) fn view(&self) -> View {
        self.cell.header().word.load()
    }

    /// A number that tells this cell from all others that exist at the same time.
    pub(crate) fn address(&self) -> usize {
        self.cell.address()
    }

    /// The outcome by reference, if it can be seen yet. A failure counts as looked at.
    pub(crate) fn peek(&self) -> Option<Result<&T, &Error>> {
        let outcome = self.glance();
        if let Some(Err(_)) = outcome {
            let word = &self.cell.header().word;
            // Not settled: it is shown to this thread's own callback, which counts.
            if word.load().is_settled() {
                word.mark_seen();
            }
        }
        outcome
    }

    /// The outcome by reference, for code of ours: a failure that nobody else looks at will be reported.
    pub(crate) fn glance(&self) -> Option<Result<&T, &Error>> {
        // SAFETY: this is the consumer, and the outcome stays where it is while `self` is borrowed.
        unsafe { self.cell.peek() }
    }

    pub(crate) fn is_visible(&self) -> bool {
        self.cell.is_visible()
    }

    /// Moves the outcome out, if the future is settled.
    #[inline]
    pub(crate) fn take(self) -> Result<Result<T, Error>, Self> {
        let seen = self.view();
        if seen != View::VALUE_FOR_CONSUMER {
            return self.take_whatever(seen);
        }
        let cell = ManuallyDrop::new(self).cell;
        // SAFETY: settled with a value, so the slot is the consumer's, which ends here and looks at it no more.
        let value = unsafe { cell.read::<T>() };
        // SAFETY: nobody else is left (R4), as below.
        unsafe { cell.free() };
        Ok(Ok(value))
    }

    fn take_whatever(self, seen: View) -> Result<Result<T, Error>, Self> {
        if !seen.is_settled() {
            return Err(self);
        }
        let cell = ManuallyDrop::new(self).cell;
        // SAFETY: settled, and this is the consumer, which ends here.
        Ok(unsafe { move_out_and_go(cell, seen) })
    }

    /// Moves the outcome out, if the future is settled; later calls give [`Error::Taken`].
    pub(crate) fn take_in_place(&mut self) -> Option<Result<T, Error>> {
        let seen = self.view();
        if !seen.is_settled() {
            return None;
        }
        // SAFETY: settled, so the slot is the consumer's, and the line below says that it has been emptied.
        let result = unsafe { move_out(self.cell, seen) };
        self.cell.header().word.mark_taken();
        Some(result)
    }

    pub(crate) fn watch(&self, inbox: &Arc<Inbox>, token: usize) -> bool {
        !self.is_visible() && self.cell.side().watch(inbox, token)
    }

    pub(crate) fn unwatch(&self, inbox: &Arc<Inbox>, token: usize) -> bool {
        self.cell.side_if_made().is_some_and(|side| side.unwatch(inbox, token))
    }

    /// Has `waker` woken once the future is settled. The caller looks at it once more afterwards.
    pub(crate) fn set_waker(&self, waker: Waker) {
        self.cell.side().set_waker(waker);
    }

    pub(crate) fn id(&self) -> FutureId {
        self.cell.side().id()
    }

    pub(crate) fn cancel(&self) -> bool {
        self.cell.cancel()
    }

    pub(crate) fn add_callback(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'static) {
        self.cell.observe(callback(f));
    }

    /// Undoes `task`: the closure, from the two parties of a task that nobody else has to do with.
    ///
    /// # Errors
    ///
    /// Somebody has, or the producer is that of another task; it is dropped.
    ///
    /// # Safety
    ///
    /// `self` was made by [`task`](crate::parties::task) with an `F`.
    pub(crate) unsafe fn unsubmit<F: FnOnce() -> T>(self, producer: Producer) -> Result<F, Self> {
        let cell = self.ended_with(producer).map_err(|(this, _abandoned)| this)?;
        // SAFETY: the slot holds the closure, an `F` by the caller's promise, and is ours.
        let closure = unsafe { cell.read::<F>() };
        // SAFETY: the parties have ended, and the slot was emptied.
        unsafe { cell.free() };
        Ok(closure)
    }

    /// Like `unsubmit`, where the closure is not wanted.
    ///
    /// # Errors
    ///
    /// The two parties.
    pub(crate) fn undo(self, producer: Producer) -> Result<(), (Self, Producer)> {
        let cell = self.ended_with(producer)?;
        // SAFETY: the slot holds the closure, if it is a task, and is ours.
        unsafe { (cell.header().vtable.drop_closure)(cell) };
        // SAFETY: the parties have ended, and the slot was emptied.
        unsafe { cell.free() };
        Ok(())
    }

    /// Runs the task on this thread, which is a `worker`, and gives its outcome, which is published to nobody.
    ///
    /// # Errors
    ///
    /// The two parties, where somebody else has to do with the task. It has not been run.
    #[cfg(feature = "std")]
    pub(crate) fn run_alone(
        self,
        producer: Producer,
        worker: &Worker<'_>,
    ) -> Result<Result<T, Error>, (Self, Producer)> {
        let cell = self.ended_with(producer)?;
        let header = cell.header();
        header.word.start_alone();
        let frame = Frame::new(cell);
        let in_the_middle = frame.enter(worker);
        // SAFETY: nobody else could have started it.
        let outcome = unsafe { (header.vtable.call)(cell) };
        drop(in_the_middle);
        // Who looks for circles may have given the task a side box, as long as the thread was in the middle of it.
        let settled = if header.word.load() == View::RUNNING {
            View::settled(outcome, false, false, 0)
        } else {
            let _always = header.word.finish(View::RUNNING);
            // SAFETY: this thread made the transition, and the slot holds `outcome`.
            unsafe { cell.settle(outcome, Settler::Producer, &mut |_| {}) }.tell_all();
            header.word.load()
        };
        // SAFETY: what is here is the consumer, for a `T`.
        Ok(unsafe { move_out_and_go(cell, settled) })
    }

    /// The cell, pending and with all that is in it, once both of its parties have ended. Whoever has made a link or an
    /// observer of it, which either party can, may use that any time: then it is on the word, and the cell is not ours to
    /// take apart.
    fn ended_with(self, producer: Producer) -> Result<RawCell, (Self, Producer)> {
        if producer.cell() != self.cell || self.view() != View::PENDING {
            return Err((self, producer));
        }
        core::mem::forget(self);
        Ok(producer.into_raw())
    }

    pub(crate) fn link(&self) -> Link {
        self.cell.link()
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        window!("last_look_not_gone");
        let word = &self.cell.header().word;
        if word.detach() {
            return;
        }
        /// Lets go even when the value's destructor panics: that is the user's to see, and no reason to leak.
        struct LetGo(RawCell);
        impl Drop for LetGo {
            fn drop(&mut self) {
                self.0.release(Party::Consumer);
            }
        }
        let seen = word.load();
        let _let_go = LetGo(self.cell);
        if !seen.is_taken() {
            // SAFETY: settled, so the slot is the consumer's, and nobody looks at it afterwards.
            unsafe { self.cell.drop_untaken(seen.outcome(), seen.is_seen()) };
        }
    }
}

/// Moves the outcome of a settled cell out of it, and lets the consumer go.
///
/// # Safety
///
/// As for `move_out`; the consumer's hold is the caller's, and ends here.
unsafe fn move_out_and_go<T>(cell: RawCell, seen: View) -> Result<T, Error> {
    // SAFETY: by the caller's promise.
    let result = unsafe { move_out(cell, seen) };
    if seen.has_only_consumer() {
        // SAFETY: nobody else is left (R4): no link can be made by others than a consumer or who has one.
        unsafe { cell.free() };
    } else {
        cell.release(Party::Consumer);
    }
    result
}

/// Moves the outcome of a settled cell out of it.
///
/// # Safety
///
/// The caller is the consumer of a cell for a `T`, `seen` is its settled word, and nobody looks at the slot afterwards.
unsafe fn move_out<T>(cell: RawCell, seen: View) -> Result<T, Error> {
    if seen.is_taken() {
        return Err(Error::Taken);
    }
    match seen.outcome() {
        Outcome::Value | Outcome::Error => {
            // SAFETY: the slot holds the outcome, and is the consumer's (R2).
            unsafe { read_outcome(cell, seen.outcome()) }.map_err(|error| *error)
        }
        Outcome::Cancelled => Err(Error::Cancelled),
        Outcome::Abandoned => Err(Error::Abandoned),
        Outcome::Rejected => Err(Error::Rejected),
        Outcome::DeadlineExceeded => Err(Error::DeadlineExceeded),
    }
}
