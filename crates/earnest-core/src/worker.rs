//! What core knows of a thread that runs a pool's tasks: whose they are, and which of them it is in the middle of.

use crate::cell::RawCell;
use crate::consumer::Consumer;
use crate::host_id::HostId;
use crate::joins::Joins;
use crate::owner::Owner;
use crate::panic::run_caught;
use crate::parties;
use crate::producer::Producer;
use crate::refusal::{Refusal, Refused};
use crate::task::{Runnable, TaskId};
use crate::waiter::{Inbox, Waiter};
use core::cell::Cell;
use core::fmt;
use core::panic::Location;
use core::ptr;
use std::sync::Arc;

/// What a pool is told when one of its workers waits. [`Worker`] has an example.
///
/// [`is_jammed`](Self::is_jammed), [`call_all`](Self::call_all) and [`n_workers`](Self::n_workers) are called under a lock that
/// all pools share: they must neither wait nor end futures.
pub trait Host: Send + Sync {
    /// A wait begins: the worker will run nothing before it ends. Lets another take its place, if it may.
    ///
    /// Should the pool come to be [jammed](Self::is_jammed), it [calls](Inbox::call) those who wait: one of them may be
    /// able to run what it waits for itself.
    fn wait_begins(&self, inbox: &Arc<Inbox>);

    /// The wait that began with the same inbox has ended.
    fn wait_ends(&self, inbox: &Arc<Inbox>);

    /// Whether every worker waits, and no other may be started.
    fn is_jammed(&self) -> bool;

    /// [Calls](Inbox::call) all who wait.
    fn call_all(&self);

    /// How many workers there are.
    fn n_workers(&self) -> usize;

    /// On a worker's own thread: takes back what has last been queued there, if it is `task` and is still there.
    fn take_back(&self, task: TaskId) -> Option<Runnable> {
        let _none_is_kept_there = task;
        None
    }

    /// Which pool it is, if its executor says the same, and takes what is [offered](Self::offer).
    #[doc(hidden)]
    fn id(&self) -> Option<HostId> {
        None
    }

    /// Takes a task of the worker's own, for others to run, as [`Executor::try_spawn`](crate::Executor::try_spawn) does. The
    /// worker cancels it if nobody has begun it when it comes to need it.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the task itself.
    #[doc(hidden)]
    fn offer(&self, task: Runnable) -> Result<(), Refused> {
        Err(Refused { task, reason: Refusal::Rejected })
    }
}

/// A worker's thread, for the time that it serves its pool.
///
/// While the thread [serves](Worker::serve), a wait on it may run a task of the same pool in
/// place, tells the pool when it begins and ends, and is refused where it could not end.
///
/// ```
/// use earnest_core::{Host, Inbox, Owner, Runnable, TaskId, Worker, task};
/// use std::sync::{Arc, Mutex};
///
/// /// A pool of one thread, with a queue for one task.
/// struct Alone(Mutex<Option<Runnable>>);
/// impl Host for Alone {
///     fn wait_begins(&self, _inbox: &Arc<Inbox>) {}
///     fn wait_ends(&self, _inbox: &Arc<Inbox>) {}
///     fn is_jammed(&self) -> bool {
///         true // It is asked by who waits, and there is nobody else.
///     }
///     fn call_all(&self) {}
///     fn n_workers(&self) -> usize {
///         1
///     }
///     fn take_back(&self, task: TaskId) -> Option<Runnable> {
///         self.0.lock().unwrap().take_if(|newest| newest.is(task))
///     }
/// }
///
/// let owner = Owner::next();
/// let (inner, future) = task(|| 7);
/// inner.belongs_to(owner);
/// let (outer, outcome) = task(move || future.result());
/// outer.belongs_to(owner);
/// let pool = Alone(Mutex::new(Some(inner)));
/// let worker = Worker::new(owner, &pool, 128 << 10);
/// worker.ready();
/// assert!(worker.serve(|| outer.run_on(&worker, |_is_about_to_be_free| ())));
/// assert_eq!(outcome.result().unwrap().unwrap(), 7);
/// assert!(pool.0.lock().unwrap().is_none(), "who waited for it has taken it back");
/// ```
pub struct Worker<'a> {
    pub(crate) owner: Owner,
    pub(crate) host: &'a dyn Host,
    /// Whether tasks may run on this thread yet.
    is_ready: Cell<bool>,
    /// The pool's from then on, if it has one.
    serves: Cell<Option<HostId>>,
    pub(crate) joins: Joins,
    /// How far the stack may grow before no further task is run beneath a waiting one.
    stack_limit: usize,
    /// The innermost task that the thread is in the middle of.
    top: Cell<*const Frame>,
    /// While the thread is in [`blocking`](crate::blocking): what the host was told of that.
    blocking: Cell<Option<Arc<Inbox>>>,
}

/// A task that this thread is in the middle of. On the stack, linked to the one that waits beneath it.
pub(crate) struct Frame {
    of: Cell<Framed>,
    outer: Cell<*const Frame>,
}

