//! How a worker waits: by running the task that it waits for, or by letting another thread take its place.

use crate::awaited::Awaited;
use crate::cell::RawCell;
use crate::consumer::Consumer;
use crate::deadlock::Deadlock;
use crate::error::Error;
use crate::graph::{self, Entered};
use crate::listening;
use crate::owner::Owner;
use crate::settle::Settler;
use crate::state::View;
use crate::task::{Runnable, Work};
use crate::waiter::{Inbox, Next, Waiter};
use crate::worker::{self, Frame, Host, Worker};
use earnest_sync::{
    AtomicUsize,
    Ordering::{Relaxed, SeqCst},
    fence, has_passed, window,
};
use std::sync::Arc;
use std::time::Instant;

/// What there is to claim among what a future waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// A task has been run in place.
    Ran,
    /// There is a task that could be run, but the stack has no room for it.
    NoRoom,
    /// Nothing can be run.
    Nothing,
}

impl Worker<'_> {
    /// Waits as a worker does: runs in place what can be, and otherwise tells the pool, so that another may take its
    /// place, and blocks. Gives the token of the next that has settled. `None`: the deadline has passed.
    ///
    /// # Errors
    ///
    /// [`Deadlock`], where the wait could never end.
    pub(crate) fn wait(
        &self,
        on: &Awaited,
        deadline: Option<Instant>,
        waiter: &mut Waiter,
        entered: &mut Option<Entered>,
    ) -> Result<Option<usize>, Deadlock> {
        let is_untimed = deadline.is_none();
        if !self.is_ready() {
            let never = is_untimed && self.depends_on_own(on);
            return if never { Err(Deadlock::initializer()) } else { Ok(waiter.next(deadline)) };
        }
        let _blocks_by_itself = self.go_on();
        // From the first look on, until something is run in place: whoever is called goes on waiting. Were it told anew, the
        // pool would be jammed anew, and call those who wait, who would do the same.
        let mut waiting = None;
        loop {
            if let Some(token) = waiter.try_next() {
                return Ok(Some(token));
            }
            if has_passed(deadline) {
                return Ok(None);
            }
            if is_untimed && self.claim_next(on, no_more(entered, &mut waiting)) == Claimed::Ran {
                continue;
            }
            on.unless_refused(deadline)?;
            waiting.get_or_insert_with(|| Waiting::begin(self, waiter.inbox()));
            window!("counted_as_waiting_not_looked");
            // Counted as waiting, and then looking once more: whoever queues a task meanwhile sees the one, or is seen.
            let (mut unqueued, mut listens) = (None, None);
            if self.host.is_jammed() {
                // Of one that has no timeout the graph knows in any case.
                listens = (!is_untimed).then(|| listening::listen(self));
                let mut claimed = self.claim(on, true, no_more(entered, &mut waiting));
                if claimed == Claimed::Nothing {
                    let is_unqueued = |cell: RawCell| cell.header().is_unqueued();
                    unqueued = on.find_task(true, is_unqueued).then(AwaitsUnqueued::begin);
                    if unqueued.is_some() {
                        claimed = self.claim(on, true, no_more(entered, &mut waiting));
                    }
                }
                match claimed {
                    Claimed::Ran => continue,
                    // Also where another of several could still come: the graph takes what could run in place for what will.
                    Claimed::NoRoom if is_untimed => return Err(Deadlock::too_deep(self.tasks().count())),
                    _ => {}
                }
            }
            if is_untimed && entered.is_none() {
                *entered = Some(graph::enter(self, on.clone())?);
                // And again, for what a future may have come to be made of before this wait was in the graph.
                let before = no_more(entered, &mut waiting);
                if self.host.is_jammed() && self.claim(on, true, before) == Claimed::Ran {
                    continue;
                }
            }
            let next = waiter.next_unless_called(deadline);
            drop((unqueued, listens));
            match next {
                Next::Token(token) => return Ok(Some(token)),
                Next::TimedOut => return Ok(None),
                // It may be for a circle that has been closed by what a future has come to be made of.
                Next::Called => *entered = None,
            }
        }
    }

    /// Runs the task in place of waiting for it, if it is what this worker has last queued: the common case of a task that
    /// submits another, and waits for it.
    pub(crate) fn runs_newest(&self, cell: RawCell) -> bool {
        let Some(task) = self.takes_newest(cell) else { return false };
        let _blocks_no_more = self.go_on();
        task.run_by(Some(self), |_| {})
    }

    /// Like `runs_newest`, where the caller has the future, and wants its outcome.
    ///
    /// # Errors
    ///
    /// The future. It may have been run all the same.
    pub(crate) fn result_of_newest<T>(&self, consumer: Consumer<T>) -> Result<Result<T, Error>, Consumer<T>> {
        let Some(task) = self.takes_newest(consumer.cell()) else { return Err(consumer) };
        let _blocks_no_more = self.go_on();
        let Work::Cell(producer) = task.into_work() else { unreachable!("it has a future") };
        consumer.run_alone(producer, self).map_err(|(consumer, producer)| {
            producer.run(Some(self), |_| {});
            consumer
        })
    }

    fn takes_newest(&self, cell: RawCell) -> Option<Runnable> {
        let header = cell.header();
        let may_run = self.is_ready()
            && header.owner.is(self.owner)
            && header.word.load().is_pending()
            && self.has_room();
        let task = if may_run { self.host.take_back(cell.into()) } else { None };
        if task.is_some() {
            self.share_all();
        }
        task
    }

    /// Runs a task in place of waiting without a timeout, if there is one to be run.
    pub(crate) fn runs_instead(&self, on: &Awaited) -> bool {
        self.is_ready() && self.claim_next(on, || {}) == Claimed::Ran
    }

    /// Like `claim`, for one that is waited for in any case.
    pub(crate) fn claim_next(&self, on: &Awaited, before: impl FnOnce()) -> Claimed {
        self.claim_by(before, |run| on.find_next_task(run))
    }

    /// Runs one task that is among what is waited for: a pending task of this worker's pool, or one that a future among
    /// them is derived from, however far. Where one of several would do, it is run only if `any`. `before` is called
    /// before the task runs.
    pub(crate) fn claim(&self, on: &Awaited, any: bool, before: impl FnOnce()) -> Claimed {
        self.claim_by(before, |run| on.find_task(any, run))
    }

    fn claim_by(
        &self,
        before: impl FnOnce(),
        find: impl FnOnce(&mut dyn FnMut(RawCell) -> bool) -> bool,
    ) -> Claimed {
        let mut claimed = Claimed::Nothing;
        let mut before = Some(before);
        find(&mut |cell| {
            claimed = self.run_in_place(cell, &mut before).unwrap_or(claimed);
            claimed != Claimed::Nothing
        });
        claimed
    }

    /// Whether the wait depends on tasks of this worker's pool.
    fn depends_on_own(&self, on: &Awaited) -> bool {
        on.depends_on(|cell| cell.header().owner.is(self.owner) && !cell.header().word.load().is_settled())
    }

    /// `None`: it is not a task that can be run here.
    fn run_in_place(&self, cell: RawCell, before: &mut Option<impl FnOnce()>) -> Option<Claimed> {
        let header = cell.header();
        if !header.owner.is(self.owner) || !header.word.load().is_pending() {
            return None;
        }
        if !self.has_room() {
            return Some(Claimed::NoRoom);
        }
        self.share_all();
        if !header.word.start() {
            return None;
        }
        let side = cell.leave_backlog();
        window!("claimed_not_called");
        before.take().into_iter().for_each(|before| before());
        let _blocks_no_more = self.go_on();
        let frame = Frame::new(cell);
        let in_the_middle = frame.enter(self);
        // SAFETY: this thread has won `start`.
        let outcome = unsafe { cell.call(side) };
        let _always = header.word.finish(View::RUNNING);
        // SAFETY: this thread made the transition, and the slot holds `outcome`.
        let then = unsafe { cell.settle(outcome, Settler::Other, &mut |_| {}) };
        drop(in_the_middle);
        then.tell_all();
        Some(Claimed::Ran)
    }
}

