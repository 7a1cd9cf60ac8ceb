//! A set of futures that grows while it is being emptied, in the order in which they complete.

use crate::adder::Adder;
use crate::members::Members;
#[cfg(feature = "stream")]
use crate::stream::CompletionStream;
use core::fmt;
#[cfg(feature = "stream")]
use core::task::{Context, Poll, ready};
use earnest_core::{TimedOut, Waitable, Waiter, deadline_after};
use earnest_sync::{CAN_BLOCK, MODEL};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Gives back items as they complete, and takes new ones at any time: [`as_completed`](crate::as_completed) for what is
/// not all there from the start.
///
/// Items are added by [`push`](Self::push) in between, or by an [`adder`](Self::adder) from elsewhere, even while this
/// thread blocks in [`next`](Iterator::next). They may be what `as_completed` takes: futures by value or by reference,
/// shared futures, boxes or references of `dyn` [`Waitable`], and pairs `(key, future)`, of any executor.
///
/// - Items come in the order in which they settle, be it with a value, an error or a cancellation. One that had settled
///   before it was added comes in the order of adding.
/// - Whatever is added comes once, even if several items stand for the same future.
/// - The set keeps nothing of what it has given back, and its memory is bounded by the most items that it ever held at
///   a time. A completion costs the same whatever their number.
/// - Dropping the set ends the waiting, not the tasks: what it still holds is dropped, and so detached.
///
/// What a task did, and the callbacks of its future, happen before that future is given back.
///
/// # Examples
///
/// ```
/// use earnest_combinators::CompletionSet;
/// # use earnest_core::{Executor, ExecutorExt, Refused, Runnable};
/// # struct Threads;
/// # impl Executor for Threads {
/// #     fn spawn(&self, task: Runnable) -> Result<(), Refused> {
/// #         std::thread::spawn(move || task.run());
/// #         Ok(())
/// #     }
/// # }
/// # let executor = Threads;
///
/// let mut set = CompletionSet::new();
/// set.push(executor.submit(|| 16));
/// let mut seen = Vec::new();
/// while let Some(future) = set.next() {
///     let n = future.result().unwrap();
///     seen.push(n);
///     if n > 1 {
///         set.push(executor.submit(move || n / 2));
///     }
/// }
/// assert_eq!(seen, [16, 8, 4, 2, 1]);
/// ```
#[must_use = "a set gives back nothing unless it is asked: `push` futures, and iterate over it"]
pub struct CompletionSet<W: Waitable> {
    members: Arc<Members<W>>,
    waiter: Waiter,
}

impl<W: Waitable> CompletionSet<W> {
    /// An empty set.
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    ///
    /// let mut set = CompletionSet::<Future<u32>>::new();
    /// assert!(set.next().is_none(), "nothing is in it, and nobody can add");
    /// ```
    pub fn new() -> Self {
        // Models have few items, and are to see the room grow.
        let (waiter, roll) = Waiter::with_roll(if MODEL { 1 } else { 32 }, 1);
        Self { members: Arc::new(Members::new(waiter.inbox().clone(), roll)), waiter }
    }

    /// Adds an item. Does not block.
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    ///
    /// let mut set = CompletionSet::new();
    /// set.push(("first", Future::ready(1)));
    /// set.push(("second", Future::ready(2)));
    /// let keys: Vec<_> = set.map(|(key, _)| key).collect();
    /// assert_eq!(keys, ["first", "second"]);
    /// ```
    pub fn push(&mut self, item: W) {
        if self.members.add(item).is_err() {
            unreachable!("closed by dropping only");
        }
    }

    /// A handle that adds items from other threads, or from callbacks, while this one waits.
    ///
    /// As long as there is one, [`next`](Iterator::next) waits for what may be added by it.
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    ///
    /// let mut set = CompletionSet::new();
    /// let adder = set.adder();
    /// std::thread::spawn(move || (1..=3).try_for_each(|n| adder.push(Future::ready(n))));
    /// let sum: i32 = set.map(|future| future.result().unwrap()).sum();
    /// assert_eq!(sum, 6);
    /// ```
    pub fn adder(&self) -> Adder<W> {
        Adder::new(self.members.clone())
    }

