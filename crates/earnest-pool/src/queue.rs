//! Where work goes, and where it is looked for: one queue for all, and two deques for each worker.
//!
//! What comes from outside the pool is kept apart from what tasks submit themselves: the former starts in the order in
//! which it was queued, the latter newest first, and neither can bury the other.

use crate::deque::{Injector, Steal, Stealer, Worker};
use crossbeam_utils::CachePadded;
use earnest_core::Runnable;
use earnest_sync::{
    AtomicUsize, MODEL, Mutex,
    Ordering::{AcqRel, Acquire},
    spin_loop,
};
use std::sync::OnceLock;

/// A worker's own ends of its deques.
#[derive(Debug)]
pub(crate) struct Local {
    /// What tasks on this worker have submitted. Its worker takes the newest, thieves the oldest.
    own: Worker<Runnable>,
    /// What was taken off the shared queue in one go and is still to be run, the oldest first.
    batch: Worker<Runnable>,
}

/// The thieves' ends of the same.
#[derive(Debug)]
struct Stealers {
    own: Stealer<Runnable>,
    batch: Stealer<Runnable>,
}

impl Local {
    fn new() -> (Local, Stealers) {
        let (own, batch) = (Worker::new_lifo(), Worker::new_fifo());
        let stealers = Stealers { own: own.stealer(), batch: batch.stealer() };
        (Local { own, batch }, stealers)
    }

    pub(crate) fn push(&self, task: Runnable) {
        self.own.push(task);
    }

    pub(crate) fn pop_own(&self) -> Option<Runnable> {
        self.own.pop()
    }

    pub(crate) fn pop_batch(&self) -> Option<Runnable> {
        self.batch.pop()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.own.is_empty() && self.batch.is_empty()
    }
}

impl Stealers {
    fn both(&self) -> [&Stealer<Runnable>; 2] {
        [&self.batch, &self.own]
    }
}

/// All queues of one pool.
#[derive(Debug)]
pub(crate) struct Queues {
    shared: CachePadded<Injector<Runnable>>,
    seats: Box<[Seat]>,
    /// How many of the seats have been taken so far: the others need not be looked at.
    n_used: AtomicUsize,
}

/// What belongs to one worker, whether its thread has been started or not.
#[derive(Debug)]
struct Seat {
    /// Set when the seat is first taken.
    stealers: OnceLock<Stealers>,
    /// Whether the seat is free, and the deques while no thread has them.
    free: Mutex<(bool, Option<Local>)>,
}

impl Seat {
    fn new() -> Seat {
        let seat = Seat { stealers: OnceLock::new(), free: Mutex::new((true, None)) };
        if MODEL {
            // The checker does not see that `OnceLock` orders what it guards; before any thread is there, nothing
            // needs to be ordered.
            seat.make_deques(&mut seat.free.lock().1);
        }
        seat
    }

    fn make_deques(&self, local: &mut Option<Local>) {
        self.stealers.get_or_init(|| {
            let (owner, thieves) = Local::new();
            *local = Some(owner);
            thieves
        });
    }
}

impl Queues {
    pub(crate) fn new(max_threads: usize) -> Queues {
        let seats = (0..max_threads).map(|_| Seat::new()).collect();
        Queues { shared: CachePadded::new(Injector::new()), seats, n_used: AtomicUsize::new(0) }
    }

    /// Gives a new worker its place, if one is free. There are as many as workers are counted at a time, but one who
    /// leaves is counted out a little before the place is free.
    pub(crate) fn take_seat(&self) -> Option<usize> {
        let taken = self.seats.iter().position(|seat| {
            let mut free = seat.free.lock();
            seat.make_deques(&mut free.1);
            core::mem::take(&mut free.0)
        })?;
        self.n_used.fetch_max(taken + 1, AcqRel);
        Some(taken)
    }

    /// Gives the place back of a worker that leaves.
    pub(crate) fn leave_seat(&self, seat: usize, local: Local) {
        *self.seats[seat].free.lock() = (true, Some(local));
    }

    fn used(&self) -> &[Seat] {
        // Whoever pushes to a deque has taken its seat before, and whoever is to find that has been told since.
        &self.seats[..self.n_used.load(Acquire)]
    }

    /// The deques of a seat, for the thread that was started on it.
    pub(crate) fn take_local(&self, seat: usize) -> Option<Local> {
        self.seats[seat].free.lock().1.take()
    }

    /// Gives a seat back whose thread could not be started.
    pub(crate) fn free_seat(&self, seat: usize) {
        self.seats[seat].free.lock().0 = true;
    }

    /// Queues a task from outside the pool.
    pub(crate) fn push(&self, task: Runnable) {
        self.shared.push(task);
    }

    /// The next task of the shared queue, up to `limit` of them: the rest goes to the worker's batch, which is empty,
    /// and from which others can steal.
    pub(crate) fn take_shared(&self, local: &Local, limit: usize) -> Option<Runnable> {
        until_settled(|| match limit {
            1 => self.shared.steal(),
            _ => self.shared.steal_batch_with_limit_and_pop(&local.batch, limit),
        })
    }

    /// A task from another worker's deques, and half of what else lies there. The search begins behind the thief's
    /// own `seat`, so that thieves spread out.
    pub(crate) fn steal(&self, seat: usize, local: &Local) -> Option<Runnable> {
        let (before, after) = self.used().split_at(seat);
        let mut others = after[1..].iter().chain(before).filter_map(|seat| seat.stealers.get());
        others.find_map(|other| {
            until_settled(|| other.batch.steal_batch_and_pop(&local.batch))
                .or_else(|| until_settled(|| other.own.steal_batch_and_pop(&local.own)))
        })
    }

    /// The task that has been longest in the shared queue.
    pub(crate) fn take_oldest_from_outside(&self) -> Option<Runnable> {
        until_settled(|| self.shared.steal())
    }

    /// Any task at all, for a thread that has no deques of its own: to be dismissed.
    pub(crate) fn take_any(&self) -> Option<Runnable> {
        self.take_oldest_from_outside()
            .or_else(|| self.stealers().find_map(|stealer| until_settled(|| stealer.steal())))
    }

    /// Whether a task lies in any of the queues.
    pub(crate) fn has_work(&self) -> bool {
        !self.shared.is_empty() || self.stealers().any(|stealer| !stealer.is_empty())
    }

    /// How many tasks lie in the queues.
    pub(crate) fn backlog(&self) -> usize {
        self.shared.len() + self.stealers().map(Stealer::len).sum::<usize>()
    }

    fn stealers(&self) -> impl Iterator<Item = &Stealer<Runnable>> {
        self.used().iter().filter_map(|seat| seat.stealers.get()).flat_map(Stealers::both)
    }
}

/// Steals until that has either worked or found nothing.
fn until_settled(steal: impl Fn() -> Steal<Runnable>) -> Option<Runnable> {
    loop {
        match steal() {
            Steal::Success(task) => return Some(task),
            Steal::Empty => return None,
            Steal::Retry => spin_loop(),
        }
    }
}