/// Whose frame it is.
#[derive(Clone, Copy)]
enum Framed {
    Task(RawCell),
    /// That of a task which is as good as over: its memory may go any moment.
    Over,
    /// That of a task without a cell, which was submitted there.
    Anonymous(&'static Location<'static>),
    /// The same; the promise in its stead is in the graph, where tasks are known by their cells.
    StandIn(RawCell),
}

earnest_sync::thread_local! {
    static WORKER: Cell<*const Worker<'static>> = const { Cell::new(ptr::null()) };
}

impl<'a> Worker<'a> {
    /// For this thread, which runs the tasks of `owner` and tells `host` of its waits. `stack_size` is that of the
    /// thread, in bytes, which has just begun.
    #[must_use]
    pub fn new(owner: Owner, host: &'a dyn Host, stack_size: usize) -> Worker<'a> {
        let stack_limit = stack_here().saturating_sub(stack_size / 2);
        Worker {
            owner,
            host,
            is_ready: Cell::new(false),
            serves: Cell::new(None),
            joins: Joins::new(),
            stack_limit,
            top: Cell::new(ptr::null()),
            blocking: Cell::new(None),
        }
    }

    /// Calls `f` as this worker: the waits in it are known to be the worker's.
    pub fn serve<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Leave(*const Worker<'static>);
        impl Drop for Leave {
            fn drop(&mut self) {
                WORKER.with(|worker| worker.set(self.0));
            }
        }
        let this = ptr::from_ref(self).cast::<Worker<'static>>();
        let _leave = Leave(WORKER.with(|worker| worker.replace(this)));
        f()
    }

    /// Says that the thread is ready to run tasks: its initializer has done well.
    pub fn ready(&self) {
        self.is_ready.set(true);
        self.serves.set(self.host.id());
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.is_ready.get()
    }

    /// Whether tasks of the pool may run on this thread.
    #[inline]
    pub(crate) fn serves(&self, pool: Option<HostId>) -> bool {
        pool.is_some() && self.serves.get() == pool
    }

    /// Tells the host that the worker waits, until what this returns is dropped. `None`: the host has been told.
    pub(crate) fn block(&self) -> Option<impl Drop + '_> {
        struct Unblock<'w, 'a>(&'w Worker<'a>);
        impl Drop for Unblock<'_, '_> {
            fn drop(&mut self) {
                self.0.blocking.take().into_iter().for_each(|inbox| self.0.host.wait_ends(&inbox));
            }
        }
        if let Some(inbox) = self.blocking.take() {
            self.blocking.set(Some(inbox));
            return None;
        }
        self.share_all();
        // The inbox of nobody: there is nothing that this worker could do itself.
        let inbox = Waiter::new(1).inbox().clone();
        self.host.wait_begins(&inbox);
        self.blocking.set(Some(inbox));
        Some(Unblock(self))
    }

    /// Tells the host that the worker goes on for a while inside [`block`](Self::block), until what this returns is
    /// dropped: to run a task, or to wait for a future, which is counted by itself.
    pub(crate) fn go_on(&self) -> Option<impl Drop + '_> {
        struct Resume<'w, 'a>(&'w Worker<'a>, Option<Arc<Inbox>>);
        impl Drop for Resume<'_, '_> {
            fn drop(&mut self) {
                self.1.iter().for_each(|inbox| self.0.host.wait_begins(inbox));
                self.0.blocking.set(self.1.take());
            }
        }
        let inbox = self.blocking.take()?;
        self.host.wait_ends(&inbox);
        Some(Resume(self, Some(inbox)))
    }

    /// Whether the stack has room for one more task beneath those that wait.
    pub(crate) fn has_room(&self) -> bool {
        stack_here() > self.stack_limit
    }

    /// The tasks that the thread is in the middle of, innermost first.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = RawCell> {
        let mut next = self.top.get();
        core::iter::from_fn(move || {
            // SAFETY: null, or a frame further up this thread's stack, which takes itself off the list before it goes.
            let frame = unsafe { next.as_ref() }?;
            next = frame.outer.get();
            Some(frame.cell())
        })
        .flatten()
    }
}

impl Frame {
    pub(crate) fn new(cell: RawCell) -> Frame {
        Frame { of: Cell::new(Framed::Task(cell)), outer: Cell::new(ptr::null()) }
    }

    /// For a task without a cell. It [leaves](Self::leaves) in the end.
    pub(crate) fn anonymous(location: &'static Location<'static>) -> Frame {
        Frame { of: Cell::new(Framed::Anonymous(location)), outer: Cell::new(ptr::null()) }
    }

    /// What the task is known by to those who look who waits for whom.
    fn cell(&self) -> Option<RawCell> {
        match self.of.get() {
            Framed::Task(cell) | Framed::StandIn(cell) => Some(cell),
            Framed::Over => None,
            Framed::Anonymous(location) => Some(self.stand_in(location)),
        }
    }