    /// How many items were added and have not been given back.
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    ///
    /// let mut set: CompletionSet<_> = [Future::ready(1), Future::ready(2)].into_iter().collect();
    /// set.next();
    /// assert_eq!(set.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no item. There may be an adder.
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    ///
    /// let mut set = CompletionSet::new();
    /// assert!(set.is_empty());
    /// set.push(Future::ready(1));
    /// assert!(!set.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Blocks like [`next`](Iterator::next), for `timeout` at most. A timeout too large for the clock means for ever;
    /// with a timeout of zero the set looks once.
    ///
    /// # Errors
    ///
    /// [`TimedOut`], when no item was done in time. The set has lost nothing, and can be asked again.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use std::time::Duration;
    ///
    /// let mut set = CompletionSet::new();
    /// assert!(set.next_timeout(Duration::ZERO).unwrap().is_none(), "it is empty");
    ///
    /// let (promise, future) = earnest_core::promise();
    /// set.push(future);
    /// assert!(set.next_timeout(Duration::ZERO).is_err(), "nothing is done");
    /// promise.complete(1).unwrap();
    /// assert!(set.next_timeout(Duration::ZERO).unwrap().is_some());
    /// ```
    pub fn next_timeout(&mut self, timeout: Duration) -> Result<Option<W>, TimedOut<()>> {
        if !CAN_BLOCK {
            // Nothing comes about while this thread waits.
            return self.next_if_done();
        }
        self.next_by(deadline_after(timeout))
    }

    /// A stream of the same items, for async code. With the feature `stream`. The set is still at hand there, to
    /// [push](crate::CompletionStream::get_mut) to.
    ///
    /// ```
    /// use core::pin::Pin;
    /// use core::task::{Context, Poll, Waker};
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    /// use futures_core::Stream;
    ///
    /// let mut stream = CompletionSet::new().into_stream();
    /// stream.get_mut().push(Future::ready(7));
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
        loop {
            let token = match self.waiter.try_next() {
                Some(token) => token,
                None if self.members.has_ended() => return Poll::Ready(None),
                None => ready!(self.waiter.poll_next(context)),
            };
            if let Some(item) = self.members.take(token) {
                return Poll::Ready(Some(item));
            }
        }
    }

    /// Cancels those whose tasks have not begun.
    pub(crate) fn cancel_all(&self) {
        self.members.cancel_all();
    }

    fn next_if_done(&mut self) -> Result<Option<W>, TimedOut<()>> {
        while let Some(token) = self.waiter.try_next() {
            if let Some(item) = self.members.take(token) {
                return Ok(Some(item));
            }
        }
        if self.members.has_ended() { Ok(None) } else { Err(TimedOut::new(())) }
    }

    pub(crate) fn next_by(&mut self, deadline: Option<Instant>) -> Result<Option<W>, TimedOut<()>> {
        loop {
            let token = match self.waiter.try_next() {
                Some(token) => token,
                None if self.members.has_ended() => return Ok(None),
                None => match self.waiter.next_of(deadline, &mut self.members.watching()) {
                    Ok(token) => token.ok_or(TimedOut::new(()))?,
                    Err(_deadlock) => return Ok(self.members.take_unsettled()),
                },
            };
            if let Some(item) = self.members.take(token) {
                return Ok(Some(item));
            }
        }
    }
}

/// The iterator is not over with the first `None`: it goes on when something is added.
impl<W: Waitable> Iterator for CompletionSet<W> {
    type Item = W;

    /// Blocks until an item is done. `None`: the set is empty, and there is no adder.
    ///
    /// Where none could ever be done, as they wait for the task that calls this, they are yielded as they are: asking
    /// one for its outcome gives [`Error::Deadlock`](earnest_core::Error::Deadlock).
    fn next(&mut self) -> Option<W> {
        self.next_by(None).unwrap_or_else(|_| unreachable!("there is no deadline"))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), None)
    }
}

impl<W: Waitable> Default for CompletionSet<W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<W: Waitable> Extend<W> for CompletionSet<W> {
    fn extend<I: IntoIterator<Item = W>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<W: Waitable> FromIterator<W> for CompletionSet<W> {
    fn from_iter<I: IntoIterator<Item = W>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<W: Waitable> Drop for CompletionSet<W> {
    fn drop(&mut self) {
        drop(self.members.close());
    }
}

impl<W: Waitable> fmt::Debug for CompletionSet<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionSet").field("len", &self.len()).finish_non_exhaustive()
    }
}
