//! One worker: the loop that finds tasks and runs them, and how others know that they are on its thread.

use crate::admit::Entry;
use crate::deque::prepare_thread;
use crate::pace::Pace;
use crate::queue::Local;
use crate::report::report;
use crate::shared::Shared;
use crate::sleep::Aside;
use crate::worker_state::WorkerState;
use core::cell::Cell;
use core::ptr;
use earnest_core::{Broken, Host, HostId, Inbox, Refused, Runnable, TaskId, run_caught};
use earnest_sync::{MODEL, mutant, thread, window};
use std::sync::Arc;

/// What a worker's thread knows of itself.
struct Seated {
    pool: Arc<Shared>,
    local: Local,
    state: WorkerState,
    /// How often what was to be taken back has not been on top of late, as `2^n - 1`, and how often that is not tried now.
    misses: Cell<u32>,
    untried: Cell<u32>,
}

impl Seated {
    /// Takes back what has last been queued here, if it is `wanted`. Tasks that submit many and wait for them in the same
    /// order are soon no longer asked.
    fn take_back(&self, wanted: TaskId) -> Option<Runnable> {
        const MOST: u32 = 63;
        if let Some(fewer) = self.untried.get().checked_sub(1) {
            self.untried.set(fewer);
            return None;
        }
        let task = self.local.pop_own()?;
        if task.is(wanted) {
            self.misses.set(0);
            return Some(task);
        }
        window!("taken_back_not_put_back");
        self.local.push(task);
        self.misses.set((2 * self.misses.get() + 1).min(MOST));
        self.untried.set(self.misses.get());
        // Somebody may have looked meanwhile, and found nothing.
        if !mutant!("put_back_unannounced") {
            self.pool.announce_work();
        }
        None
    }
}

earnest_sync::thread_local! {
    static SEATED: Cell<*const Seated> = const { Cell::new(ptr::null()) };
}

earnest_sync::thread_local! {
    // Without a destructor, so that it is known to the very end of the thread.
    static WORKER: Cell<Option<Badge>> = const { Cell::new(None) };
}

/// Which worker a thread is.
#[derive(Clone, Copy)]
struct Badge {
    /// Only compared, never followed.
    pool: *const Shared,
    seat: usize,
}

/// Whether this thread is a worker of `pool`, be it only on its way out, where thread-locals are dropped: then too it
/// must not wait for itself.
pub(crate) fn is_worker_of(pool: &Shared) -> bool {
    index_in(pool).is_some()
}

/// Which worker of `pool` this thread is.
pub(crate) fn index_in(pool: &Shared) -> Option<usize> {
    WORKER.with(Cell::get).filter(|worker| core::ptr::eq(worker.pool, pool)).map(|worker| worker.seat)
}

/// Which worker the calling thread is, of whichever pool; `None` on threads that are no pool's.
///
/// Where there are several pools, [`ThreadPoolExecutor::worker_index`](crate::ThreadPoolExecutor::worker_index) does
/// not take one's worker for another's.
///
/// ```
/// use earnest_pool::{ThreadPoolExecutor, worker_index};
///
/// let pool = ThreadPoolExecutor::new();
/// assert_eq!(pool.submit(worker_index).result().unwrap(), Some(0));
/// assert_eq!(worker_index(), None);
/// ```
#[must_use]
pub fn worker_index() -> Option<usize> {
    WORKER.with(Cell::get).map(|worker| worker.seat)
}

/// Lends `f` the state of this worker, or another like it if a task beneath this one has that, or if this thread is none of
/// the pool's.
pub(crate) fn with_state<S: 'static, T>(pool: &Arc<Shared>, f: impl FnOnce(&mut S) -> T) -> T {
    let make = |index| (pool.hooks.worker_state)(index);
    with_seated(|seated| {
        let seated = seated.filter(|seated| Arc::ptr_eq(&seated.pool, pool));
        match seated.zip(worker_index()) {
            Some((seated, index)) => seated.state.lend(|| make(index), f),
            None => WorkerState::new().lend(|| make(0), f),
        }
    })
}

/// Queues `task` in this worker's own deque, if this thread is a worker of `pool`.
pub(crate) fn push_local(pool: &Shared, task: Runnable) -> Result<(), Runnable> {
    with_seated(|seated| match seated {
        Some(seated) if ptr::eq(&*seated.pool, pool) => {
            seated.local.push(task);
            Ok(())
        }
        _ => Err(task),
    })
}

/// Calls `f` with what this worker's thread knows of itself, unless it is none, or on its way out.
#[expect(unsafe_code, reason = "it lies on the thread's stack, and each task comes by here")]
#[inline]
fn with_seated<R>(f: impl FnOnce(Option<&Seated>) -> R) -> R {
    let seated = SEATED.with(Cell::get);
    // SAFETY: null, or what lies further down this thread's stack, in `run`, which takes it away before it goes.
    f(unsafe { seated.as_ref() })
}