    #[cold]
    fn stand_in(&self, location: &'static Location<'static>) -> RawCell {
        let (producer, consumer) = parties::promise::<()>(location);
        producer.start();
        core::mem::forget(consumer);
        let cell = producer.into_raw();
        self.of.set(Framed::StandIn(cell));
        cell
    }

    /// A task without a cell has ended, and its thread is in the middle of it no longer.
    #[inline]
    pub(crate) fn leaves(self) {
        if let Framed::StandIn(cell) = self.of.get() {
            stand_in_ends(cell);
        }
    }

    /// From now on `worker` is in the middle of the task, until what this returns is dropped.
    #[inline]
    pub(crate) fn enter<'f>(&'f self, worker: &'f Worker<'_>) -> impl Drop + 'f {
        struct Leave<'f>(&'f Cell<*const Frame>, *const Frame);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.set(self.1);
            }
        }
        self.outer.set(worker.top.replace(self));
        Leave(&worker.top, self.outer.get())
    }

    pub(crate) fn is_over(&self) {
        self.of.set(Framed::Over);
    }

    pub(crate) fn is_not_over(&self, cell: RawCell) {
        self.of.set(Framed::Task(cell));
    }
}

/// What `stand_in` has made is over.
#[cold]
fn stand_in_ends(cell: RawCell) {
    let (producer, consumer) = (Producer::new(cell), Consumer::<()>::new(cell));
    drop(consumer);
    // SAFETY: the cell is a promise for a `()`, of which `stand_in` has left both parties to us.
    if let Ok(then) = unsafe { producer.resolve::<()>(Ok(())) } {
        then.tell_all();
    }
}

impl Runnable {
    /// Like [`run`](Self::run), on a thread that is a `worker`, and tells `available` whether it is about to be free.
    /// [`Worker`] has an example.
    ///
    /// It is told `true` when the closure has returned, its outcome has not been published, and no code of the user's is
    /// left to run: the moment at which a worker can say that it is available again, before anybody can react to the
    /// outcome. Should something come up after all, such as a callback that was registered meanwhile, it is told
    /// `false` before that runs. A panic in it is reported and changes nothing else.
    ///
    /// `false`: the task had been cancelled, or been run by who waited for it, and nothing was done.
    #[must_use = "a task that is over does not say how long tasks take"]
    pub fn run_on(self, worker: &Worker<'_>, mut available: impl FnMut(bool)) -> bool {
        self.run_by(Some(worker), |yes| run_caught("an executor's hook", || available(yes)))
    }
}

/// Whether this thread is a worker, of whichever executor: what blocks it then takes a thread to make up for.
#[doc(hidden)]
#[must_use]
pub fn is_worker() -> bool {
    with_current(|worker| worker.is_some())
}

/// Whether a task may be run beneath the one that this thread is in the middle of. On a worker it may not where half of the
/// stack is in use; of other threads the size of the stack is not known, and it is up to their code.
#[doc(hidden)]
#[must_use]
pub fn stack_has_room() -> bool {
    with_current(|worker| worker.is_none_or(Worker::has_room))
}

/// Calls `f` with the worker that this thread is, if it is one.
pub(crate) fn with_current<R>(f: impl FnOnce(Option<&Worker<'_>>) -> R) -> R {
    // SAFETY: it is lent to `f` only.
    f(unsafe { current() })
}

/// The worker that this thread is, if it is one.
///
/// # Safety
///
/// It is used on this thread only, and not after the caller has returned.
#[inline]
pub(crate) unsafe fn current<'a>() -> Option<&'a Worker<'a>> {
    let worker = WORKER.with(Cell::get);
    // SAFETY: null, or a worker that `serve` borrows further up this thread's stack, and takes away before it returns.
    unsafe { worker.as_ref() }
}

/// `cell` is about to be settled: if this thread is in the middle of it, it is no longer. Says whether it was.
pub(crate) fn settled(cell: RawCell) -> bool {
    with_top(|frame| {
        let was_in_it = matches!(frame.of.get(), Framed::Task(this) if this == cell);
        if was_in_it {
            frame.is_over();
        }
        was_in_it
    })
}

/// Undoes [`settled`], which has said yes: something came between.
pub(crate) fn is_not_settled(cell: RawCell) {
    with_top(|frame| {
        frame.is_not_over(cell);
        true
    });
}

/// Calls `f` with the frame of the innermost task that this thread is in the middle of. `false`: there is none.
fn with_top(f: impl FnOnce(&Frame) -> bool) -> bool {
    with_current(|worker| {
        // SAFETY: as in `tasks`.
        worker.and_then(|worker| unsafe { worker.top.get().as_ref() }).is_some_and(f)
    })
}

/// About where the stack ends now.
fn stack_here() -> usize {
    let here = 0_u8;
    ptr::from_ref(core::hint::black_box(&here)).addr()
}

impl fmt::Debug for Worker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("owner", &self.owner).finish_non_exhaustive()
    }
}
