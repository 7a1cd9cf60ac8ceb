//! One future of many: all of them.

use crate::entrants::Entrants;
use crate::gather::{Rule, Verdict, gather};
use earnest_core::{Error, Future, Needs};

/// The future of all outcomes, values and errors alike, in input order.
///
/// It ends with a value once every future has settled, or at once where there are none, and has no error of its own.
/// The call does not block. **Cancelling it cancels** those of `futures` whose tasks have not begun; dropping it
/// detaches them.
///
/// What the tasks did, and the callbacks of their futures, happen before the outcomes are seen.
///
/// # Panics
///
/// With the panic of `futures`, if iterating over them panics; those that it gave are detached then.
///
/// # Examples
///
/// ```
/// use earnest_combinators::join_all;
///
/// let (kept, first) = earnest_core::promise();
/// let (unkept, second) = earnest_core::promise::<u32>();
/// let all = join_all([first, second]);
/// drop(unkept);
/// kept.complete(1).unwrap();
///
/// let outcomes = all.result().unwrap();
/// assert_eq!(*outcomes[0].as_ref().unwrap(), 1);
/// assert!(outcomes[1].as_ref().unwrap_err().is_abandoned());
/// ```
#[track_caller]
pub fn join_all<T: Send + 'static>(
    futures: impl IntoIterator<Item = Future<T>>,
) -> Future<Vec<Result<T, Error>>> {
    let futures: Vec<_> = futures.into_iter().collect();
    if futures.is_empty() {
        return Future::ready(Vec::new());
    }
    let rule = JoinAll(Slots::new(futures.len()));
    gather((futures, false), rule)
}

/// The future of all values in input order, or of the first error.
///
/// It ends with a value once every future has, or at once where there are none; and with an error as soon as one of
/// them ends with one, be it a cancellation. The other futures are left alone then, unless `futures` say
/// [`cancel_losers`](crate::EntrantsExt::cancel_losers). The call does not block. **Cancelling it cancels** those of
/// `futures` whose tasks have not begun; dropping it detaches them.
///
/// What the tasks did, and the callbacks of their futures, happen before the values are seen.
///
/// # Panics
///
/// With the panic of `futures`, if iterating over them panics; those that it gave are detached then.
///
/// # Examples
///
/// ```
/// use earnest_combinators::{EntrantsExt, try_join_all};
///
/// let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| earnest_core::promise()).unzip();
/// let all = try_join_all(futures);
/// promises.into_iter().zip(1..).try_for_each(|(promise, n)| promise.complete(n)).unwrap();
/// assert_eq!(all.result().unwrap(), [1, 2, 3]);
///
/// let (fails, first) = earnest_core::promise::<u32>();
/// let (pending, second) = earnest_core::promise::<u32>();
/// let all = try_join_all([first, second].cancel_losers());
/// fails.fail("on purpose");
/// assert!(all.result().unwrap_err().is_failed());
/// assert!(pending.is_cancelled());
/// ```
#[track_caller]
pub fn try_join_all<T: Send + 'static>(futures: impl Entrants<T>) -> Future<Vec<T>> {
    let (futures, cancel_losers) = futures.into_entrants();
    if futures.is_empty() {
        return Future::ready(Vec::new());
    }
    let rule = TryJoinAll(Slots::new(futures.len()));
    gather((futures, cancel_losers), rule)
}

/// What has come, in its places.
struct Slots<V> {
    slots: Vec<Option<V>>,
    n_left: usize,
}

impl<V> Slots<V> {
    fn new(n: usize) -> Self {
        Self { slots: (0..n).map(|_| None).collect(), n_left: n }
    }

    /// Fills a place. All of them, if this was the last.
    fn fill(&mut self, index: usize, value: V) -> Option<Vec<V>> {
        self.slots[index] = Some(value);
        self.n_left -= 1;
        (self.n_left == 0).then(|| self.slots.drain(..).flatten().collect())
    }
}

struct JoinAll<T>(Slots<Result<T, Error>>);

impl<T: Send + 'static> Rule<T> for JoinAll<T> {
    type Output = Vec<Result<T, Error>>;

    const NEEDS: Needs = Needs::All;

    fn settled(&mut self, index: usize, outcome: Result<T, Error>) -> Verdict<T, Self::Output> {
        self.0.fill(index, outcome).map_or(Verdict::Open(None), |all| Verdict::Decided(Ok(all)))
    }
}

struct TryJoinAll<T>(Slots<T>);

impl<T: Send + 'static> Rule<T> for TryJoinAll<T> {
    type Output = Vec<T>;

    const NEEDS: Needs = Needs::AllOrFailure;

    fn settled(&mut self, index: usize, outcome: Result<T, Error>) -> Verdict<T, Self::Output> {
        match outcome {
            Ok(value) => {
                self.0.fill(index, value).map_or(Verdict::Open(None), |all| Verdict::Decided(Ok(all)))
            }
            Err(error) => Verdict::Decided(Err(error)),
        }
    }
}