/// Says that a worker does not wait any more, neither in the graph nor for its host: for before it runs something.
fn no_more(entered: &mut Option<Entered>, waiting: &mut Option<Waiting<'_>>) -> impl FnOnce() {
    move || {
        drop(entered.take());
        drop(waiting.take());
    }
}

/// How a wait has ended in which a worker may be the last that could bring it to its end.
///
/// ```
/// use earnest_core::{Blocked, Owner, Waiter};
/// use std::time::Instant;
///
/// let mut waiter = Waiter::new(1);
/// assert_eq!(waiter.next_unless_jammed(Some(Instant::now()), Owner::next()), Blocked::TimedOut);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// By this token.
    Token(usize),
    /// By its deadline.
    TimedOut,
    /// It has not: this thread is a worker of the pool, every worker of which waits, and no other may be started.
    Jammed,
    /// It has not: this thread is to become a worker of the pool, and runs its initializer.
    NotReady,
}

impl Waiter {
    /// Like [`next`](Self::next), for who waits for the tasks of `owner` to begin, and gives up where none of them would.
    /// Another worker takes this one's place meanwhile.
    ///
    /// ```
    /// # use earnest_core::{Blocked, Owner, Waiter};
    /// let mut waiter = Waiter::new(1);
    /// waiter.inbox().put(0);
    /// assert_eq!(waiter.next_unless_jammed(None, Owner::next()), Blocked::Token(0));
    /// ```
    pub fn next_unless_jammed(&mut self, deadline: Option<Instant>, owner: Owner) -> Blocked {
        worker::with_current(|worker| match worker {
            None => self.next(deadline).map_or(Blocked::TimedOut, Blocked::Token),
            Some(worker) => worker.next_unless_jammed(self, deadline, owner),
        })
    }
}

