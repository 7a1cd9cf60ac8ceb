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
/// What blocks has a name that begins with `result` or `wait`. The rest does not, but for callbacks, which
/// [`cancel`](Self::cancel) and [`add_done_callback`](Self::add_done_callback) may run on the calling thread.
///
/// Where it is done already, dropping it drops the outcome, on this thread: a value whose destructor panics does so in
/// your hands. Of a detached task the outcome is dropped by the thread that completes it, which catches such a panic and
/// reports it.
///
/// # Ordering
///
/// Everything the task did happens before [`result`](Self::result), [`wait`](Self::wait), [`peek`](Self::peek) and a
/// ready poll return it. All callbacks registered before that have run by then.
///
/// # Examples
///
/// ```
/// let (promise, future) = earnest_core::promise();
/// let next = future.map(|n| n + 1);
/// std::thread::spawn(move || promise.complete(6));
/// assert_eq!(next.result().unwrap(), 7);
/// ```
#[must_use = "dropping a future detaches its task: take its `result`, await it, or call `detach` if that is meant"]
pub struct Future<T> {
    pub(crate) consumer: Consumer<T>,
}

/// Where a future stands, at the moment of asking.
///
/// ```
/// use earnest_core::State;
///
/// let (promise, future) = earnest_core::promise();
/// assert_eq!(future.state(), State::Pending);
/// assert!(promise.start());
/// assert_eq!(future.state(), State::Running);
/// promise.complete(7).unwrap();
/// assert_eq!(future.state(), State::Finished);
/// ```
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
    ///
    /// # Examples
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// let future = future.try_result().unwrap_err();
    /// promise.complete(7).unwrap();
    /// assert_eq!(future.try_result().unwrap().unwrap(), 7);
    /// ```
    #[inline]
    pub fn try_result(self) -> Result<Result<T, Error>, Self> {
        self.consumer.take().map_err(|consumer| Self { consumer })
    }

    /// The outcome by reference, if the future is done. Does not block.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// assert!(future.peek().is_none());
    /// promise.complete("done").unwrap();
    /// assert_eq!(*future.peek().unwrap().unwrap(), "done");
    /// assert_eq!(future.result().unwrap(), "done", "a look takes nothing");
    /// ```
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
    /// everybody who waits has been told. A panic in the destructor of what the closure captured is caught and reported,
    /// and changes nothing else.
    ///
    /// A running task is not interrupted, and the answer is `false`. If it was
    /// [submitted with options](crate::ExecutorExt::submit_with) its token is cancelled, which it may look at; one that was
    /// not has no token.
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, ManualExecutor};
    ///
    /// let executor = ManualExecutor::new();
    /// let future = executor.submit(|| 7);
    /// assert!(future.cancel());
    /// executor.run_all();
    /// assert!(future.result().unwrap_err().is_cancelled());
    ///
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// assert!(promise.start());
    /// assert!(!future.cancel(), "it has begun");
    /// ```
    pub fn cancel(&self) -> bool {
        self.consumer.cancel()
    }

    /// A handle with which others can cancel this future while it is waited for here.
    ///
    /// ```
    /// let (_promise, future) = earnest_core::promise::<u32>();
    /// let handle = future.cancel_handle();
    /// std::thread::spawn(move || handle.cancel());
    /// assert!(future.result().unwrap_err().is_cancelled());
    /// ```
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
    /// A panic in `f` is caught, reported as a [`tracing`](https://docs.rs/tracing) event, and changes nothing else.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let (sender, seen) = mpsc::channel();
    /// let (promise, future) = earnest_core::promise();
    /// future.add_done_callback(move |outcome| sender.send(outcome.ok().copied()).unwrap());
    /// promise.complete(7).unwrap();
    /// assert_eq!(seen.recv().unwrap(), Some(7));
    /// assert_eq!(future.result().unwrap(), 7, "who takes it comes after the callbacks");
    /// ```
    pub fn add_done_callback(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'static) {
        self.consumer.add_callback(f);
    }

    /// Lets the task go: it still runs, and what it comes to is dropped. The same as dropping the future, by name.
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, ManualExecutor};
    /// use std::sync::mpsc;
    ///
    /// let executor = ManualExecutor::new();
    /// let (sender, seen) = mpsc::channel();
    /// executor.submit(move || sender.send("it ran").unwrap()).detach();
    /// executor.run_all();
    /// assert_eq!(seen.recv().unwrap(), "it ran");
    /// ```
    pub fn detach(self) {
        drop(self);
    }

    /// Has the future cancelled, not detached, when it is dropped.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// let guard = future.cancel_on_drop();
    /// assert!(!promise.is_cancelled());
    /// drop(guard);
    /// assert!(promise.is_cancelled());
    /// ```
    pub fn cancel_on_drop(self) -> CancelOnDrop<T> {
        CancelOnDrop::new(self)
    }

    /// A handle that can be cloned, for several to see the outcome by reference.
    ///
    /// ```
    /// let shared = earnest_core::Future::ready("seen by all").shared();
    /// let other = shared.clone();
    /// assert_eq!(*shared.result().unwrap(), *other.result().unwrap());
    /// ```
    pub fn shared(self) -> SharedFuture<T> {
        SharedFuture::new(self)
    }

    /// A number for this future, which no other has. The first who asks has it given, which allocates.
    ///
    /// ```
    /// # use earnest_core::Future;
    /// let (one, other) = (Future::ready(1), Future::ready(1));
    /// assert_eq!(one.id(), one.id());
    /// assert_ne!(one.id(), other.id());
    /// ```
    pub fn id(&self) -> FutureId {
        self.consumer.id()
    }

    /// Where the future stands.
    ///
    /// ```
    /// # use earnest_core::{Future, State};
    /// let (_promise, pending) = earnest_core::promise::<u32>();
    /// assert_eq!(pending.state(), State::Pending);
    /// pending.cancel();
    /// assert_eq!(pending.state(), State::Cancelled);
    /// assert_eq!(Future::ready(7).state(), State::Finished);
    /// ```
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
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// assert!(!future.is_done());
    /// promise.complete(7).unwrap();
    /// assert!(future.is_done());
    /// ```
    pub fn is_done(&self) -> bool {
        self.consumer.view().is_done()
    }

    /// Whether the task has begun and is not done.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// assert!(!future.is_running());
    /// assert!(promise.start());
    /// assert!(future.is_running());
    /// ```
    pub fn is_running(&self) -> bool {
        self.consumer.view().is_running()
    }

    /// Whether the outcome has been taken out of this handle, by a poll that was ready: there is nothing left to wait
    /// for, and asking gives [`Error::Taken`].
    ///
    /// ```
    /// use core::future::Future as _;
    /// use core::pin::Pin;
    /// use core::task::{Context, Waker};
    ///
    /// let mut future = earnest_core::Future::ready(7);
    /// assert!(!future.is_terminated());
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(Pin::new(&mut future).poll(&mut context).is_ready());
    /// assert!(future.is_terminated());
    /// assert!(future.result().unwrap_err().is_taken());
    /// ```
    pub fn is_terminated(&self) -> bool {
        let seen = self.consumer.view();
        seen.is_settled() && seen.is_taken()
    }

    /// Whether the future was cancelled.
    ///
    /// ```
    /// let (_promise, future) = earnest_core::promise::<u32>();
    /// assert!(!future.is_cancelled());
    /// future.cancel();
    /// assert!(future.is_cancelled());
    /// ```
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
///
/// Polling does not block, and giving up loses nothing: a future that was polled, as by `(&mut future).await` in a
/// `select`, can be polled again or blocked on. One that is awaited by value goes with what awaits it, and that
/// detaches its task; [`cancel_on_drop`](Future::cancel_on_drop) has it cancelled.
///
/// ```
/// # use core::{future::Future as _, pin::Pin, task::{Context, Waker}};
/// let (promise, mut future) = earnest_core::promise();
/// let mut context = Context::from_waker(Waker::noop());
/// assert!(Pin::new(&mut future).poll(&mut context).is_pending());
/// promise.complete(7).unwrap();
/// assert_eq!(future.result().unwrap(), 7);
/// ```
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
