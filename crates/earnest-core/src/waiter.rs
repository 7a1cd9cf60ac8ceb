//! One thread, or one async task, that waits for many futures: everything in the workspace that blocks on a future
//! blocks here.

use crate::awaited::Awaited;
use crate::deadlock::Deadlock;
use crate::panic::{drop_caught, run_caught};
use crate::watching::Watching;
use crate::worker;
use core::cell::Cell;
use core::task::{Context, Poll, Waker};
use earnest_sync::{
    AtomicUsize, CAN_BLOCK, Condvar, MODEL, Mutex,
    Ordering::{AcqRel, Acquire, Relaxed},
    mutant, spin_loop, thread,
};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The point in time that lies `timeout` ahead; `None`, which is for ever, where the clock does not reach that far.
#[must_use]
pub fn deadline_after(timeout: Duration) -> Option<Instant> {
    earnest_sync::now()?.checked_add(timeout)
}

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

/// What became of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Token(usize),
    TimedOut,
    /// Somebody asks the thread to look again whether it can do something itself.
    Called,
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

    /// Blocks until a watched future settles, and returns its token. `None`: `deadline` has passed.
    ///
    /// Without a deadline, and with nothing watched, this blocks for ever.
    ///
    /// # Panics
    ///
    /// Where there are no threads, as on WebAssembly, and nothing has settled.
    pub fn next(&mut self, deadline: Option<Instant>) -> Option<usize> {
        loop {
            match self.next_unless_called(deadline) {
                Next::Token(token) => return Some(token),
                Next::TimedOut => return None,
                Next::Called => {}
            }
        }
    }

    /// Like [`next`](Self::next), for a wait of which is said what it is for. On a worker's thread a task that is waited
    /// for may run in place, and another worker may take this one's place meanwhile.
    ///
    /// # Errors
    ///
    /// [`Deadlock`], where the wait could never end.
    pub fn next_of(
        &mut self,
        deadline: Option<Instant>,
        watching: &mut Watching,
    ) -> Result<Option<usize>, Deadlock> {
        if !CAN_BLOCK {
            return self.try_next().map(Some).ok_or_else(Deadlock::alone);
        }
        let Some(members) = &watching.members else { return Ok(self.next(deadline)) };
        let on = Awaited::Set(members.clone());
        let next = worker::with_current(|worker| match worker {
            None => on.unless_left_behind(deadline).map(|()| self.next(deadline)),
            Some(worker) => worker.wait(&on, deadline, self, &mut watching.entered),
        });
        watching.goes_on();
        next
    }

    /// Like [`next`](Self::next), and returns when it is [called](Inbox::call) as well.
    pub(crate) fn next_unless_called(&mut self, deadline: Option<Instant>) -> Next {
        loop {
            if let Some(token) = self.try_next() {
                return Next::Token(token);
            }
            spin_until(deadline, || !self.inbox.is_empty());
            if let Some(token) = self.try_next() {
                return Next::Token(token);
            }
            if has_passed(deadline) {
                return Next::TimedOut;
            }
            if self.inbox.sleep(deadline) == Parked::Called {
                return self.try_next().map_or(Next::Called, Next::Token);
            }
        }
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

/// Lends `f` a waiter for one token: the thread's own, which is made on first use and kept, or a fresh one where that
/// is in use, was left in someone's hands, or is gone because the thread is ending.
pub(crate) fn with_single<R>(f: impl FnOnce(&mut Waiter) -> R) -> R {
    let kept = if MODEL { None } else { SINGLE.try_with(Cell::take).ok().flatten() };
    let mut waiter = kept.unwrap_or_else(|| Waiter::new(1));
    let result = f(&mut waiter);
    if !MODEL && waiter.is_unwatched() {
        let _thread_is_ending = SINGLE.try_with(|single| single.set(Some(waiter)));
    }
    result
}

earnest_sync::thread_local! {
    static SINGLE: Cell<Option<Waiter>> = const { Cell::new(None) };
}

/// Looks a few times, yielding the processor in between, before it is worth going to sleep. Says whether it was seen.
pub(crate) fn spin_until(deadline: Option<Instant>, mut ready: impl FnMut() -> bool) -> bool {
    if MODEL || has_passed(deadline) {
        return ready();
    }
    (0..ROUNDS).any(|round| {
        if round < ROUNDS_OF_PAUSES {
            (0..1 << round).for_each(|_| spin_loop())
        } else {
            thread::yield_now()
        }
        ready()
    })
}

const ROUNDS: u32 = 16;
const ROUNDS_OF_PAUSES: u32 = 4;

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

    /// Announces sleep and parks. Returns when something was put, the thread was called, or the deadline has passed, or
    /// for no reason.
    fn sleep(&self, deadline: Option<Instant>) -> Parked {
        if mutant!("sleep_unannounced") {
            return self.parker.park(deadline);
        }
        if !self.announce() {
            return Parked::Unparked;
        }
        let parked = self.parker.park(deadline);
        // Whoever has replaced the announcement meanwhile will unpark us, and that had better not be left over for the
        // next sleep.
        if parked != Parked::Unparked && self.newest.compare_exchange(ASLEEP, EMPTY, AcqRel, Acquire).is_err()
        {
            while self.parker.park(None) != Parked::Unparked {}
        }
        parked
    }
}