impl Worker<'_> {
    fn next_unless_jammed(&self, waiter: &mut Waiter, deadline: Option<Instant>, owner: Owner) -> Blocked {
        if !self.is_ready() && self.owner == owner {
            return Blocked::NotReady;
        }
        let _blocks_by_itself = self.go_on();
        let _waiting = self.is_ready().then(|| Waiting::begin(self, waiter.inbox()));
        loop {
            if let Some(token) = waiter.try_next() {
                return Blocked::Token(token);
            }
            if self.owner == owner && self.host.is_jammed() {
                return Blocked::Jammed;
            }
            match waiter.next_unless_called(deadline) {
                Next::Token(token) => return Blocked::Token(token),
                Next::TimedOut => return Blocked::TimedOut,
                Next::Called => {}
            }
        }
    }
}

/// Calls `f`, which blocks on something that is not a future: a lock, a channel, the disk. On a worker's thread another
/// worker goes on in its stead meanwhile, as for a wait for a future; elsewhere nothing is done but to call `f`.
///
/// Unlike a wait for a future it is never refused as a deadlock, as nobody knows what `f` waits for. Where no other
/// worker may be started, `f` holds its worker.
///
/// ```
/// let (sender, receiver) = std::sync::mpsc::channel();
/// sender.send(7).unwrap();
/// assert_eq!(earnest_core::blocking(|| receiver.recv()), Ok(7));
/// ```
pub fn blocking<R>(f: impl FnOnce() -> R) -> R {
    worker::with_current(|worker| {
        let _blocks = worker.filter(|worker| worker.is_ready()).and_then(Worker::block);
        f()
    })
}

earnest_sync::global! {
    // How many workers wait for tasks that have not been queued yet, so that nobody knows whose they are.
    static AWAIT_UNQUEUED: AtomicUsize = AtomicUsize::new(0);
}

/// Whether a worker waits for a task that had not been queued when it began to wait. A pool asks after it has queued one.
pub fn unqueued_is_awaited() -> bool {
    // ORDERING: SeqCst; pairs with the fence in `begin`: either the task's owner is seen by the look that follows there, or
    // the one who waits is seen here.
    // NO MODEL: the pool's stand-in for a push to the shared queue has a fence as well, which the queue itself has not.
    fence(SeqCst);
    // ORDERING: Relaxed, as above.
    AWAIT_UNQUEUED.load(Relaxed) != 0
}

/// The worker waits for a task that has not been queued.
pub(crate) struct AwaitsUnqueued;

impl AwaitsUnqueued {
    pub(crate) fn begin() -> AwaitsUnqueued {
        // ORDERING: Relaxed, as the fence orders it: SeqCst, it pairs with that in `unqueued_is_awaited`.
        AWAIT_UNQUEUED.fetch_add(1, Relaxed);
        fence(SeqCst);
        AwaitsUnqueued
    }
}

impl Drop for AwaitsUnqueued {
    fn drop(&mut self) {
        // ORDERING: Relaxed; who sees the old count calls for nothing.
        AWAIT_UNQUEUED.fetch_sub(1, Relaxed);
    }
}

/// The pool has been told that its worker waits.
pub(crate) struct Waiting<'a> {
    host: &'a dyn Host,
    inbox: Arc<Inbox>,
}

impl<'a> Waiting<'a> {
    pub(crate) fn begin(worker: &Worker<'a>, inbox: &Arc<Inbox>) -> Waiting<'a> {
        worker.share_all();
        worker.host.wait_begins(inbox);
        Waiting { host: worker.host, inbox: inbox.clone() }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.host.wait_ends(&self.inbox);
    }
}
