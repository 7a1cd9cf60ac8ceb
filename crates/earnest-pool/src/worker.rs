//! One worker: the loop that finds tasks and runs them.

use crate::deque::prepare_thread;
use crate::event::WorkerEvent;
use crate::host::PoolOf;
use crate::pace::Pace;
use crate::queue::Local;
use crate::report::report;
use crate::seat::Seated;
use crate::shared::Shared;
use crate::sleep::Aside;
use earnest_core::{Broken, Runnable, run_caught};
use earnest_sync::{MODEL, mutant, thread, window};
use std::sync::Arc;

/// The life of a worker's thread.
pub(crate) fn run(pool: Arc<Shared>, seat: usize) {
    let Some(local) = pool.queues.take_local(seat) else { unreachable!("a seat is given to one thread") };
    prepare_thread();
    let seated = Seated::new(pool.clone(), local);
    let was_ready = seated.serve(seat, || {
        let host = PoolOf { pool: &pool, seat };
        let waits = earnest_core::Worker::new(pool.owner(), &host, pool.stack_size());
        waits.serve(|| serve(&seated, seat, &waits))
    });
    // This worker is counted no more.
    let Seated { pool: other, local, state, .. } = seated;
    drop(other);
    if was_ready {
        pool.tell_worker(seat, WorkerEvent::Stopped);
    }
    pool.hooks.thread_ends(seat, state);
    pool.queues.leave_seat(seat, local);
    // If nobody else has it any more, what the hooks have captured goes with it.
    run_caught("what a pool's hooks have captured", || drop(pool));
}

/// `false`: it could not be made ready.
fn serve(seated: &Seated, seat: usize, waits: &earnest_core::Worker<'_>) -> bool {
    let Seated { pool, local, state, .. } = seated;
    match pool.hooks.thread_begins(seat, state) {
        Ok(()) => {
            waits.ready();
            pool.sleep.started();
            pool.tell_worker(seat, WorkerEvent::Started);
            seated.searches();
            Worker { seated, pool, seat, local, waits, ticks: 0, oldest_first_at: 0, pace: Pace::new() }
                .work();
            true
        }
        Err(cause) => {
            break_down(pool, Broken::new(cause));
            false
        }
    }
}

/// This worker could not be made ready: the pool is broken.
fn break_down(pool: &Arc<Shared>, cause: Broken) {
    report(|| {
        let cause = cause.cause();
        tracing::error!(target: "earnest", %cause, "a worker could not be made ready: the pool is broken");
    });
    pool.break_down(cause);
    if pool.sleep.never_started().live() == 0 {
        if !mutant!("broken_left_lying") {
            pool.dismiss_queued();
        }
        pool.sleep.signal_end();
    }
}

struct Worker<'a> {
    seated: &'a Seated,
    pool: &'a Arc<Shared>,
    seat: usize,
    local: &'a Local,
    waits: &'a earnest_core::Worker<'a>,
    ticks: u32,
    /// At which tick the oldest of its own has gone first of late.
    oldest_first_at: u32,
    pace: Pace,
}

/// Every so many tasks work from outside goes first, so that a worker that feeds itself does not starve it. A prime, so
/// that it does not fall into step with what the tasks do.
const OUTSIDE_FIRST_EVERY: u32 = 61;
/// Half way between, the oldest goes first of what a worker's tasks have submitted: there may be no thief to take it.
const OLDEST_FIRST_AT: u32 = 30;
/// But not before so many tasks have been run for each that lies there. Where work is divided the oldest divides into the
/// most of all, and if that happens too often the deque holds much of the work, which newest first would leave undivided.
const OLDEST_FIRST_AFTER: usize = 32;

/// Every so many tasks one goes first that others would go before.
const NORMAL_FIRST_EVERY: u32 = 13;
/// Every so many tasks one goes first that all others would go before.
const IDLE_FIRST_EVERY: u32 = 31;

/// How often a worker looks around and yields before it parks.
const SEARCHES: u32 = if MODEL { 0 } else { 20 };

