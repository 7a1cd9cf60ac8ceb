//! A future that takes its task with it.

use crate::error::Error;
use crate::future::Future;
use core::fmt;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll};

/// A [`Future`] that is cancelled when it is dropped, where a plain one would be detached.
///
/// Made by [`Future::cancel_on_drop`]. A task that has begun is not interrupted by it. Whatever borrows a future can be
/// called on this; [`into_inner`](Self::into_inner) gives the plain future back, to take its result.
///
/// ```
/// let (promise, future) = earnest_core::promise::<()>();
/// drop(future.cancel_on_drop());
/// assert!(promise.is_cancelled());
/// ```
#[must_use = "dropping it cancels the future: keep it while the task is wanted, or take that out by `into_inner`"]
pub struct CancelOnDrop<T> {
    // `None` only after `into_inner`.
    future: Option<Future<T>>,
}

impl<T> CancelOnDrop<T> {
    pub(crate) const fn new(future: Future<T>) -> Self {
        Self { future: Some(future) }
    }

    /// The plain future.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// drop(future.cancel_on_drop().into_inner());
    /// assert!(!promise.is_cancelled(), "a plain future is detached");
    /// ```
    pub fn into_inner(mut self) -> Future<T> {
        self.future.take().unwrap_or_else(|| unreachable!("taken here only, by value"))
    }
}

impl<T> Deref for CancelOnDrop<T> {
    type Target = Future<T>;

    fn deref(&self) -> &Future<T> {
        self.future.as_ref().unwrap_or_else(|| unreachable!("taken by `into_inner` only"))
    }
}

/// Awaitable from any runtime, as the plain future is. Dropped before it is ready, it is cancelled.
impl<T> core::future::Future for CancelOnDrop<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.future {
            Some(future) => Pin::new(future).poll(context),
            None => Poll::Ready(Err(Error::Taken)),
        }
    }
}

impl<T> Drop for CancelOnDrop<T> {
    fn drop(&mut self) {
        if let Some(future) = &self.future {
            future.cancel();
        }
    }
}

impl<T> fmt::Debug for CancelOnDrop<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CancelOnDrop").field(&self.future).finish()
    }
}
