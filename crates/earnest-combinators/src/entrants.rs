//! The futures that go into one, and what becomes of them when that is decided.

use core::fmt;
use earnest_core::Future;

/// What [`race`](crate::race), [`first_ok`](crate::first_ok) and [`try_join_all`](crate::try_join_all) take: anything
/// that iterates over futures, as it is or with [`cancel_losers`](EntrantsExt::cancel_losers).
///
/// Sealed: its methods may change.
///
/// ```
/// use earnest_combinators::{Entrants, race};
/// use earnest_core::Future;
///
/// /// Passes on what a race takes.
/// fn winner<T: Send + 'static>(futures: impl Entrants<T>) -> Future<T> {
///     race(futures).map(|(_place, value)| value)
/// }
/// assert_eq!(winner([Future::ready("only")]).result().unwrap(), "only");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no futures that could be made into one",
    label = "an array, a `Vec` or another iterator of `Future`s is wanted here",
    note = "all of them have the same type of value: `future.map(…)` changes it",
    note = "what goes in is kept: it cannot be a reference, a `SharedFuture` or a `ScopedFuture`"
)]
pub trait Entrants<T>: sealed::IntoEntrants<T> {}

#[diagnostic::do_not_recommend]
impl<T, E: sealed::IntoEntrants<T>> Entrants<T> for E {}

/// What can be said of the futures that go into one.
///
/// ```
/// use earnest_combinators::{EntrantsExt, first_ok};
///
/// let (_other_mirror, pending) = earnest_core::promise();
/// let cancel = pending.cancel_handle();
/// let first = first_ok(vec![earnest_core::Future::ready("a page"), pending].cancel_losers());
/// assert_eq!(first.result().unwrap(), (0, "a page"));
/// assert!(cancel.is_cancelled());
/// ```
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
///
/// ```
/// use earnest_combinators::{CancelLosers, EntrantsExt, try_join_all};
/// use earnest_core::Future;
///
/// let (fails, first) = earnest_core::promise::<u32>();
/// let (pending, second) = earnest_core::promise();
/// let both: CancelLosers<[Future<u32>; 2]> = [first, second].cancel_losers();
/// let both = try_join_all(both);
/// fails.fail("on purpose");
/// assert!(both.result().unwrap_err().is_failed());
/// assert!(pending.is_cancelled());
/// ```
#[must_use = "this does nothing unless it goes into `race`, `first_ok` or `try_join_all`"]
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