impl Worker<'_> {
    fn work(mut self) {
        loop {
            if self.pool.sleep.may_be_too_many() {
                match self.pool.sleep.step_aside(self.seated.is_searching()) {
                    Aside::No => {}
                    Aside::Woken => self.seated.searches(),
                    Aside::Left => return self.pool.call_if_jammed(None),
                }
            }
            if self.run_next() || self.seated.is_searching() && self.search_on() {
                continue;
            }
            if !self.seated.is_searching() {
                self.seated.begin_search();
            } else if !self.pool.sleep.counts().is_closed() {
                if self.rest() {
                    return self.pool.call_if_jammed(None);
                }
            } else if self.pool.sleep.leave(|| self.pool.queues.has_work()) {
                return;
            }
        }
    }

    /// This worker has nothing to do. `true`: it has left.
    fn rest(&self) -> bool {
        let Shared { sleep, queues, .. } = &**self.pool;
        if sleep.has_shrunk() && sleep.retire(sleep.max_workers(), || queues.has_work()) {
            return true;
        }
        // One of the core stays asleep. Of several who look the last sees all of them, and is the one who is to leave.
        let core_workers = self.pool.core_workers;
        let keep_alive = self.pool.keep_alive.filter(|_| sleep.counts().present() > core_workers);
        self.pool.tell_worker(self.seat, WorkerEvent::Parked);
        let has_long_been_idle = sleep.park(|| queues.has_work(), keep_alive);
        self.pool.tell_worker(self.seat, WorkerEvent::Unparked);
        has_long_been_idle && sleep.retire(core_workers, || queues.has_work())
    }

    fn run(&mut self, task: Runnable) {
        window!("taken_not_started");
        self.seated.end_search();
        // Before anybody can react to the outcome this worker counts as available: submitting again will not start
        // another thread. Not while a callback may run, which could take its time, with everybody relying on us.
        let waits = self.waits;
        let has_run = task.run_on(waits, |available| {
            if !available {
                self.seated.end_search();
            } else if self.local.is_empty() {
                self.seated.begin_search();
            }
        });
        if !has_run {
            self.pace.is_void();
        }
    }

    /// Runs the next task, if there is one. Each is run where it is found: tasks are wide, and are best not moved about.
    fn run_next(&mut self) -> bool {
        self.ticks = self.ticks.wrapping_add(1);
        if self.pool.queues.has_priorities() { self.run_by_priority() } else { self.run_normal() }
    }

    /// The same where some go before the others and some after; now and then it is the other way round, so that none starves.
    #[cold]
    fn run_by_priority(&mut self) -> bool {
        let (idle_first, normal_first) =
            (self.ticks % IDLE_FIRST_EVERY == 0, self.ticks % NORMAL_FIRST_EVERY == 0);
        idle_first && self.run_found(|worker| worker.pool.queues.take_idle())
            || normal_first && self.run_normal()
            || self.run_found(|worker| worker.pool.queues.take_urgent())
            || self.run_normal()
            || self.run_found(|worker| worker.pool.queues.take_idle())
    }

    /// The newest that this worker's tasks have submitted, the oldest from outside, or another worker's.
    #[inline]
    fn run_normal(&mut self) -> bool {
        let turn = self.ticks % OUTSIDE_FIRST_EVERY;
        let is_other_turn = turn == 0 || turn == OLDEST_FIRST_AT;
        if is_other_turn && self.run_found(|worker| worker.find_last_first(turn == 0)) {
            return true;
        }
        if let Some(task) = self.local.pop_own() {
            self.run(task);
        } else if let Some(task) = self.local.pop_batch() {
            self.run(task);
        } else {
            return self.run_found(Self::find_elsewhere);
        }
        true
    }

    fn run_found(&mut self, find: impl FnOnce(&mut Self) -> Option<Runnable>) -> bool {
        let found = find(self);
        found.map(|task| self.run(task)).is_some()
    }

    /// What comes from outside, or else the oldest of this worker's own.
    #[cold]
    fn find_last_first(&mut self, outside: bool) -> Option<Runnable> {
        if outside {
            self.local.pop_batch().or_else(|| self.find_outside())
        } else {
            let n_run = self.ticks.wrapping_sub(self.oldest_first_at);
            if (n_run as usize) < self.local.n_own().saturating_mul(OLDEST_FIRST_AFTER) {
                return None;
            }
            self.oldest_first_at = self.ticks;
            self.local.pop_oldest_own()
        }
    }

    #[inline(never)]
    fn find_elsewhere(&mut self) -> Option<Runnable> {
        let outside = self.find_outside();
        // Only as one who searches: what is moved from one deque to another may be missed by who looks at both, and is
        // announced by who stops searching (S1).
        if outside.is_some() || !self.seated.is_searching() {
            return outside;
        }
        let many = self.pace.before_theft();
        let stolen = self.pool.queues.steal(self.seat, self.local, many);
        if stolen.is_some() {
            self.pace.after_theft();
            self.pool.tell_worker(self.seat, WorkerEvent::Stole);
        }
        stolen
    }

    /// From the shared queue, when nothing is left of what was last taken from there.
    fn find_outside(&mut self) -> Option<Runnable> {
        let limit = self.pace.before_look();
        let taken = self.pool.queues.take_shared(self.local, limit);
        self.pace.after_look(taken.as_ref().map_or(0, |(_, n)| *n));
        taken.map(|(task, _)| task)
    }

    /// Goes on looking for a little, before it is worth going to sleep.
    fn search_on(&mut self) -> bool {
        (0..SEARCHES).any(|_| {
            thread::yield_now();
            self.run_next()
        })
    }
}
