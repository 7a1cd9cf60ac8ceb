//! One thread that blocks until one of many futures is done: everything in the workspace that blocks on a future blocks
//! here.

use super::parker::Parker;
use super::{ASLEEP, EMPTY, Inbox, Roll, Waiter};
use crate::awaited::Awaited;
use crate::deadlock::Deadlock;
use crate::watching::Watching;
use crate::worker;
use core::cell::Cell;
use core::time::Duration;
use earnest_sync::{
    CAN_BLOCK, MODEL,
    Ordering::{AcqRel, Acquire},
    has_passed, mutant, spin_loop, thread, window,
};
use std::time::Instant;

/// The point in time that lies `timeout` ahead; `None`, which is for ever, where the clock does not reach that far.
///
/// ```
/// use earnest_core::deadline_after;
/// use std::time::{Duration, Instant};
///
/// assert!(deadline_after(Duration::from_secs(1)).is_some_and(|deadline| deadline > Instant::now()));
/// assert_eq!(deadline_after(Duration::MAX), None, "for ever");
/// ```
#[must_use]
pub fn deadline_after(timeout: Duration) -> Option<Instant> {
    earnest_sync::now()?.checked_add(timeout)
}

/// What became of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Token(usize),
    TimedOut,
    /// Somebody asks the thread to look again whether it can do something itself.
    Called,
}

/// Why a thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parked {
    Unparked,
    Called,
    TimedOut,
}

impl Waiter {
    /// Blocks until a watched future settles, and returns its token. `None`: `deadline` has passed.
    ///
    /// Without a deadline, and with nothing watched, this blocks for ever.
    ///
    /// # Panics
    ///
    /// Where there are no threads, as on WebAssembly, and nothing has settled.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::Waiter;
    /// # use std::time::Instant;
    /// let mut waiter = Waiter::new(1);
    /// assert_eq!(waiter.next(Some(Instant::now())), None, "time is up");
    /// let inbox = waiter.inbox().clone();
    /// std::thread::spawn(move || inbox.put(0));
    /// assert_eq!(waiter.next(None), Some(0));
    /// ```
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
    #[doc(hidden)]
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
            None => self.next_unless_refused(&on, deadline),
            Some(worker) => worker.wait(&on, deadline, self, &mut watching.entered),
        });
        watching.goes_on();
        next
    }

    fn next_unless_refused(
        &mut self,
        on: &Awaited,
        deadline: Option<Instant>,
    ) -> Result<Option<usize>, Deadlock> {
        loop {
            on.unless_refused(deadline)?;
            match self.next_unless_called(deadline) {
                Next::Token(token) => return Ok(Some(token)),
                Next::TimedOut => return Ok(None),
                // There may be nobody left who adds to what is waited for.
                Next::Called => {}
            }
        }
    }

    /// Like [`next`](Self::next), and returns when it is [called](Inbox::call) as well.
    pub(crate) fn next_unless_called(&mut self, deadline: Option<Instant>) -> Next {
        if let Some(token) = self.try_next() {
            return Next::Token(token);
        }
        spin_until(deadline, || !self.inbox.is_empty());
        self.next_or_call(deadline)
    }

    /// Like [`next`](Self::next), for who has looked for a while already.
    pub(crate) fn next_asleep(&mut self, deadline: Option<Instant>) -> Option<usize> {
        loop {
            match self.next_or_call(deadline) {
                Next::Token(token) => return Some(token),
                Next::TimedOut => return None,
                Next::Called => {}
            }
        }
    }

    fn next_or_call(&mut self, deadline: Option<Instant>) -> Next {
        loop {
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
}

impl Inbox {
    /// Announces sleep and parks. Returns when something was put, the thread was called, or the deadline has passed, or
    /// for no reason.
    fn sleep(&self, deadline: Option<Instant>) -> Parked {
        if mutant!("sleep_unannounced") {
            return self.parker.park(deadline);
        }
        if !self.announce() {
            return Parked::Unparked;
        }
        window!("announced_not_asleep");
        let parked = self.parker.park(deadline);
        // Whoever has replaced the announcement meanwhile will unpark us, and that had better not be left over for the
        // next sleep.
        // NO MODEL: the parker's lock orders what it is about, and what has been put is taken by an exchange that acquires.
        if parked != Parked::Unparked && self.newest.compare_exchange(ASLEEP, EMPTY, AcqRel, Acquire).is_err()
        {
            while self.parker.park(None) != Parked::Unparked {}
        }
        parked
    }
}

impl Parker {
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
}

/// A waiter for one token, which may be watched or be on its roll.
pub(crate) struct Single {
    pub(crate) waiter: Waiter,
    pub(crate) roll: Roll,
}

/// Lends `f` a waiter for one token: the thread's own, which is made on first use and kept, or a fresh one where that
/// is in use, was left in someone's hands, or is gone because the thread is ending.
pub(crate) fn with_single<R>(f: impl FnOnce(&mut Single) -> R) -> R {
    let kept = if MODEL { None } else { SINGLE.try_with(Cell::take).ok().flatten() };
    let mut single = kept.unwrap_or_else(|| {
        let (waiter, roll) = Waiter::with_roll(1, 1);
        Box::new(Single { waiter, roll })
    });
    let result = f(&mut single);
    if !MODEL && single.roll.is_done(&single.waiter) {
        let _thread_is_ending = SINGLE.try_with(|kept| kept.set(Some(single)));
    }
    result
}

earnest_sync::thread_local! {
    static SINGLE: Cell<Option<Box<Single>>> = const { Cell::new(None) };
}

/// Looks a few times, yielding the processor in between, before it is worth going to sleep. Says whether it was seen.
pub(crate) fn spin_until(deadline: Option<Instant>, mut ready: impl FnMut() -> bool) -> bool {
    if MODEL || has_passed(deadline) {
        return ready();
    }
    (0..ROUNDS).any(|round| {
        if round < ROUNDS_OF_PAUSES {
            (0..1 << round.min(LONGEST_PAUSE)).for_each(|_| spin_loop())
        } else {
            thread::yield_now()
        }
        ready()
    })
}

/// About a microsecond of pauses, in which a round trip to a worker that is awake comes back, and a few of yields.
const ROUNDS: u32 = 20;
const ROUNDS_OF_PAUSES: u32 = 8;
/// As a power of two: so often is looked at least.
const LONGEST_PAUSE: u32 = 3;
