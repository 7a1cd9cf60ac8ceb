//! Where work goes, and where it is looked for: one queue for all, and two deques for each worker.
//!
//! What comes from outside the pool is kept apart from what tasks submit themselves: the former starts in the order in
//! which it was queued, the latter newest first, and neither can bury the other.

use crate::deque::{Injector, Stealer, Worker, until_settled};
use crate::seats::{Seat, Seats};
use earnest_core::{Priority, Runnable};
use earnest_sync::{
    AtomicBool, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed},
};

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
pub(crate) struct Stealers {
    own: Stealer<Runnable>,
    batch: Stealer<Runnable>,
}

impl Local {
    pub(crate) fn new() -> (Local, Stealers) {
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

    /// How many tasks on this worker have submitted that have not been taken since.
    pub(crate) fn n_own(&self) -> usize {
        self.own.len()
    }

    /// The one that thieves would take, which has been there longest.
    pub(crate) fn pop_oldest_own(&self) -> Option<Runnable> {
        if self.own.is_empty() {
            return None;
        }
        let thief = self.own.stealer();
        until_settled(|| thief.steal())
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
    shared: Injector<Runnable>,
    /// What is to go before and after everything else, if there has ever been any of that.
    urgent: Injector<Runnable>,
    idle: Injector<Runnable>,
    has_priorities: AtomicBool,
    seats: Seats,
    /// How many of the seats have been taken so far: the others need not be looked at.
    n_used: AtomicUsize,
}

impl Queues {
    pub(crate) fn new(max_threads: usize) -> Queues {
        Queues {
            shared: Injector::new(),
            urgent: Injector::new(),
            idle: Injector::new(),
            has_priorities: AtomicBool::new(false),
            seats: Seats::new(max_threads),
            n_used: AtomicUsize::new(0),
        }
    }

    /// Sees to it that there are seats for so many. By one thread at a time.
    pub(crate) fn grow(&self, max_threads: usize) {
        self.seats.grow(max_threads);
    }

    /// Gives a new worker its place, if one is free. There are as many as workers are counted at a time, but one who
    /// leaves is counted out a little before the place is free: then `more` are made. By one thread at a time.
    pub(crate) fn take_seat(&self, more: bool) -> Option<usize> {
        let taken = self.free_seat_there_is().or_else(|| {
            let n = self.seats.iter().count();
            if more {
                self.seats.grow(n + 1);
            }
            self.free_seat_there_is()
        })?;
        self.n_used.fetch_max(taken + 1, AcqRel);
        Some(taken)
    }

    fn free_seat_there_is(&self) -> Option<usize> {
        self.seats.iter().position(|seat| {
            let mut free = seat.free.lock();
            seat.make_deques(&mut free.1);
            core::mem::take(&mut free.0)
        })
    }

    /// Gives the place back of a worker that leaves.
    pub(crate) fn leave_seat(&self, seat: usize, local: Local) {
        *self.seats.get(seat).free.lock() = (true, Some(local));
    }

    fn used(&self) -> impl Iterator<Item = &Seat> {
        // Whoever pushes to a deque has taken its seat before, and whoever is to find that has been told since.
        self.seats.iter().take(self.n_used.load(Acquire))
    }

    /// The deques of a seat, for the thread that was started on it.
    pub(crate) fn take_local(&self, seat: usize) -> Option<Local> {
        self.seats.get(seat).free.lock().1.take()
    }

    /// Gives a seat back whose thread could not be started.
    pub(crate) fn free_seat(&self, seat: usize) {
        self.seats.get(seat).free.lock().0 = true;
    }

    /// Queues a task from outside the pool.
    pub(crate) fn push(&self, task: Runnable) {
        self.shared.push(task);
    }

    /// The next task of the shared queue, up to `limit` of them: the rest goes to the worker's batch, which is empty,
    /// and from which others can steal. Says how many there were.
    pub(crate) fn take_shared(&self, local: &Local, limit: usize) -> Option<(Runnable, usize)> {
        let mut n_taken = 1;
        let first = self.shared.take(limit, |task| {
            n_taken += 1;
            local.batch.push(task);
        })?;
        Some((first, n_taken))
    }

    /// A task from another worker's deques, and half of what else has been taken off the shared queue there. The search
    /// begins behind the thief's own `seat`, so that thieves spread out.
    ///
    /// Of what tasks have submitted themselves the oldest is taken alone, which where work is divided is the largest part of
    /// it: with the next ones, which are what its owner needs first, the owner would only wait. Half are taken with it where
    /// that has turned out to be soon done, for `many`.
    pub(crate) fn steal(&self, seat: usize, local: &Local, many: bool) -> Option<Runnable> {
        let mut others = self.used().skip(seat + 1).chain(self.used().take(seat));
        let mut others = others.by_ref().filter_map(|seat| seat.stealers.get());
        others.find_map(|Stealers { own, batch }| {
            let from_own = || if many { own.steal_batch_and_pop(&local.own) } else { own.steal() };
            until_settled(|| batch.steal_batch_and_pop(&local.batch)).or_else(|| until_settled(from_own))
        })
    }

    /// Queues a task that goes before or after the others, wherever it was submitted.
    pub(crate) fn push_with(&self, priority: Priority, task: Runnable) {
        // ORDERING: Relaxed; like the push itself, it comes before the pusher's fence.
        self.has_priorities.store(true, Relaxed);
        if priority > Priority::Normal { &self.urgent } else { &self.idle }.push(task);
    }

    /// Whether there have ever been priorities: it costs no more than a look.
    pub(crate) fn has_priorities(&self) -> bool {
        // ORDERING: Relaxed, as in `push_with`: whoever looks after a fence, as those do who park, sees it with the task.
        self.has_priorities.load(Relaxed)
    }

    fn has_priority_work(&self) -> bool {
        self.has_priorities() && !(self.urgent.is_empty() && self.idle.is_empty())
    }

    /// A task that goes before the others.
    pub(crate) fn take_urgent(&self) -> Option<Runnable> {
        take_one(&self.urgent)
    }

    /// A task that goes after the others.
    pub(crate) fn take_idle(&self) -> Option<Runnable> {
        take_one(&self.idle)
    }

    /// Of the tasks from outside that matter least, the one that has been queued longest.
    pub(crate) fn take_oldest_from_outside(&self) -> Option<Runnable> {
        [&self.idle, &self.shared, &self.urgent].into_iter().find_map(take_one)
    }

    /// Whether something from outside is queued, or about to be: then it will be there soon.
    pub(crate) fn has_some_from_outside(&self) -> bool {
        !self.shared.is_empty() || self.has_priority_work()
    }

    /// Any task at all, for a thread that has no deques of its own: to be dismissed.
    pub(crate) fn take_any(&self) -> Option<Runnable> {
        self.take_oldest_from_outside()
            .or_else(|| self.stealers().find_map(|stealer| until_settled(|| stealer.steal())))
    }

    /// Whether a task lies in any of the queues.
    pub(crate) fn has_work(&self) -> bool {
        self.has_some_from_outside() || self.stealers().any(|stealer| !stealer.is_empty())
    }

    /// How many tasks lie in the queues, counted up to about `limit`, those included that are about to.
    pub(crate) fn backlog(&self, limit: usize) -> usize {
        let with_priority =
            if self.has_priorities() { self.urgent.count(limit) + self.idle.count(limit) } else { 0 };
        // In this order: what is moved meanwhile from the shared queue to a deque is counted twice rather than missed.
        let from_outside = with_priority + self.shared.count(limit);
        from_outside + self.stealers().map(Stealer::len).sum::<usize>()
    }

    fn stealers(&self) -> impl Iterator<Item = &Stealer<Runnable>> {
        self.used().filter_map(|seat| seat.stealers.get()).flat_map(Stealers::both)
    }
}

fn take_one(queue: &Injector<Runnable>) -> Option<Runnable> {
    queue.take(1, |_| {})
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;
    use earnest_core::task;

    #[test]
    fn a_task_of_whatever_priority_is_work() {
        for priority in [Priority::High, Priority::Low] {
            let queues = Queues::new(1);
            assert!(!queues.has_work());
            let (task, future) = task(|| ());
            queues.push_with(priority, task);
            assert!(queues.has_work() && queues.backlog(9) == 1);
            drop((queues, future));
        }
    }
}
