//! One thread, or one async task, that waits for many futures, and where it is told which of them are done.

mod cells;
mod roll;
#[cfg(feature = "std")]
mod block;
mod parker;

#[cfg(feature = "std")]
pub use block::deadline_after;
#[cfg(feature = "std")]
pub(crate) use block::{Next, Single, spin_until, with_single};
pub use roll::Roll;

use alloc::sync::Arc;
use alloc::vec::Vec;
use cells::Cells;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::{Context, Poll};
use earnest_sync::{
    AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    fence, mutant, window,
};
use parker::Parker;
use roll::Slots;

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
///
/// ```
/// use earnest_core::Waiter;
///
/// let mut waiter = Waiter::new(2);
/// for token in 0..2 {
///     let inbox = waiter.inbox().clone();
///     earnest_core::Future::ready(7).add_done_callback(move |_| inbox.put(token));
/// }
/// assert_eq!((waiter.next(None), waiter.next(None)), (Some(0), Some(1)));
/// ```
#[derive(Debug)]
pub struct Waiter {
    inbox: Arc<Inbox>,
    /// The entries that have been taken off the stack and not handed out, the oldest last.
    taken: Vec<usize>,
    /// How many slots of its roll have come back.
    n_returned: usize,
}

/// Where tokens are left for a [`Waiter`], by completing threads and others.
///
/// ```
/// use earnest_core::{Inbox, Waiter};
/// use std::sync::Arc;
///
/// let mut waiter = Waiter::new(1);
/// let inbox: Arc<Inbox> = waiter.inbox().clone();
/// std::thread::spawn(move || inbox.put(0));
/// assert_eq!(waiter.next(None), Some(0));
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct Inbox {
    /// The newest entry, or `EMPTY`, `ASLEEP`, `CLOSED`.
    newest: AtomicUsize,
    /// What follows is read by the waiting thread all the time, and shares no cache line with what others write.
    _apart: [usize; 8],
    /// Per token that is put: `FREE` if it is not on the stack, or else the entry below it, or `EMPTY`.
    links: Cells<AtomicUsize>,
    /// The same for the tokens that are on the roll, if there is one.
    slots: Option<Slots>,
    parker: Parker,
}

const FREE: usize = 0;
const EMPTY: usize = 1;
/// Nothing is there, and whoever puts something is to wake the waiter.
const ASLEEP: usize = usize::MAX;
/// The waiter is gone.
const CLOSED: usize = usize::MAX - 1;

/// The bit of an entry that says that the token's link is in its slot.
const LISTED: usize = 1;

/// What stands for `token` on the stack: neither `FREE` nor `EMPTY`.
const fn entry_of(token: usize) -> usize {
    (token + 1) << 1
}

const fn token_of(entry: usize) -> usize {
    (entry >> 1) - 1
}

/// Puts `entry` on a stack, unless that is closed, and says what the newest was before. `is_asleep` is called before an
/// entry is put that may be the one to wake the waiter.
fn push(newest: &AtomicUsize, link: &AtomicUsize, entry: usize, mut is_asleep: impl FnMut()) -> usize {
    // ORDERING: Relaxed; only a first guess for the exchange.
    let mut seen = newest.load(Relaxed);
    while seen != CLOSED {
        let below = if seen == ASLEEP {
            is_asleep();
            EMPTY
        } else {
            seen
        };
        // ORDERING: Relaxed; the exchange publishes it to the swap in `take`.
        link.store(below, Relaxed);
        match newest.compare_exchange(seen, entry, AcqRel, Acquire) {
            Ok(_) => break,
            Err(actual) => seen = actual,
        }
    }
    seen
}

impl Waiter {
    /// A waiter for tokens below `capacity`.
    ///
    /// ```
    /// # use earnest_core::Waiter;
    /// let mut waiter = Waiter::new(8);
    /// waiter.inbox().put(7);
    /// assert_eq!(waiter.try_next(), Some(7));
    /// ```
    #[must_use]
    pub fn new(capacity: usize) -> Waiter {
        Waiter::with_slots(capacity, None)
    }

