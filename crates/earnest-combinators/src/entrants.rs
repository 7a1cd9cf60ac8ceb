//! The futures that go into one, and what becomes of them when that is decided.

use core::fmt;
use earnest_core::Future;

/// What [`race`](crate::race), [`first_ok`](crate::first_ok) and [`try_join_all`](crate::try_join_all) take: anything
/// that iterates over futures, as it is or with [`cancel_losers`](EntrantsExt::cancel_losers).
///
/// Sealed: its methods may change.
pub trait Entrants<T>: sealed::IntoEntrants<T> {}

impl<T, E: sealed::IntoEntrants<T>> Entrants<T> for E {}

/// What can be said of the futures that go into one.
pub trait EntrantsExt: Sized {
    /// Has those cancelled that no longer matter, once it is decided without them.
    ///
    /// They are cancelled before the outcome is seen, by the thread that decides: those whose tasks have not begun. Others
    /// run on, and what they come to is dropped.
    ///
    /// ```
    /// use earnest_combinators::{EntrantsExt, race};
    ///
    /// let (promise, pending) = earnest_core::promise();
    /// let first = race([pending, earnest_core::Future::ready(1)].cancel_losers());
    /// assert_eq!(first.result().unwrap(), (1, 1));
    /// assert!(promise.is_cancelled());
    /// ```
    fn cancel_losers(self) -> CancelLosers<Self> {
        CancelLosers { entrants: self }
    }
}

impl<T, I: IntoIterator<Item = Future<T>>> EntrantsExt for I {}

/// Futures of which those that no longer matter are cancelled; see [`EntrantsExt::cancel_losers`].
#[must_use = "this does nothing unless it goes into a race"]
pub struct CancelLosers<I> {
    entrants: I,
}

impl<I> fmt::Debug for CancelLosers<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelLosers").finish_non_exhaustive()
    }
}

mod sealed {
    use super::{CancelLosers, Future};

    /// The working half of [`Entrants`](super::Entrants).
    #[expect(unnameable_types, reason = "this is what seals the trait")]
    pub trait IntoEntrants<T> {
        /// The futures, and whether losers are cancelled.
        #[doc(hidden)]
        fn into_entrants(self) -> (Vec<Future<T>>, bool);
    }

    impl<T, I: IntoIterator<Item = Future<T>>> IntoEntrants<T> for I {
        fn into_entrants(self) -> (Vec<Future<T>>, bool) {
            (self.into_iter().collect(), false)
        }
    }

    impl<T, I: IntoIterator<Item = Future<T>>> IntoEntrants<T> for CancelLosers<I> {
        fn into_entrants(self) -> (Vec<Future<T>>, bool) {
            (self.entrants.into_iter().collect(), true)
        }
    }
}
