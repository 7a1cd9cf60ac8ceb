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
///
/// # Examples
///
/// ```
/// use earnest_core::{InlineExecutor, scope};
///
/// let words = vec!["tasks", "borrow"];
/// let longest = scope(&InlineExecutor, |s| {
///     let longest = s.submit(|| words.iter().map(|word| word.len()).max());
///     longest.result().unwrap()
/// });
/// assert_eq!(longest, Some(6));
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
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{InlineExecutor, scope};
    /// let text = String::from("borrowed");
    /// let length = scope(&InlineExecutor, |s| s.submit(|| text.len()).result());
    /// assert_eq!(length.unwrap(), text.len());
    /// ```
    pub fn result(self) -> Result<T, Error> {
        self.future.result()
    }

    /// Takes the outcome if the future is done, and gives the future back otherwise. Does not block.
    ///
    /// # Errors
    ///
    /// As [`Future::try_result`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{ManualExecutor, scope};
    /// let executor = ManualExecutor::new();
    /// scope(&executor, |s| {
    ///     let future = s.submit(|| 7).try_result().unwrap_err();
    ///     executor.run_all();
    ///     assert_eq!(future.try_result().unwrap().unwrap(), 7);
    /// });
    /// ```
    pub fn try_result(self) -> Result<Result<T, Error>, Self> {
        self.future.try_result().map_err(Self::from_future)
    }

    /// Blocks until the future is done, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`Future::result_timeout`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{ManualExecutor, scope};
    /// # use std::time::Duration;
    /// let executor = ManualExecutor::new();
    /// scope(&executor, |s| {
    ///     let late = s.submit(|| 7).result_timeout(Duration::ZERO).unwrap_err();
    ///     executor.run_all();
    ///     assert_eq!(late.into_inner().result().unwrap(), 7);
    /// });
    /// ```
    pub fn result_timeout(self, timeout: Duration) -> Result<Result<T, Error>, TimedOut<Self>> {
        self.future.result_timeout(timeout).map_err(Self::timed_out)
    }

    /// Blocks until the future is done, or `deadline` has passed.
    ///
    /// # Errors
    ///
    /// As [`Future::result_deadline`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{ManualExecutor, scope};
    /// # use std::time::Instant;
    /// let executor = ManualExecutor::new();
    /// scope(&executor, |s| {
    ///     let late = s.submit(|| 7).result_deadline(Instant::now()).unwrap_err();
    ///     executor.run_all();
    ///     assert_eq!(late.into_inner().result().unwrap(), 7);
    /// });
    /// ```
    pub fn result_deadline(self, deadline: Instant) -> Result<Result<T, Error>, TimedOut<Self>> {
        self.future.result_deadline(deadline).map_err(Self::timed_out)
    }

    fn timed_out(error: TimedOut<Future<T>>) -> TimedOut<Self> {
        TimedOut::new(Self::from_future(error.into_inner()))
    }

    /// Blocks until the future is done: see [`Future::wait`].
    ///
    /// ```
    /// # use earnest_core::{InlineExecutor, scope};
    /// scope(&InlineExecutor, |s| {
    ///     let future = s.submit(|| 7);
    ///     future.wait();
    ///     assert!(future.is_done());
    /// });
    /// ```
    pub fn wait(&self) {
        self.future.wait();
    }

    /// Blocks until the future is done, for `timeout` at most. Says whether it is done.
    ///
    /// ```
    /// # use earnest_core::{ManualExecutor, scope};
    /// # use std::time::Duration;
    /// let executor = ManualExecutor::new();
    /// scope(&executor, |s| {
    ///     let future = s.submit(|| 7);
    ///     assert!(!future.wait_timeout(Duration::from_millis(1)), "nobody has run it");
    ///     executor.run_all();
    /// });
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.future.wait_timeout(timeout)
    }

    /// The outcome by reference, if the future is done. Does not block.
    ///
    /// ```
    /// # use earnest_core::{InlineExecutor, scope};
    /// scope(&InlineExecutor, |s| assert_eq!(*s.submit(|| 7).peek().unwrap().unwrap(), 7));
    /// ```
    pub fn peek(&self) -> Option<Result<&T, &Error>> {
        self.future.peek()
    }

    /// Cancels the future if its task has not begun, and says whether the future is cancelled now: see
    /// [`Future::cancel`].
    ///
    /// ```
    /// # use earnest_core::{ManualExecutor, scope};
    /// scope(&ManualExecutor::new(), |s| {
    ///     let future = s.submit(|| 7);
    ///     assert!(future.cancel());
    ///     assert!(future.result().unwrap_err().is_cancelled());
    /// });
    /// ```
    pub fn cancel(&self) -> bool {
        self.future.cancel()
    }

    /// A handle with which others can cancel this future. It may leave the scope, as it holds nothing that is borrowed.
    ///
    /// ```
    /// # use earnest_core::{ManualExecutor, scope};
    /// let handle = scope(&ManualExecutor::new(), |s| {
    ///     let handle = s.submit(|| 7).cancel_handle();
    ///     assert!(handle.cancel());
    ///     handle
    /// });
    /// assert!(handle.is_cancelled());
    /// ```
    #[must_use]
    pub fn cancel_handle(&self) -> CancelHandle {
        self.future.cancel_handle()
    }

    /// Calls `f`, which may borrow as the task does, with the outcome when the future is done: see
    /// [`Future::add_done_callback`].
    ///
    /// ```
    /// # use earnest_core::{InlineExecutor, scope};
    /// let mut seen = None;
    /// scope(&InlineExecutor, |s| {
    ///     s.submit(|| 7).add_done_callback(|outcome| seen = outcome.ok().copied());
    /// });
    /// assert_eq!(seen, Some(7));
    /// ```
    pub fn add_done_callback(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'scope) {
        // SAFETY of the borrow: callbacks have run and are gone before the task counts as ended, see `scope_end`.
        self.future.consumer.cell().observe(callback(f));
    }

    /// Lets the task go: it still runs, the scope waits for it, and what it comes to is dropped.
    ///
    /// ```
    /// # use earnest_core::{InlineExecutor, scope};
    /// let mut filled = [0; 2];
    /// scope(&InlineExecutor, |s| {
    ///     filled.iter_mut().for_each(|place| s.submit(|| *place = 7).detach());
    /// });
    /// assert_eq!(filled, [7, 7]);
    /// ```
    pub fn detach(self) {
        drop(self);
    }

    /// A number for this future, which no other has.
    ///
    /// ```
    /// # use earnest_core::{InlineExecutor, scope};
    /// scope(&InlineExecutor, |s| assert_ne!(s.submit(|| 1).id(), s.submit(|| 1).id()));
    /// ```
    pub fn id(&self) -> FutureId {
        self.future.id()
    }

    /// Where the future stands.
    ///
    /// ```
    /// # use earnest_core::{InlineExecutor, State, scope};
    /// scope(&InlineExecutor, |s| assert_eq!(s.submit(|| 7).state(), State::Finished));
    /// ```
    pub fn state(&self) -> State {
        self.future.state()
    }

    /// Whether there is an outcome, be it value, error or cancellation. Callbacks may still be running.
    ///
    /// ```
    /// # use earnest_core::{InlineExecutor, scope};
    /// scope(&InlineExecutor, |s| assert!(s.submit(|| 7).is_done()));
    /// ```
    pub fn is_done(&self) -> bool {
        self.future.is_done()
    }

    /// Whether the task has begun and is not done.
    ///
    /// ```
    /// # use earnest_core::{ManualExecutor, scope};
    /// let executor = ManualExecutor::new();
    /// scope(&executor, |s| {
    ///     let future = s.submit(|| 7);
    ///     assert!(!future.is_running(), "it has not begun");
    ///     executor.run_all();
    ///     assert!(!future.is_running(), "it is done");
    /// });
    /// ```
    pub fn is_running(&self) -> bool {
        self.future.is_running()
    }

    /// Whether the outcome has been taken out of this handle, by a poll that was ready.
    ///
    /// ```
    /// # use core::{future::Future, pin::Pin, task::{Context, Waker}};
    /// # use earnest_core::{InlineExecutor, scope};
    /// scope(&InlineExecutor, |s| {
    ///     let mut future = s.submit(|| 7);
    ///     let mut context = Context::from_waker(Waker::noop());
    ///     assert!(Pin::new(&mut future).poll(&mut context).is_ready());
    ///     assert!(future.is_terminated());
    /// });
    /// ```
    pub fn is_terminated(&self) -> bool {
        self.future.is_terminated()
    }

    /// Whether the future was cancelled.
    ///
    /// ```
    /// # use earnest_core::{ManualExecutor, scope};
    /// scope(&ManualExecutor::new(), |s| {
    ///     let future = s.submit(|| 7);
    ///     future.cancel();
    ///     assert!(future.is_cancelled());
    /// });
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.future.is_cancelled()
    }
}

/// Awaitable from any runtime, as a [`Future`] is: giving up loses nothing. After it was ready the handle is spent, and
/// says [`Error::Taken`].
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