    fn with_slots(capacity: usize, slots: Option<Slots>) -> Waiter {
        let inbox = Inbox {
            newest: AtomicUsize::new(EMPTY),
            _apart: [0; 8],
            links: Cells::new(capacity),
            slots,
            parker: Parker::new(),
        };
        Waiter { inbox: Arc::new(inbox), taken: Vec::new(), n_returned: 0 }
    }

    /// Where this waiter's tokens are left.
    ///
    /// ```
    /// # use earnest_core::Waiter;
    /// let mut waiter = Waiter::new(1);
    /// let inbox = waiter.inbox().clone();
    /// std::thread::spawn(move || inbox.put(0));
    /// assert_eq!(waiter.next(None), Some(0));
    /// ```
    #[must_use]
    pub fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }

    /// The next settled token, if there is one already.
    ///
    /// ```
    /// # use earnest_core::Waiter;
    /// let mut waiter = Waiter::new(1);
    /// assert_eq!(waiter.try_next(), None);
    /// waiter.inbox().put(0);
    /// assert_eq!(waiter.try_next(), Some(0));
    /// ```
    pub fn try_next(&mut self) -> Option<usize> {
        let entry = match self.taken.pop() {
            Some(entry) => entry,
            None if self.inbox.is_empty() => return None,
            None => self.take_all()?,
        };
        self.n_returned += entry & LISTED;
        Some(token_of(entry))
    }

    /// Takes everything off the stack, and gives the oldest entry.
    fn take_all(&mut self) -> Option<usize> {
        self.take(EMPTY)
    }

    /// The same, and whoever comes later finds that the waiter is gone.
    fn close(&mut self) -> Option<usize> {
        self.take(CLOSED)
    }

    fn take(&mut self, leaving: usize) -> Option<usize> {
        let mut entry = match self.inbox.newest.swap(leaving, AcqRel) {
            EMPTY | ASLEEP | CLOSED => return None,
            newest => newest,
        };
        loop {
            let link = self.inbox.link(entry);
            // ORDERING: Relaxed, as the swap above has made the whole chain this thread's own.
            let below = link.load(Relaxed);
            // ORDERING: Release; pairs with the Acquire of whoever uses the token again.
            // NO MODEL: what lies behind a token is handed over by `newest`, and by the word of the future; this says that the
            // token is free, and no more.
            link.store(FREE, Release);
            if below == EMPTY {
                return Some(entry);
            }
            self.taken.push(entry);
            entry = below;
        }
    }

    /// The next settled token, if there is one already; otherwise the task is woken when there is. Does not block.
    ///
    /// The waker of the latest call counts. Waiting by turns in here and in [`next`](Self::next) is possible.
    ///
    /// ```
    /// # use core::task::{Context, Poll, Waker};
    /// # use earnest_core::Waiter;
    /// let mut waiter = Waiter::new(1);
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(waiter.poll_next(&mut context).is_pending());
    /// waiter.inbox().put(0);
    /// assert_eq!(waiter.poll_next(&mut context), Poll::Ready(0));
    /// ```
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        if let Some(token) = self.try_next() {
            return Poll::Ready(token);
        }
        self.inbox.parker.set_waker(context.waker().clone());
        window!("waker_left_not_announced");
        // The last look comes after the waker is there to be woken.
        if mutant!("poll_next_unannounced") || self.inbox.announce() {
            return Poll::Pending;
        }
        Poll::Ready(self.try_next().unwrap_or_else(|| unreachable!("nobody else takes anything out")))
    }

    /// Whether nobody can reach this waiter any more but the `n` who hold its inbox, so that it may serve again.
    pub(crate) fn is_unwatched(&self, n: usize) -> bool {
        if !self.taken.is_empty() || Arc::strong_count(&self.inbox) != n {
            return false;
        }
        // ORDERING: Acquire; pairs with the Release by which others have dropped their references: what they have put is
        // seen below.
        // NO MODEL: the waiters of models serve once.
        fence(Acquire);
        self.inbox.is_empty()
    }
}

// What lies in it is put there by one step each.
impl UnwindSafe for Inbox {}
impl RefUnwindSafe for Inbox {}

