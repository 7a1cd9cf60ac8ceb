//! One future, seen by several.

use crate::cancel::CancelHandle;
use crate::error::Error;
use crate::future::{Future, State};
use crate::id::FutureId;
use crate::shared_outcome::SharedOutcome;
use alloc::sync::Arc;
use core::fmt;
use earnest_sync::OnceLock;

/// A handle to a future that can be cloned: everybody sees the outcome by reference, nobody takes it. A reference to
/// it can be awaited.
///
/// Made by [`Future::shared`]. To use it from several threads, `T` must be `Send + Sync`. Dropping the last clone
/// detaches the task.
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
    #[must_use]
    pub fn peek(&self) -> Option<Result<&T, &Error>> {
        self.inner().peek()
    }

    /// See [`Future::cancel`].
    #[expect(clippy::must_use_candidate, reason = "cancelling is done for its effect")]
    pub fn cancel(&self) -> bool {
        self.inner().cancel()
    }

    /// See [`Future::cancel_handle`].
    #[must_use]
    pub fn cancel_handle(&self) -> CancelHandle {
        self.inner().cancel_handle()
    }

    /// See [`Future::add_done_callback`].
    pub fn add_done_callback(&self, f: impl FnOnce(Result<&T, &Error>) + Send + 'static) {
        self.inner().add_done_callback(f);
    }

    /// See [`Future::id`]: the same for all clones.
    #[must_use]
    pub fn id(&self) -> FutureId {
        self.inner().id()
    }

    /// Where the future stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.inner().state()
    }

    /// Whether there is an outcome, be it value, error or cancellation.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.inner().is_done()
    }

    /// Whether the task has begun and is not done.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.inner().is_running()
    }

    /// Whether the future was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.inner().is_cancelled()
    }

    /// The future for a single owner again, if no other clone is left.
    ///
    /// # Errors
    ///
    /// `self`, where there are other clones.
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

impl<T> fmt::Debug for SharedFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedFuture").field("state", &self.state()).finish_non_exhaustive()
    }
}
