//! Failures by a rule of one's own, for those who wait for the first.

use crate::error::Error;
use crate::future::Future;
use crate::shared::SharedFuture;
use core::fmt;

/// A future that counts as failed where a rule says so; made by [`Future::failed_if`] and
/// [`SharedFuture::failed_if`], to be [waited](crate::Waitable) for.
///
/// ```
/// use earnest_core::FailedIf;
///
/// let (_promise, future) = earnest_core::promise::<Result<u8, &str>>();
/// let strict: FailedIf<_, _> = future.failed_if(|outcome| !matches!(outcome, Ok(Ok(_))));
/// assert!(!strict.get_ref().is_done());
/// ```
#[derive(Clone)]
#[must_use = "a rule does nothing by itself: give this to `wait`, or take the future out by `into_inner`"]
pub struct FailedIf<W, F> {
    pub(crate) future: W,
    pub(crate) rule: F,
}

impl<W, F> FailedIf<W, F> {
    /// The future, without the rule.
    ///
    /// ```
    /// # use earnest_core::Future;
    /// let strict = Future::ready(404_u16).failed_if(|outcome| outcome.is_ok_and(|status| *status >= 400));
    /// assert_eq!(strict.into_inner().result().unwrap(), 404);
    /// ```
    pub fn into_inner(self) -> W {
        self.future
    }

    /// The future.
    ///
    /// ```
    /// # use earnest_core::Future;
    /// let strict = Future::ready(404_u16).failed_if(|outcome| outcome.is_ok_and(|status| *status >= 400));
    /// assert!(strict.get_ref().is_done());
    /// ```
    pub const fn get_ref(&self) -> &W {
        &self.future
    }
}

impl<T> Future<T> {
    /// The same future, for a wait for the first failure: it has failed if `rule` says so of its outcome. Without a rule
    /// its own error is a failure, other than a cancellation, and a value never is.
    ///
    /// The rule is called by the thread that waits, under no lock, and perhaps more than once; a panic in it is that
    /// thread's.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<Result<u8, &str>>();
    /// let watched = future.failed_if(|outcome| !matches!(outcome, Ok(Ok(_))));
    /// promise.complete(Err("no luck")).unwrap();
    /// assert_eq!(watched.into_inner().result().unwrap(), Err("no luck"));
    /// ```
    pub const fn failed_if<F: Fn(Result<&T, &Error>) -> bool>(self, rule: F) -> FailedIf<Self, F> {
        FailedIf { future: self, rule }
    }
}

impl<T> SharedFuture<T> {
    /// The same future, for a wait for the first failure, by a rule: see [`Future::failed_if`].
    ///
    /// ```
    /// # use earnest_core::Future;
    /// let shared = Future::ready(404_u16).shared();
    /// let strict = shared.failed_if(|outcome| outcome.is_ok_and(|status| *status >= 400));
    /// assert_eq!(*strict.get_ref().result().unwrap(), 404);
    /// ```
    pub const fn failed_if<F: Fn(Result<&T, &Error>) -> bool>(self, rule: F) -> FailedIf<Self, F> {
        FailedIf { future: self, rule }
    }
}

impl<W: fmt::Debug, F> fmt::Debug for FailedIf<W, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedIf").field("future", &self.future).finish_non_exhaustive()
    }
}