impl Inbox {
    /// Whether there is nothing in it. It may be asleep: announced for a waker, or for a sleep that has ended for another
    /// reason.
    fn is_empty(&self) -> bool {
        // ORDERING: Relaxed; what is there is taken by an exchange that acquires.
        matches!(self.newest.load(Relaxed), EMPTY | ASLEEP)
    }

    fn link(&self, entry: usize) -> &AtomicUsize {
        let token = token_of(entry);
        match &self.slots {
            Some(slots) if entry & LISTED != 0 => &slots.of(token).link,
            _ => self.links.of(token),
        }
    }

    /// Makes room for `token`, whatever the capacity. The room is kept: tokens that have come back are to be used again.
    ///
    /// This may be called by any thread, and is to return before the token is used.
    ///
    /// ```
    /// # use earnest_core::Waiter;
    /// let mut waiter = Waiter::new(0);
    /// waiter.inbox().admit(100);
    /// waiter.inbox().put(100);
    /// assert_eq!(waiter.try_next(), Some(100));
    /// ```
    pub fn admit(&self, token: usize) {
        self.links.admit(token);
    }

    /// Leaves `token` for the waiting thread, and wakes it if it sleeps. One that lies there already, left here or by a future
    /// that settled, is not left a second time. The waiting thread takes all that lie there at once, and hands them out one
    /// by one: one that is left again meanwhile comes again.
    ///
    /// # Panics
    ///
    /// If there is no room for the token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::Waiter;
    /// let mut waiter = Waiter::new(2);
    /// waiter.inbox().put(1);
    /// waiter.inbox().put(0);
    /// waiter.inbox().put(1);
    /// assert_eq!((waiter.try_next(), waiter.try_next(), waiter.try_next()), (Some(1), Some(0), None));
    /// ```
    pub fn put(&self, token: usize) {
        let link = self.links.of(token);
        // NO MODEL: as in `take`.
        if link.compare_exchange(FREE, EMPTY, AcqRel, Acquire).is_err() {
            return;
        }
        if push(&self.newest, link, entry_of(token), || ()) == ASLEEP {
            self.wake();
        }
    }

    /// For who has put something while the waiter slept.
    fn wake(&self) {
        window!("put_not_woken");
        if !mutant!("put_without_unpark") {
            self.parker.unpark();
        }
    }

    fn forget_waker(&self) {
        self.parker.forget_waker();
    }

    /// Asks those who put to wake the waiting thread. `false`: there is something in the inbox.
    fn announce(&self) -> bool {
        // The announcement and the last look at the inbox are one exchange: it fails if there is anything in it. An
        // earlier announcement that nobody has replaced is as good as a new one.
        // NO MODEL: whoever replaces it unparks under the parker's lock, under which its waker was left before; and what is there
        // is taken by an exchange that acquires.
        matches!(self.newest.compare_exchange(EMPTY, ASLEEP, AcqRel, Acquire), Ok(_) | Err(ASLEEP))
    }

    /// Asks the waiting thread to look again whether it can do something about what it waits for.
    ///
    /// ```
    /// # use earnest_core::Waiter;
    /// let mut waiter = Waiter::new(1);
    /// waiter.inbox().call();
    /// waiter.inbox().put(0);
    /// assert_eq!(waiter.next(None), Some(0), "being called is not the end of a wait");
    /// ```
    pub fn call(&self) {
        self.parker.call();
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_waiter_serves_again_when_nobody_has_its_inbox_any_more() {
        let (waiter, roll) = Waiter::with_roll(1, 1);
        let held = waiter.inbox().clone();
        assert!(!roll.is_done(&waiter));
        drop(held);
        assert!(roll.is_done(&waiter));
    }

    #[test]
    fn tokens_above_the_capacity_have_room_once_admitted() {
        let n_tokens = if cfg!(miri) { 40 } else { 1000 };
        for capacity in [0, 1, 3, 32] {
            let mut waiter = Waiter::new(capacity);
            (0..n_tokens).for_each(|token| waiter.inbox().admit(token));
            (0..n_tokens).for_each(|token| waiter.inbox().put(token));
            for token in 0..n_tokens {
                assert_eq!(waiter.try_next(), Some(token));
                waiter.inbox().put(token);
            }
            assert_eq!(std::iter::from_fn(|| waiter.try_next()).count(), n_tokens);
        }
    }
}
