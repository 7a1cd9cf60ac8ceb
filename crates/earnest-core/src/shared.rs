//! One future, seen by several.

use crate::cancel::CancelHandle;
use crate::error::Error;
use crate::future::{Future, State};
use crate::id::FutureId;
use crate::shared_outcome::SharedOutcome;
use alloc::sync::Arc;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use earnest_sync::OnceLock;

/// A handle to a future that can be cloned: everybody sees the outcome by reference, nobody takes it. A reference to
/// it can be awaited.
///
/// Made by [`Future::shared`]. To use it from several threads, `T` must be `Send + Sync`. Dropping the last clone
/// detaches the task. As of a [`Future`], `result` and what begins with `wait` block, and callbacks may.
///
/// ```
/// let (promise, future) = earnest_core::promise();
/// let shared = future.shared();
/// let readers = [shared.clone(), shared].map(|shared| {
///     std::thread::spawn(move || shared.result().map(String::len).unwrap())
/// });
/// promise.complete("for all".to_owned()).unwrap();
/// assert_eq!(readers.map(|reader| reader.join().unwrap()), [7, 7]);
/// ```
#[must_use = "dropping the last clone of a shared future detaches its task: keep one for who asks for the `result`"]
pub struct SharedFuture<T> {
    both: Arc<Both<T>>,
}

/// The future, and the first deadlock that somebody would have run into who waited for it.
struct Both<T> {
    future: Future<T>,
    deadlock: OnceLock<Error>,
}

impl<T> SharedFuture<T> {
    pub(crate) fn new(future: Future<T>) -> Self {
        Self { both: Arc::new(Both { future, deadlock: OnceLock::new() }) }
    }

    /// The future as its only owner would see it.
    pub(crate) fn inner(&self) -> &Future<T> {
        &self.both.future
    }

    /// The first deadlock that somebody would have run into is what all are shown who wait for it.
    pub(crate) fn deadlock(&self, deadlock: impl FnOnce() -> Error) -> &Error {
        self.both.deadlock.get_or_init(deadlock)
    }

    pub(crate) fn glance(&self) -> Option<Result<&T, &Error>> {
        self.inner().glance()
    }

    /// The outcome, if the future is done. Does not block.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// let shared = future.shared();
    /// assert!(shared.peek().is_none());
    /// promise.complete(7).unwrap();
    /// assert_eq!(*shared.peek().unwrap().unwrap(), 7);
    /// ```
    #[must_use]
    pub fn peek(&self) -> Option<Result<&T, &Error>> {
        self.inner().peek()
    }

    /// Cancels the future, for all who hold it, if its task has not begun: see [`Future::cancel`].
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// let shared = future.shared();
    /// assert!(shared.cancel(), "for all who hold it");
    /// assert!(promise.is_cancelled());
    /// ```
    #[expect(clippy::must_use_candidate, reason = "cancelling is done for its effect")]
    pub fn cancel(&self) -> bool {
        self.inner().cancel()
    }

    /// A handle that can cancel this future, and nothing else: see [`Future::cancel_handle`].
    ///
    /// ```
    /// let (_promise, future) = earnest_core::promise::<u32>();
    /// let shared = future.shared();
    /// assert!(shared.cancel_handle().cancel());
    /// assert!(shared.is_cancelled());
    /// ```
    #[must_use]
    pub fn cancel_handle(&self) -> CancelHandle {
        self.inner().cancel_handle()
    }

    /// Calls `f` with the outcome when the future is done: see [`Future::add_done_callback`].
    ///
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let (sender, seen) = mpsc::channel();
    /// let shared = earnest_core::Future::ready(7).shared();
    /// shared.add_done_callback(move |outcome| sender.send(outcome.ok().copied()).unwrap());
    /// assert_eq!(seen.recv().unwrap(), Some(7));
    /// ```
    pub fn add_done_callback(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'static) {
        self.inner().add_done_callback(f);
    }

    /// A number for this future, the same for all clones, and which no other has: see [`Future::id`].
    ///
    /// ```
    /// let shared = earnest_core::Future::ready(7).shared();
    /// assert_eq!(shared.id(), shared.clone().id());
    /// ```
    #[must_use]
    pub fn id(&self) -> FutureId {
        self.inner().id()
    }

    /// Where the future stands.
    ///
    /// ```
    /// use earnest_core::{Future, State};
    ///
    /// assert_eq!(Future::ready(7).shared().state(), State::Finished);
    /// ```
    #[must_use]
    pub fn state(&self) -> State {
        self.inner().state()
    }

    /// Whether there is an outcome, be it value, error or cancellation.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// let shared = future.shared();
    /// assert!(!shared.is_done());
    /// promise.complete(7).unwrap();
    /// assert!(shared.is_done());
    /// ```
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.inner().is_done()
    }

    /// Whether the task has begun and is not done.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// let shared = future.shared();
    /// assert!(promise.start());
    /// assert!(shared.is_running());
    /// ```
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.inner().is_running()
    }

    /// Whether the future was cancelled.
    ///
    /// ```
    /// let (_promise, future) = earnest_core::promise::<u32>();
    /// let shared = future.shared();
    /// shared.cancel();
    /// assert!(shared.is_cancelled());
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.inner().is_cancelled()
    }

    /// The future for a single owner again, if no other clone is left.
    ///
    /// # Errors
    ///
    /// `self`, where there are other clones.
    ///
    /// # Examples
    ///
    /// ```
    /// let shared = earnest_core::Future::ready(String::from("mine again")).shared();
    /// let other = shared.clone();
    /// let shared = shared.try_unwrap().unwrap_err();
    /// drop(other);
    /// assert_eq!(shared.try_unwrap().unwrap().result().unwrap(), "mine again");
    /// ```
    pub fn try_unwrap(self) -> Result<Future<T>, Self> {
        Arc::try_unwrap(self.both).map(|both| both.future).map_err(|both| Self { both })
    }
}

/// `(&shared).await`, on any runtime: the outcome by reference. Each clone may be awaited at the same time.
impl<'a, T> IntoFuture for &'a SharedFuture<T> {
    type Output = Result<&'a T, &'a Error>;
    type IntoFuture = SharedOutcome<'a, T>;

    fn into_future(self) -> SharedOutcome<'a, T> {
        SharedOutcome::new(self.inner())
    }
}

impl<T> Clone for SharedFuture<T> {
    fn clone(&self) -> Self {
        Self { both: self.both.clone() }
    }
}

// A panic leaves no half-made change in it: what it holds is set once.
impl<T> UnwindSafe for SharedFuture<T> {}
impl<T> RefUnwindSafe for SharedFuture<T> {}

impl<T> fmt::Debug for SharedFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedFuture").field("state", &self.state()).finish_non_exhaustive()
    }
}
