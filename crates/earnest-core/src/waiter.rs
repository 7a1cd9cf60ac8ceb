//! One thread, or one async task, that waits for many futures, and where it is told which of them are done.

#[cfg(feature = "std")]
mod block;
mod cells;
mod parker;

#[cfg(feature = "std")]
pub use block::deadline_after;
#[cfg(feature = "std")]
pub(crate) use block::{Next, spin_until, with_single};

use alloc::sync::Arc;
use cells::Cells;
use core::task::{Context, Poll};
use earnest_sync::{
    AtomicUsize, Instant,
    Ordering::{AcqRel, Acquire, Relaxed},
    mutant,
};
use parker::Parker;

/// One thread that waits for many futures.
///
/// Each future is watched under a *token*, a number that the caller chooses: one below the capacity, or one that was
/// [admitted](Inbox::admit) since. [`next`](Self::next) hands the tokens back in the order in which their futures
/// settled. A completion costs one compare-exchange, whatever the number of futures watched, and wakes the thread only
/// if it sleeps.
///
/// The settled tokens form a Treiber stack (R. K. Treiber, *Systems Programming: Coping with Parallelism*, 1986)
/// linked by index, which the waiting thread takes whole and reverses.
///
/// What happened before a future settled happens before `next` returns its token.
#[derive(Debug)]
pub struct Waiter {
    inbox: Arc<Inbox>,
    /// The oldest token that has been taken off the stack and not handed out.
    oldest: usize,
}

/// Where tokens are left for a [`Waiter`], by completing threads and others.
#[derive(Debug)]
pub struct Inbox {
    /// The newest token plus one, or `EMPTY`, or `ASLEEP`.
    newest: AtomicUsize,
    /// Per token: the next one on the stack, plus one.
    next: Cells,
    parker: Parker,
}

const EMPTY: usize = 0;
const ASLEEP: usize = usize::MAX;

impl Waiter {
    /// A waiter for tokens below `capacity`.
    #[must_use]
    pub fn new(capacity: usize) -> Waiter {
        let next = Cells::new(capacity);
        let inbox = Inbox { newest: AtomicUsize::new(EMPTY), next, parker: Parker::new() };
        Waiter { inbox: Arc::new(inbox), oldest: EMPTY }
    }

    /// Where this waiter's tokens are left.
    #[must_use]
    pub fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }

    /// The next settled token, if there is one already.
    pub fn try_next(&mut self) -> Option<usize> {
        if self.oldest == EMPTY {
            let newest = self.inbox.newest.load(Acquire);
            // Asleep: announced for a waker, or for a sleep that has ended for another reason.
            if newest == EMPTY || newest == ASLEEP {
                return None;
            }
            self.oldest = self.inbox.oldest_first(self.inbox.newest.swap(EMPTY, AcqRel));
        }
        let token = self.oldest - 1;
        // ORDERING: Relaxed, as the swap above has made the whole chain this thread's own.
        self.oldest = self.inbox.next.of(token).load(Relaxed);
        Some(token)
    }

    /// The next settled token, if there is one already; otherwise the task is woken when there is. Does not block.
    ///
    /// The waker of the latest call counts. Waiting by turns in here and in [`next`](Self::next) is possible.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        if let Some(token) = self.try_next() {
            return Poll::Ready(token);
        }
        self.inbox.parker.set_waker(context.waker().clone());
        // The last look comes after the waker is there to be woken.
        if mutant!("poll_next_unannounced") || self.inbox.announce() {
            return Poll::Pending;
        }
        Poll::Ready(self.try_next().unwrap_or_else(|| unreachable!("nobody else takes anything out")))
    }

    /// Whether nobody else can reach this waiter any more, so that it may serve again.
    pub(crate) fn is_unwatched(&mut self) -> bool {
        self.oldest == EMPTY && Arc::get_mut(&mut self.inbox).is_some_and(|inbox| inbox.is_empty())
    }
}

pub(crate) fn has_passed(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| earnest_sync::now().is_some_and(|now| now >= deadline))
}

impl Inbox {
    fn is_empty(&self) -> bool {
        matches!(self.newest.load(Acquire), EMPTY | ASLEEP)
    }

    /// Makes room for `token`, whatever the capacity. The room is kept: tokens that have come back are to be used again.
    ///
    /// This may be called by any thread, and is to return before the token is used.
    pub fn admit(&self, token: usize) {
        self.next.admit(token);
    }

    /// Leaves `token` for the waiting thread, and wakes it if it sleeps.
    ///
    /// A token that was put, here or by a future that settled, is not put again before it has come back.
    ///
    /// # Panics
    ///
    /// If there is no room for the token.
    pub fn put(&self, token: usize) {
        // ORDERING: Relaxed; only a first guess for the exchange.
        let mut newest = self.newest.load(Relaxed);
        loop {
            let below = if newest == ASLEEP { EMPTY } else { newest };
            // ORDERING: Relaxed; the exchange publishes it to the swap in `try_next`.
            self.next.of(token).store(below, Relaxed);
            match self.newest.compare_exchange(newest, token + 1, AcqRel, Acquire) {
                Ok(_) => break,
                Err(actual) => newest = actual,
            }
        }
        if newest == ASLEEP && !mutant!("put_without_unpark") {
            self.parker.unpark();
        }
    }

    /// Relinks a chain that was just taken, so that it begins with the oldest token.
    fn oldest_first(&self, mut newest: usize) -> usize {
        let mut oldest = EMPTY;
        while newest != EMPTY {
            // ORDERING: Relaxed, as the swap has made the chain this thread's own.
            let below = self.next.of(newest - 1).load(Relaxed);
            self.next.of(newest - 1).store(oldest, Relaxed);
            oldest = newest;
            newest = below;
        }
        oldest
    }

    /// Asks those who put to wake the waiting thread. `false`: there is something in the inbox.
    fn announce(&self) -> bool {
        // The announcement and the last look at the inbox are one exchange: it fails if there is anything in it. An
        // earlier announcement that nobody has replaced is as good as a new one.
        matches!(self.newest.compare_exchange(EMPTY, ASLEEP, AcqRel, Acquire), Ok(_) | Err(ASLEEP))
    }

    /// Asks the waiting thread to look again whether it can do something about what it waits for.
    pub fn call(&self) {
        self.parker.call();
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn tokens_above_the_capacity_have_room_once_admitted() {
        for capacity in [0, 1, 3, 32] {
            let mut waiter = Waiter::new(capacity);
            (0..1000).for_each(|token| waiter.inbox().admit(token));
            (0..1000).for_each(|token| waiter.inbox().put(token));
            for token in 0..1000 {
                assert_eq!(waiter.try_next(), Some(token));
                waiter.inbox().put(token);
            }
            assert_eq!(std::iter::from_fn(|| waiter.try_next()).count(), 1000);
        }
    }
}
