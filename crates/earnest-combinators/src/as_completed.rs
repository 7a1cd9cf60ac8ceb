//! Futures one after the other, in the order in which they complete.

#[cfg(feature = "stream")]
use crate::stream::CompletionStream;
use crate::watched::{Leaving, Watched, distinct};
use core::fmt;
use core::iter::FusedIterator;
#[cfg(feature = "stream")]
use core::task::{Context, Poll};
use earnest_core::{Needs, TimedOut, Waitable, deadline_after};
use earnest_sync::CAN_BLOCK;
use std::time::{Duration, Instant};

/// Iterates over `items` as they complete, and gives each of them back when it is done.
///
/// Those that have settled by the time the call returns come first, in input order; the others follow in the order in
/// which they settle, be it with a value, an error or a cancellation. The items may be futures by value or by
/// reference, shared futures, boxes or references of `dyn` [`Waitable`], and pairs `(key, future)`, of any executor.
///
/// - [`next`](Iterator::next) blocks until an item is done, for ever if none ever is.
/// - An item that stands for the same future as an earlier one is dropped: each future is yielded once.
/// - The iterator keeps nothing of what it has yielded. A completion costs the same whatever the number of items.
/// - Dropping the iterator ends the waiting, not the tasks: what it still holds is dropped, and so detached.
///
/// What a task did, and the callbacks of its future, happen before that future is yielded.
///
/// # Panics
///
/// With the panic of `items`, if iterating over them panics; nothing is being waited for then.
///
/// # Examples
///
/// What came of which input? A pair of a key and a future can be waited for as the future can:
///
/// ```
/// use earnest_combinators::as_completed;
///
/// let (slow_promise, slow) = earnest_core::promise();
/// let (fast_promise, fast) = earnest_core::promise();
/// let mut completed = as_completed([("slow", slow), ("fast", fast)]);
/// std::thread::spawn(move || {
///     fast_promise.complete(1).unwrap();
///     slow_promise.complete(2).unwrap();
/// });
///
/// let (key, future) = completed.next().unwrap();
/// assert_eq!((key, future.result().unwrap()), ("fast", 1));
/// let (key, future) = completed.next().unwrap();
/// assert_eq!((key, future.result().unwrap()), ("slow", 2));
/// assert!(completed.next().is_none());
/// ```
pub fn as_completed<W: Waitable>(items: impl IntoIterator<Item = W>) -> AsCompleted<W> {
    AsCompleted { watched: Watched::new(distinct(items), Needs::Any, Leaving::Never) }
}

/// Like [`as_completed`], for `timeout` at most, counted from this call.
///
/// Each item is yielded as `Ok` when it is done. Once time has run out and nothing that is done is left to yield, the
/// iterator yields one `Err` that holds the other items in input order, and ends. An iterator that has yielded every
/// item ends without an `Err`.
///
/// A timeout too large for the clock means for ever; with a timeout of zero the items that are done are yielded, and
/// then the others as one `Err`. Running out of time changes nothing about the futures.
///
/// What a task did, and the callbacks of its future, happen before that future is yielded as `Ok`.
///
/// # Panics
///
/// With the panic of `items`, if iterating over them panics; nothing is being waited for then.
///
/// # Examples
///
/// ```
/// use earnest_combinators::as_completed_timeout;
/// use std::time::Duration;
///
/// let (_unkept, pending) = earnest_core::promise();
/// let futures = [pending, earnest_core::Future::ready(1)];
///
/// let (mut values, mut late) = (Vec::new(), Vec::new());
/// for item in as_completed_timeout(futures, Duration::from_millis(1)) {
///     match item {
///         Ok(future) => values.push(future.result().unwrap()),
///         Err(timed_out) => late = timed_out.into_inner(),
///     }
/// }
/// assert_eq!((values, late.len()), (vec![1], 1));
/// ```
pub fn as_completed_timeout<W: Waitable>(
    items: impl IntoIterator<Item = W>,
    timeout: Duration,
) -> AsCompletedTimeout<W> {
    let deadline = deadline_after(timeout);
    AsCompletedTimeout { watched: Watched::new(distinct(items), Needs::Any, Leaving::MayLeave), deadline }
}