/// A cell for every token. There can be more of them at any time, and none is ever moved.
#[derive(Debug)]
struct Cells {
    /// Those of the tokens below the capacity.
    first: Box<[AtomicUsize]>,
    /// Those of the tokens that were admitted: each chunk has as many as there are before it. Whoever uses a token
    /// comes after the admission of that token, by which its chunk is there.
    more: OnceLock<Box<[Chunk; usize::BITS as usize]>>,
}

type Chunk = OnceLock<Box<[AtomicUsize]>>;

impl Cells {
    fn new(capacity: usize) -> Cells {
        Cells { first: empty_cells(capacity.max(1)), more: OnceLock::new() }
    }

    fn admit(&self, token: usize) {
        if token >= self.first.len() {
            let (chunk, _) = self.place(token);
            let chunks =
                self.more.get_or_init(|| Box::new([const { OnceLock::new() }; usize::BITS as usize]));
            chunks[chunk].get_or_init(|| empty_cells(self.first.len() << chunk));
        }
    }

    fn of(&self, token: usize) -> &AtomicUsize {
        if let Some(cell) = self.first.get(token) {
            return cell;
        }
        let (chunk, index) = self.place(token);
        let cells = self.more.get().and_then(|chunks| chunks[chunk].get());
        &cells.expect("a token that was admitted")[index]
    }

    /// The chunk of a token that is not among the first, and its index there.
    fn place(&self, token: usize) -> (usize, usize) {
        let chunk = (token / self.first.len()).ilog2() as usize;
        (chunk, token - (self.first.len() << chunk))
    }
}

fn empty_cells(n: usize) -> Box<[AtomicUsize]> {
    (0..n).map(|_| AtomicUsize::new(EMPTY)).collect()
}

/// Blocks one thread until another says otherwise, or has a waker woken instead.
#[derive(Debug)]
struct Parker {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    is_unparked: bool,
    is_called: bool,
    waker: KeptWaker,
}

/// Why a thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parked {
    Unparked,
    Called,
    TimedOut,
}

impl Parker {
    fn new() -> Parker {
        let state = State { is_unparked: false, is_called: false, waker: KeptWaker(None) };
        Parker { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Blocks until [`unpark`](Self::unpark) or [`call`](Self::call), which it uses up, or until the deadline. Says which.
    fn park(&self, deadline: Option<Instant>) -> Parked {
        let mut state = self.state.lock();
        loop {
            if core::mem::take(&mut state.is_unparked) {
                return Parked::Unparked;
            }
            if core::mem::take(&mut state.is_called) {
                return Parked::Called;
            }
            if has_passed(deadline) {
                return Parked::TimedOut;
            }
            state = self.changed.wait_deadline(state, deadline);
        }
    }

    fn call(&self) {
        self.state.lock().is_called = true;
        self.changed.notify_one();
    }

    /// Who is waiting is not known here: the thread finds this out the next time it parks, at the latest.
    fn unpark(&self) {
        let waker = {
            let mut state = self.state.lock();
            state.is_unparked = true;
            state.waker.0.take()
        };
        self.changed.notify_one();
        if let Some(waker) = waker {
            run_caught("a waker", || waker.wake());
        }
    }

    /// Has `waker` woken by the next who unparks.
    fn set_waker(&self, waker: Waker) {
        let mut state = self.state.lock();
        if state.waker.0.is_some() && mutant!("waker_not_replaced") {
            return;
        }
        let old = KeptWaker(state.waker.0.replace(waker));
        drop(state);
        drop(old);
    }
}

/// A waker, if there is one, whose destructor is the user's and may panic.
#[derive(Debug)]
struct KeptWaker(Option<Waker>);

impl Drop for KeptWaker {
    fn drop(&mut self) {
        if let Some(waker) = self.0.take() {
            drop_caught(waker, "a waker's destructor");
        }
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
