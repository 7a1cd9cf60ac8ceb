//! A worker's thread: how others know that they are on it, and what it knows of itself.

use crate::queue::Local;
use crate::shared::Shared;
use crate::worker_state::WorkerState;
use core::cell::Cell;
use core::{mem, ptr};
use earnest_core::{Runnable, TaskId};
use earnest_sync::{MODEL, mutant, window};
use std::sync::Arc;

/// What a worker runs is caught. Were a mistake of ours to end its thread all the same, the pool would count on it for ever,
/// and the thread's last destructors find what has gone: the process ends instead, after the panic has been printed.
struct Alive;

impl Drop for Alive {
    fn drop(&mut self) {
        // The checker unwinds through all threads where a model fails.
        if !MODEL {
            std::process::abort();
        }
    }
}

/// What a worker's thread knows of itself.
pub(crate) struct Seated {
    pub(crate) pool: Arc<Shared>,
    pub(crate) local: Local,
    pub(crate) state: WorkerState,
    /// How often what was to be taken back has not been on top of late, as `2^n - 1`, and how often that is not tried now.
    misses: Cell<u32>,
    untried: Cell<u32>,
    /// Whether this worker is counted among those that search.
    searching: Cell<bool>,
}

impl Seated {
    pub(crate) fn new(pool: Arc<Shared>, local: Local) -> Seated {
        Seated {
            pool,
            local,
            state: WorkerState::new(),
            misses: Cell::new(0),
            untried: Cell::new(0),
            searching: Cell::new(false),
        }
    }

    pub(crate) fn is_searching(&self) -> bool {
        self.searching.get()
    }

    /// It has been counted by others.
    pub(crate) fn searches(&self) {
        self.searching.set(true);
    }

    pub(crate) fn begin_search(&self) {
        if !self.searching.replace(true) {
            self.pool.sleep.search();
        }
    }

    pub(crate) fn end_search(&self) {
        if self.searching.replace(false) && self.pool.sleep.found(|| self.pool.queues.has_work()) {
            self.pool.announce_work();
        }
    }

    /// Calls `f` on this thread, which is the worker's from now on, and is known as such to its very end.
    pub(crate) fn serve<R>(&self, seat: usize, f: impl FnOnce() -> R) -> R {
        WORKER.with(|worker| worker.set(Some(Badge { pool: Arc::as_ptr(&self.pool), seat })));
        SEATED.with(|here| here.set(ptr::from_ref(self)));
        let never_unwinds = Alive;
        let result = f();
        mem::forget(never_unwinds);
        SEATED.with(|here| here.set(ptr::null()));
        result
    }

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
pub(crate) fn index_in(pool: *const Shared) -> Option<usize> {
    WORKER.with(Cell::get).filter(|worker| ptr::eq(worker.pool, pool)).map(|worker| worker.seat)
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

/// This worker is about to wait. Code of the user's that does so is a task's, or a waker: that one runs when the worker says
/// already that it searches, upon which others rely.
pub(crate) fn end_search() {
    with_seated(|seated| seated.into_iter().for_each(Seated::end_search));
}

/// Takes back what this worker has last queued, if it is `wanted`.
pub(crate) fn take_back(wanted: TaskId) -> Option<Runnable> {
    with_seated(|seated| seated?.take_back(wanted))
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
    // SAFETY: null, or what `serve` borrows further up this thread's stack, and takes away before it returns.
    f(unsafe { seated.as_ref() })
}