/// Items in the order in which they complete; see [`as_completed`].
///
/// ```
/// use earnest_combinators::as_completed;
/// use earnest_core::Future;
///
/// let (promise, slow) = earnest_core::promise();
/// let mut completed = as_completed([slow, Future::ready(1)]);
/// assert_eq!(completed.len(), 2);
/// assert_eq!(completed.next().unwrap().result().unwrap(), 1);
///
/// promise.complete(2).unwrap();
/// let left: Vec<i32> = completed.map(|future| future.result().unwrap()).collect();
/// assert_eq!(left, [2]);
/// ```
#[must_use = "dropping this detaches the futures that it holds: iterate over it, to be given each as it completes"]
pub struct AsCompleted<W: Waitable> {
    watched: Watched<W>,
}

impl<W: Waitable> AsCompleted<W> {
    /// A stream of the same items, for async code. With the feature `stream`.
    ///
    /// ```
    /// use core::pin::Pin;
    /// use core::task::{Context, Poll, Waker};
    /// use earnest_combinators::as_completed;
    /// use earnest_core::Future;
    /// use futures_core::Stream;
    ///
    /// let mut stream = as_completed([Future::ready(7)]).into_stream();
    /// let mut context = Context::from_waker(Waker::noop());
    /// let Poll::Ready(Some(done)) = Pin::new(&mut stream).poll_next(&mut context) else { panic!("it is done") };
    /// assert_eq!(done.result().unwrap(), 7);
    /// ```
    #[cfg(feature = "stream")]
    pub fn into_stream(self) -> CompletionStream<Self> {
        CompletionStream::new(self)
    }

    #[cfg(feature = "stream")]
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<W>> {
        self.watched.poll_next(context)
    }
}

impl<W: Waitable> Iterator for AsCompleted<W> {
    type Item = W;

    /// Blocks until an item is done. `None`: all have been yielded.
    ///
    /// Where none that is left could ever be done, as they wait for the task that calls this, they are yielded as they
    /// are, in input order: asking one for its outcome gives [`Error::Deadlock`](earnest_core::Error::Deadlock).
    fn next(&mut self) -> Option<W> {
        self.watched.next(None).unwrap_or_else(|_| self.watched.first_left())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.watched.len(), Some(self.watched.len()))
    }
}

impl<W: Waitable> ExactSizeIterator for AsCompleted<W> {}
impl<W: Waitable> FusedIterator for AsCompleted<W> {}

impl<W: Waitable> fmt::Debug for AsCompleted<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("left", &self.watched.len()).finish_non_exhaustive()
    }
}

/// Items in the order in which they complete, until time runs out; see [`as_completed_timeout`].
///
/// ```
/// use earnest_combinators::as_completed_timeout;
/// use std::time::Duration;
///
/// let (promise, pending) = earnest_core::promise();
/// let mut completed = as_completed_timeout([pending], Duration::ZERO);
/// let late = completed.next().unwrap().unwrap_err().into_inner();
/// assert!(completed.next().is_none(), "the error is the last");
///
/// promise.complete(1).unwrap();
/// assert!(late[0].is_done(), "what was late can still be waited for");
/// ```
#[must_use = "dropping this detaches the futures that it holds: iterate over it, to be given each as it completes"]
pub struct AsCompletedTimeout<W: Waitable> {
    watched: Watched<W>,
    deadline: Option<Instant>,
}

impl<W: Waitable> Iterator for AsCompletedTimeout<W> {
    type Item = Result<W, TimedOut<Vec<W>>>;

    /// Blocks until an item is done or time has run out. `None`: there is nothing left.
    fn next(&mut self) -> Option<Self::Item> {
        if self.watched.len() == 0 {
            return None;
        }
        let next = self.watched.next(self.deadline).unwrap_or_else(|_| {
            // Where nothing can come about while this thread waits, time has as good as run out.
            if CAN_BLOCK { self.watched.first_left() } else { None }
        });
        Some(next.ok_or_else(|| TimedOut::new(self.watched.give_up())))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.watched.len().min(1), Some(self.watched.len()))
    }
}

impl<W: Waitable> FusedIterator for AsCompletedTimeout<W> {}

impl<W: Waitable> fmt::Debug for AsCompletedTimeout<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompletedTimeout").field("left", &self.watched.len()).finish_non_exhaustive()
    }
}
