//! The consumer's handle: block on it, await it, cancel it, be called back by it.

use crate::cancel::CancelHandle;
use crate::cancel_on_drop::CancelOnDrop;
use crate::consumer::Consumer;
use crate::error::Error;
use crate::id::FutureId;
use crate::parties::settled;
use crate::shared::SharedFuture;
use core::fmt;
use core::panic::{Location, RefUnwindSafe, UnwindSafe};
use core::pin::Pin;
use core::task::{Context, Poll};
use earnest_sync::{mutant, window};

/// A value that is still to come, held by the one who will take it.
///
/// It can be blocked on ([`result`](Self::result)), awaited (it is a [`core::future::Future`], on any runtime),
/// cancelled, shared, and given callbacks. **Dropping it detaches:** the task still runs, and nobody sees what it
/// comes to.
///
/// Where it is done already, dropping it drops the outcome, on this thread: a value whose destructor panics does so in
/// your hands. Of a detached task the outcome is dropped by the thread that completes it, which catches such a panic and
/// reports it.
///
/// # Ordering
///
/// Everything the task did happens before [`result`](Self::result), [`wait`](Self::wait), [`peek`](Self::peek) and a
/// ready poll return it. All callbacks registered before that have run by then.
#[must_use = "dropping a future detaches its task: take its `result`, await it, or call `detach` if that is meant"]
pub struct Future<T> {
    pub(crate) consumer: Consumer<T>,
}

/// Where a future stands, at the moment of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// Not begun: it can be cancelled.
    Pending,
    /// Begun, and not done.
    Running,
    /// Done: there is a value, or an error other than [`Error::Cancelled`].
    Finished,
    /// Done: it was cancelled before it began.
    Cancelled,
}

impl<T> Future<T> {
    /// A future that is done from the start.
    ///
    /// ```
    /// # use earnest_core::Future;
    /// assert_eq!(Future::ready(7).result().unwrap(), 7);
    /// ```
    #[track_caller]
    pub fn ready(value: T) -> Self {
        Self::from(Ok(value))
    }

    /// Takes the outcome if the future is done, and gives the future back otherwise. Does not block.
    ///
    /// # Errors
    ///
    /// The future itself, when it is not done. The inner result is the outcome.
    #[inline]
    pub fn try_result(self) -> Result<Result<T, Error>, Self> {
        self.consumer.take().map_err(|consumer| Self { consumer })
    }

    /// The outcome by reference, if the future is done. Does not block.
    pub fn peek(&self) -> Option<Result<&T, &Error>> {
        self.consumer.peek()
    }

    /// Like `peek`, for code of ours: a failure that nobody else looks at will be reported.
    pub(crate) fn glance(&self) -> Option<Result<&T, &Error>> {
        self.consumer.glance()
    }

    /// Cancels the future if its task has not begun, and says whether the future is cancelled now.
    ///
    /// On success the closure, with all it captured, has been dropped before this returns, callbacks have run, and
    /// everybody who waits has been told. Running tasks are not interrupted. A panic in the destructor of what the closure
    /// captured is caught and reported, and changes nothing else.
    pub fn cancel(&self) -> bool {
        self.consumer.cancel()
    }

    /// A handle with which others can cancel this future while it is waited for here.
    #[must_use]
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle::new(self.consumer.link())
    }

    /// Calls `f` with the outcome when the future is done, exactly once.
    ///
    /// Callbacks run in the order in which they were added, on the thread that completes or cancels the future,
    /// before anybody else sees the outcome: one that blocks delays those who wait. They may do anything, including
    /// submit, cancel, shut down, or add callbacks; one added while earlier ones run is run after them by the same
    /// thread, without a deeper stack. Polling the very future inside a callback finds it pending. Added to a future
    /// that is done and whose callbacks have run, `f` runs at once on the calling thread. No lock is held meanwhile.
    ///
    /// # Panics
    ///
    /// A panic in `f` is caught, reported as a [`tracing`] event, and changes nothing else.
    pub fn add_done_callback(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'static) {
        self.consumer.add_callback(f);
    }

    /// Lets the task go: it still runs, and what it comes to is dropped. The same as dropping the future, by name.
    pub fn detach(self) {
        drop(self);
    }

    /// Has the future cancelled, not detached, when it is dropped.
    pub fn cancel_on_drop(self) -> CancelOnDrop<T> {
        CancelOnDrop::new(self)
    }

    /// A handle that can be cloned, for several to see the outcome by reference.
    pub fn shared(self) -> SharedFuture<T> {
        SharedFuture::new(self)
    }

    /// A number for this future, which no other has. The first who asks has it given, which allocates.
    pub fn id(&self) -> FutureId {
        self.consumer.id()
    }

    /// Where the future stands.
    pub fn state(&self) -> State {
        let seen = self.consumer.view();
        if seen.is_cancelled() {
            State::Cancelled
        } else if seen.is_done() {
            State::Finished
        } else if seen.is_running() {
            State::Running
        } else {
            State::Pending
        }
    }

    /// Whether there is an outcome, be it value, error or cancellation. Callbacks may still be running.
    pub fn is_done(&self) -> bool {
        self.consumer.view().is_done()
    }

    /// Whether the task has begun and is not done.
    pub fn is_running(&self) -> bool {
        self.consumer.view().is_running()
    }

    /// Whether the outcome has been taken out of this handle, by a poll that was ready: there is nothing left to wait
    /// for, and asking gives [`Error::Taken`].
    pub fn is_terminated(&self) -> bool {
        let seen = self.consumer.view();
        seen.is_settled() && seen.is_taken()
    }

    /// Whether the future was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.consumer.view().is_cancelled()
    }
}

impl<T> From<Result<T, Error>> for Future<T> {
    /// A future that is done from the start.
    #[track_caller]
    fn from(result: Result<T, Error>) -> Self {
        Self { consumer: settled(result, Location::caller()) }
    }
}

/// Awaitable from any runtime. After it was ready the handle is spent, and says [`Error::Taken`].
///
/// The waker of the latest poll is woken, by whoever completes the future; a panic in waking or dropping it is caught and
/// reported. One in cloning it is that of who polls.
impl<T> core::future::Future for Future<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let consumer = &mut self.consumer;
        if let Some(result) = consumer.take_in_place() {
            return Poll::Ready(result);
        }
        window!("looked_no_waker");
        consumer.set_waker(context.waker().clone());
        // It may have settled before the waker was there to be woken.
        if mutant!("poll_without_second_look") {
            return Poll::Pending;
        }
        consumer.take_in_place().map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T> Unpin for Future<T> {}
impl<T> UnwindSafe for Future<T> {}
impl<T> RefUnwindSafe for Future<T> {}

impl<T> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Future").field("state", &self.state()).finish_non_exhaustive()
    }
}
