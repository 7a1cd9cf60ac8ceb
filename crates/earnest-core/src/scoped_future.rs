//! The future of a task that borrows.

use crate::cancel::CancelHandle;
use crate::consumer::Consumer;
use crate::error::{Error, TimedOut};
use crate::future::{Future, State};
use crate::id::FutureId;
use crate::observer::callback;
use core::fmt;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::time::{Duration, Instant};

/// A [`Future`] of a [`scope`](crate::scope()), which it cannot leave.
///
/// It is what a `Future` is, and has the same methods where nothing is said here; only what makes another future of it is
/// missing, as that could outlive the scope. Forgetting it leaks the value, and nothing else.
///
/// What its callbacks borrow has to be there before the scope, as for a task:
///
/// ```compile_fail,E0597
/// # use earnest_core::{InlineExecutor, scope};
/// scope(&InlineExecutor, |s| {
///     let future = s.submit(|| 7);
///     let local = String::from("gone too soon");
///     future.add_done_callback(|_| println!("{local}"));
/// });
/// ```
#[must_use = "dropping a future detaches its task: take its `result`, await it, or call `detach` if that is meant"]
pub struct ScopedFuture<'scope, T> {
    future: Future<T>,
    /// Invariant: through a future of a shorter scope callbacks could borrow what is gone when they run.
    scope: PhantomData<fn(&'scope ()) -> &'scope ()>,
}

impl<'scope, T> ScopedFuture<'scope, T> {
    pub(crate) fn new(consumer: Consumer<T>) -> Self {
        Self { future: Future { consumer }, scope: PhantomData }
    }

    fn from_future(future: Future<T>) -> Self {
        Self { future, scope: PhantomData }
    }

    pub(crate) fn inner(&self) -> &Future<T> {
        &self.future
    }

    /// Blocks until the future is done, and takes the outcome.
    ///
    /// # Errors
    ///
    /// As [`Future::result`].
    pub fn result(self) -> Result<T, Error> {
        self.future.result()
    }

    /// Takes the outcome if the future is done, and gives the future back otherwise. Does not block.
    ///
    /// # Errors
    ///
    /// As [`Future::try_result`].
    pub fn try_result(self) -> Result<Result<T, Error>, Self> {
        self.future.try_result().map_err(Self::from_future)
    }

    /// Blocks until the future is done, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`Future::result_timeout`].
    pub fn result_timeout(self, timeout: Duration) -> Result<Result<T, Error>, TimedOut<Self>> {
        self.future.result_timeout(timeout).map_err(Self::timed_out)
    }

    /// Blocks until the future is done, or `deadline` has passed.
    ///
    /// # Errors
    ///
    /// As [`Future::result_deadline`].
    pub fn result_deadline(self, deadline: Instant) -> Result<Result<T, Error>, TimedOut<Self>> {
        self.future.result_deadline(deadline).map_err(Self::timed_out)
    }

    fn timed_out(error: TimedOut<Future<T>>) -> TimedOut<Self> {
        TimedOut::new(Self::from_future(error.into_inner()))
    }

    /// Blocks until the future is done: see [`Future::wait`].
    pub fn wait(&self) {
        self.future.wait();
    }

    /// Blocks until the future is done, for `timeout` at most. Says whether it is done.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.future.wait_timeout(timeout)
    }

    /// The outcome by reference, if the future is done. Does not block.
    pub fn peek(&self) -> Option<Result<&T, &Error>> {
        self.future.peek()
    }

    /// Cancels the future if its task has not begun, and says whether the future is cancelled now: see
    /// [`Future::cancel`].
    pub fn cancel(&self) -> bool {
        self.future.cancel()
    }

    /// A handle with which others can cancel this future. It may leave the scope, as it holds nothing that is borrowed.
    #[must_use]
    pub fn cancel_handle(&self) -> CancelHandle {
        self.future.cancel_handle()
    }

    /// Calls `f`, which may borrow as the task does, with the outcome when the future is done: see
    /// [`Future::add_done_callback`].
    pub fn add_done_callback(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'scope) {
        // SAFETY of the borrow: callbacks have run and are gone before the task counts as ended, see `scope_end`.
        self.future.consumer.cell().observe(callback(f));
    }

    /// Lets the task go: it still runs, the scope waits for it, and what it comes to is dropped.
    pub fn detach(self) {
        drop(self);
    }

    /// A number for this future, which no other has.
    pub fn id(&self) -> FutureId {
        self.future.id()
    }

    /// Where the future stands.
    pub fn state(&self) -> State {
        self.future.state()
    }

    /// Whether there is an outcome, be it value, error or cancellation. Callbacks may still be running.
    pub fn is_done(&self) -> bool {
        self.future.is_done()
    }

    /// Whether the task has begun and is not done.
    pub fn is_running(&self) -> bool {
        self.future.is_running()
    }

    /// Whether the outcome has been taken out of this handle, by a poll that was ready.
    pub fn is_terminated(&self) -> bool {
        self.future.is_terminated()
    }

    /// Whether the future was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.future.is_cancelled()
    }
}

/// Awaitable from any runtime. After it was ready the handle is spent, and says [`Error::Taken`].
impl<T> core::future::Future for ScopedFuture<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.future).poll(context)
    }
}

impl<T> fmt::Debug for ScopedFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedFuture").field("state", &self.state()).finish_non_exhaustive()
    }
}
