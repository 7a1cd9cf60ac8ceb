//! Blocking until some of several futures are done.

use crate::watched::{Leaving, Watched, distinct};
use earnest_core::{Deadlock, Needs, Waitable, deadline_after};
use earnest_sync::CAN_BLOCK;
use std::time::{Duration, Instant};

/// When [`wait`] returns, provided that time does not run out before.
///
/// ```
/// use earnest_combinators::{ReturnWhen, wait};
///
/// let (promise, failing) = earnest_core::promise::<u32>();
/// let (_unkept, pending) = earnest_core::promise();
/// promise.fail("on purpose");
/// let waited = wait([failing, pending], ReturnWhen::FirstException, None);
/// assert_eq!((waited.done.len(), waited.not_done.len()), (1, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReturnWhen {
    /// All items are done.
    AllCompleted,
    /// One item is done, be it with a value, an error or a cancellation.
    FirstCompleted,
    /// One item has ended with an [`Error`](earnest_core::Error) other than a cancellation, or all are done.
    ///
    /// A value that happens to be an `Err` is a value.
    FirstException,
}

impl ReturnWhen {
    /// Whether there is nothing to wait for, given those that are done and the number of those that are not.
    fn is_met(self, done: &[impl Waitable], n_not_done: usize) -> bool {
        n_not_done == 0
            || match self {
                ReturnWhen::AllCompleted => false,
                ReturnWhen::FirstCompleted => !done.is_empty(),
                ReturnWhen::FirstException => done.iter().any(|item| item.has_failed()),
            }
    }

    /// Whether the wait is over with `item`, which has just settled, though others are pending.
    fn is_met_by(self, item: &impl Waitable) -> bool {
        match self {
            ReturnWhen::AllCompleted => false,
            ReturnWhen::FirstCompleted => true,
            ReturnWhen::FirstException => item.has_failed(),
        }
    }
}

/// What [`wait`] found.
///
/// ```
/// use earnest_combinators::{Ended, ReturnWhen, wait};
/// use earnest_core::Future;
///
/// let waited = wait([Future::ready(1), Future::ready(2)], ReturnWhen::AllCompleted, None);
/// assert_eq!(waited.ended, Ended::Satisfied);
/// assert!(waited.not_done.is_empty());
/// let values: Vec<i32> = waited.done.into_iter().map(|future| future.result().unwrap()).collect();
/// assert_eq!(values, [1, 2]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait<W> {
    /// The items whose outcome can be seen, in input order.
    pub done: Vec<W>,
    /// The others, in input order.
    pub not_done: Vec<W>,
    /// Why the wait ended.
    pub ended: Ended,
}

/// Why a [`wait`] ended.
///
/// ```
/// use earnest_combinators::{Ended, ReturnWhen, wait};
/// use std::time::Duration;
///
/// let (_unkept, pending) = earnest_core::promise::<()>();
/// let waited = wait([pending], ReturnWhen::FirstCompleted, Some(Duration::ZERO));
/// assert_eq!(waited.ended, Ended::TimedOut);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ended {
    /// What it waited for has come about.
    Satisfied,
    /// Time ran out first.
    TimedOut,
    /// It could never have come about: the items wait for the task that waits for them. Asking one of
    /// [`not_done`](Wait::not_done) for its outcome says more.
    Deadlock,
}

/// Blocks until what `return_when` says has come about, or `timeout` has passed, and says which items are done.
///
/// The items may be futures by value or by reference, shared futures, boxes or references of `dyn` [`Waitable`], and
/// pairs `(key, future)`, of any executor. Those given by value come back in the lists.
///
/// - Both lists keep the input order. An item that stands for the same future as an earlier one is dropped: it counts
///   once, and appears once.
/// - [`done`](Wait::done) holds everything that had settled when the wait ended, not only what ended it.
/// - A future that is cancelled during the wait is done. One whose outcome has been taken by a poll is done as well, and
///   counts as failed: asking it gives [`Error::Taken`](earnest_core::Error::Taken).
/// - No items: returns at once, [`Ended::Satisfied`].
/// - Without a timeout, or with one too large for the clock, it waits for ever; a timeout of zero looks once. Time runs
///   from the call. Running out of time changes nothing about the futures, and leaves nothing behind in them.
///
/// Where waiting could never end, as the items wait for the task that calls this, it returns at once:
/// [`Ended::Deadlock`]. On platforms without threads nothing comes about during a wait, so that it returns at once in any
/// case, with a timeout as [`Ended::TimedOut`].
///
/// What a task did, and the callbacks of its future, happen before `wait` returns that future as done.
///
/// # Panics
///
/// With the panic of `items`, if iterating over them panics; nothing is being waited for then.
///
/// # Examples
///
/// ```
/// use earnest_combinators::{Ended, ReturnWhen, Wait, wait};
/// use std::time::Duration;
///
/// let (promise, slow) = earnest_core::promise();
/// let futures = [slow, earnest_core::Future::ready(1)];
///
/// let Wait { done, not_done, ended } =
///     wait(&futures, ReturnWhen::AllCompleted, Some(Duration::from_millis(1)));
/// assert_eq!((done.len(), not_done.len(), ended), (1, 1, Ended::TimedOut));
///
/// promise.complete(2).unwrap();
/// let waited = wait(futures, ReturnWhen::AllCompleted, None);
/// let values: Vec<i32> = waited.done.into_iter().map(|future| future.result().unwrap()).collect();
/// assert_eq!(values, [2, 1]);
/// ```
pub fn wait<W: Waitable>(
    items: impl IntoIterator<Item = W>,
    return_when: ReturnWhen,
    timeout: Option<Duration>,
) -> Wait<W> {
    let deadline = timeout.and_then(deadline_after);
    let items: Vec<W> = distinct(items).collect();
    // With a timeout it is one only where a clock that does not reach that far has made it endless, and not where nothing
    // can come about while this thread waits, for however long.
    let may_be_deadlock = timeout.is_none() || CAN_BLOCK;
    let is_deadlock = block(&items, return_when, deadline).is_err() && may_be_deadlock;
    let (done, not_done): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.is_settled());
    // Judged by the lists and not by what ended the blocking: an item may settle just as time runs out, and then the
    // lists and the verdict agree.
    let is_met = return_when.is_met(&done, not_done.len());
    let ended = match is_met {
        true => Ended::Satisfied,
        false if is_deadlock => Ended::Deadlock,
        false => Ended::TimedOut,
    };
    Wait { done, not_done, ended }
}

fn block<W: Waitable>(
    items: &[W],
    return_when: ReturnWhen,
    deadline: Option<Instant>,
) -> Result<(), Deadlock> {
    let done: Vec<&W> = items.iter().filter(|item| item.is_settled()).collect();
    if return_when.is_met(&done, items.len() - done.len()) {
        return Ok(());
    }
    // The first failure may be that of any.
    let needs = if return_when == ReturnWhen::AllCompleted { Needs::All } else { Needs::Any };
    let mut watched = Watched::new(items, needs, Leaving::MayLeave);
    while let Some(item) = watched.next(deadline)? {
        if return_when.is_met_by(item) {
            break;
        }
    }
    Ok(())
}