/// The life of a worker's thread.
pub(crate) fn run(pool: Arc<Shared>, seat: usize) {
    let Some(local) = pool.queues.take_local(seat) else { unreachable!("a seat is given to one thread") };
    WORKER.with(|worker| worker.set(Some(Badge { pool: Arc::as_ptr(&pool), seat })));
    prepare_thread();
    let (misses, untried) = (Cell::new(0), Cell::new(0));
    let seated = Seated { pool: pool.clone(), local, state: WorkerState::new(), misses, untried };
    SEATED.with(|here| here.set(&raw const seated));
    let host = PoolOf(&pool);
    let waits = earnest_core::Worker::new(pool.owner(), &host, pool.stack_size());
    waits.serve(|| serve(&seated, seat, &waits));
    SEATED.with(|here| here.set(ptr::null()));
    // This worker is counted no more.
    let Seated { pool: other, local, state, .. } = seated;
    drop(other);
    pool.hooks.thread_ends(seat, state);
    pool.queues.leave_seat(seat, local);
    // If nobody else has it any more, what the hooks have captured goes with it.
    run_caught("what a pool's hooks have captured", || drop(pool));
}

fn serve(seated: &Seated, seat: usize, waits: &earnest_core::Worker<'_>) {
    let Seated { pool, local, state, .. } = seated;
    match pool.hooks.thread_begins(seat, state) {
        Ok(()) => {
            waits.ready();
            pool.sleep.started();
            Worker {
                pool,
                seat,
                local,
                waits,
                searching: true,
                ticks: 0,
                oldest_first_at: 0,
                pace: Pace::new(),
            }
            .work();
        }
        Err(cause) => break_down(pool, Broken::new(cause)),
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

/// What the core tells when a task waits.
struct PoolOf<'a>(&'a Arc<Shared>);

impl Host for PoolOf<'_> {
    fn wait_begins(&self, inbox: &Arc<Inbox>) {
        let pool = self.0;
        pool.waiting.lock().push(inbox.clone());
        window!("listed_not_blocked");
        if pool.sleep.block(|| pool.queues.has_work()) {
            pool.bring_another();
        }
        if pool.sleep.is_jammed() {
            // What one of them waits for may be a task that only itself could run now.
            pool.call_those_who_wait(Some(inbox));
        }
    }

    fn wait_ends(&self, inbox: &Arc<Inbox>) {
        self.0.sleep.unblock();
        let mut waiting = self.0.waiting.lock();
        if let Some(place) = waiting.iter().position(|other| Arc::ptr_eq(other, inbox)) {
            waiting.swap_remove(place);
        }
    }

    fn is_jammed(&self) -> bool {
        self.0.sleep.is_jammed()
    }

    fn call_all(&self) {
        self.0.call_those_who_wait(None);
    }

    fn n_workers(&self) -> usize {
        self.0.sleep.counts().live() as usize
    }

    fn take_back(&self, wanted: TaskId) -> Option<Runnable> {
        with_seated(|seated| seated?.take_back(wanted))
    }

    fn id(&self) -> Option<HostId> {
        Some(HostId::of(&**self.0))
    }

    fn offer(&self, task: Runnable) -> Result<(), Refused> {
        self.0.spawn(task, Entry::Try)
    }
}

struct Worker<'a> {
    pool: &'a Arc<Shared>,
    seat: usize,
    local: &'a Local,
    waits: &'a earnest_core::Worker<'a>,
    /// Whether this worker is counted among those that search.
    searching: bool,
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
                match self.pool.sleep.step_aside(self.searching) {
                    Aside::No => {}
                    Aside::Woken => self.searching = true,
                    Aside::Left => return,
                }
            }
            if self.run_next() || self.searching && self.search_on() {
                continue;
            }
            if !self.searching {
                self.begin_search();
            } else if !self.pool.sleep.counts().is_closed() {
                if self.rest() {
                    return;
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
        let has_long_been_idle = sleep.park(|| queues.has_work(), keep_alive);
        has_long_been_idle && sleep.retire(core_workers, || queues.has_work())
    }

    fn run(&mut self, task: Runnable) {
        window!("taken_not_started");
        self.end_search();
        // Before anybody can react to the outcome this worker counts as available: submitting again will not start
        // another thread. Not while a callback may run, which could take its time, with everybody relying on us.
        let waits = self.waits;
        let has_run = task.run_on(waits, |available| {
            if !available {
                self.end_search();
            } else if self.local.is_empty() {
                self.begin_search();
            }
        });
        if !has_run {
            self.pace.is_void();
        }
    }

    fn begin_search(&mut self) {
        if !self.searching {
            self.searching = true;
            self.pool.sleep.search();
        }
    }

    fn end_search(&mut self) {
        if self.searching {
            self.searching = false;
            if self.pool.sleep.found(|| self.pool.queues.has_work()) {
                self.pool.announce_work();
            }
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
        if outside.is_some() || !self.searching {
            return outside;
        }
        let many = self.pace.before_theft();
        let stolen = self.pool.queues.steal(self.seat, self.local, many);
        if stolen.is_some() {
            self.pace.after_theft();
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
