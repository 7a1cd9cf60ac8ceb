//! One future of many: the first of them.

use crate::entrants::Entrants;
use crate::gather::{Rule, Verdict, gather};
use earnest_core::{Error, Future, Needs};

/// The future of the first that settles: its place among `futures` and its value, or its error.
///
/// Of those that have settled by the time of the call the first in input order decides. The others are left alone,
/// unless `futures` say [`cancel_losers`](crate::EntrantsExt::cancel_losers); their outcomes are dropped, and their
/// failures [reported](earnest_core::set_unseen_failure_hook) as nobody looks at them. Where there are no futures,
/// nobody can win: the race ends with [`Error::Abandoned`]. The call does not block. **Cancelling the
/// race cancels** those of `futures` whose tasks have not begun; dropping it detaches them.
///
/// What the winner's task did, and the callbacks of its future, happen before the outcome is seen.
///
/// # Panics
///
/// With the panic of `futures`, if iterating over them panics; those that it gave are detached then.
///
/// # Examples
///
/// ```
/// use earnest_combinators::{EntrantsExt, race};
///
/// let (slow_promise, slow) = earnest_core::promise();
/// let (fast_promise, fast) = earnest_core::promise();
/// let first = race([slow, fast].cancel_losers());
/// fast_promise.complete("fast").unwrap();
/// assert_eq!(first.result().unwrap(), (1, "fast"));
/// assert_eq!(slow_promise.complete("slow"), Err("slow"), "it was cancelled");
/// ```
#[track_caller]
pub fn race<T: Send + 'static>(futures: impl Entrants<T>) -> Future<(usize, T)> {
    gather(futures.into_entrants(), Race)
}

/// The future of the first value: the place of the future among `futures`, and its value.
///
/// A future that ends with an error, be it a cancellation, is out. When all are, the last error is that of the whole.
/// Of those that have settled by the time of the call the first value in input order decides. The others are left
/// alone, unless `futures` say [`cancel_losers`](crate::EntrantsExt::cancel_losers); their outcomes are dropped. Errors
/// that do not become that of the whole are [reported](earnest_core::set_unseen_failure_hook), as nobody looks at them.
/// Where there are no futures, it ends with [`Error::Abandoned`]. The call does not block. **Cancelling it cancels** those
/// of `futures` whose tasks have not begun; dropping it detaches them.
///
/// What the winner's task did, and the callbacks of its future, happen before the outcome is seen.
///
/// # Panics
///
/// With the panic of `futures`, if iterating over them panics; those that it gave are detached then.
///
/// # Examples
///
/// ```
/// use earnest_combinators::first_ok;
///
/// let (mirror, a) = earnest_core::promise();
/// let (origin, b) = earnest_core::promise();
/// let first = first_ok([a, b]);
/// mirror.fail("not found");
/// origin.complete("the document").unwrap();
/// assert_eq!(first.result().unwrap(), (1, "the document"));
/// ```
#[track_caller]
pub fn first_ok<T: Send + 'static>(futures: impl Entrants<T>) -> Future<(usize, T)> {
    let (futures, cancel_losers) = futures.into_entrants();
    let rule = FirstOk { n_left: futures.len() };
    gather((futures, cancel_losers), rule)
}

struct Race;

impl<T: Send + 'static> Rule<T> for Race {
    type Output = (usize, T);

    const NEEDS: Needs = Needs::Any;

    fn settled(&mut self, index: usize, outcome: Result<T, Error>) -> Verdict<T, Self::Output> {
        Verdict::Decided(outcome.map(|value| (index, value)))
    }
}

struct FirstOk {
    n_left: usize,
}

impl<T: Send + 'static> Rule<T> for FirstOk {
    type Output = (usize, T);

    const NEEDS: Needs = Needs::AnyValue;

    fn settled(&mut self, index: usize, outcome: Result<T, Error>) -> Verdict<T, Self::Output> {
        self.n_left -= 1;
        if outcome.is_err() && self.n_left > 0 {
            return Verdict::Open(Some(outcome));
        }
        Verdict::Decided(outcome.map(|value| (index, value)))
    }
}
