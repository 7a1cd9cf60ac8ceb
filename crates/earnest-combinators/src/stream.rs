//! Futures one after the other, in the order in which they complete, for async code.

use crate::as_completed::AsCompleted;
use crate::completion_set::CompletionSet;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use earnest_core::Waitable;
use futures_core::Stream;

/// A [`Stream`](https://docs.rs/futures-core/0.3/futures_core/stream/trait.Stream.html) of what completes, on any runtime: made by [`AsCompleted::into_stream`] and
/// [`CompletionSet::into_stream`], and like these but for the waiting. With the feature `stream`.
///
/// Polling does not block. It registers one waker for all items, which is woken by whoever completes the next; the
/// waker of the latest poll counts. A panic in a waker is caught and reported as a [`tracing`] event. Giving up a poll
/// loses nothing: an item leaves the stream only by a poll that is ready.
///
/// What a task did, and the callbacks of its future, happen before that future is yielded.
///
/// [`tracing`]: https://docs.rs/tracing
///
/// # Examples
///
/// ```
/// use core::pin::{Pin, pin};
/// use core::task::{Context, Poll, Waker};
/// use earnest_combinators::as_completed;
/// use futures_core::Stream;
///
/// let (promise, future) = earnest_core::promise();
/// let mut stream = as_completed([future]).into_stream();
/// let mut context = Context::from_waker(Waker::noop());
///
/// assert!(Pin::new(&mut stream).poll_next(&mut context).is_pending());
/// promise.complete(7).unwrap();
/// let Poll::Ready(Some(future)) = Pin::new(&mut stream).poll_next(&mut context) else { panic!("it is done") };
/// assert_eq!(future.result().unwrap(), 7);
/// ```
#[must_use = "a stream does nothing unless it is polled: await its `next`, or go on without it by `into_inner`"]
pub struct CompletionStream<C> {
    completed: C,
}

impl<C> CompletionStream<C> {
    pub(crate) const fn new(completed: C) -> Self {
        Self { completed }
    }

    /// What this is a stream of: to ask for its length, say, or for an adder.
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    ///
    /// let set: CompletionSet<_> = [Future::ready(1)].into_iter().collect();
    /// let stream = set.into_stream();
    /// assert_eq!(stream.get_ref().len(), 1);
    /// ```
    pub const fn get_ref(&self) -> &C {
        &self.completed
    }

    /// What this is a stream of: to push to.
    ///
    /// After a push the stream is to be polled again: pushing wakes nobody but by an [`Adder`](crate::Adder).
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    ///
    /// let mut stream = CompletionSet::new().into_stream();
    /// stream.get_mut().push(Future::ready(1));
    /// assert_eq!(stream.get_ref().len(), 1);
    /// ```
    pub const fn get_mut(&mut self) -> &mut C {
        &mut self.completed
    }

    /// What this is a stream of, to go on without async code.
    ///
    /// ```
    /// use earnest_combinators::as_completed;
    /// use earnest_core::Future;
    ///
    /// let stream = as_completed([Future::ready(7)]).into_stream();
    /// let mut completed = stream.into_inner();
    /// assert_eq!(completed.next().unwrap().result().unwrap(), 7);
    /// ```
    pub fn into_inner(self) -> C {
        self.completed
    }
}

impl<W: Waitable> Stream for CompletionStream<AsCompleted<W>> {
    type Item = W;

    /// `None`: all have been yielded, now and from now on.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<W>> {
        self.completed.poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.completed.size_hint()
    }
}

impl<W: Waitable> Stream for CompletionStream<CompletionSet<W>> {
    type Item = W;

    /// `None`: the set is empty, and there is no adder. The stream goes on when something is pushed.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<W>> {
        self.completed.poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.completed.size_hint()
    }
}

impl<C> Unpin for CompletionStream<C> {}

impl<C: fmt::Debug> fmt::Debug for CompletionStream<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CompletionStream").field(&self.completed).finish()
    }
}
