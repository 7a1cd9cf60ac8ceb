//! When a scope may end: the count of its tasks.

use crate::awaited::Members;
use crate::cancel::CancelHandle;
use crate::cell::RawCell;
use crate::detached::Job;
use crate::firm_wait::{MustReturn, wait_for_all};
use crate::link::Link;
use crate::observer::told;
use crate::owner::may_be_alone;
use crate::producer::Producer;
use crate::waiter::{Inbox, Single, with_single};
use crate::worker;
use core::cell::Cell;
use core::panic::Location;
use earnest_sync::{
    AtomicUsize, Mutex,
    Ordering::{AcqRel, Acquire, Relaxed},
    mutant, window,
};
use std::sync::Arc;

/// The tasks of one scope that have not ended.
pub(crate) struct Tasks {
    /// How many there are that others have added, less those that have ended; and `OPEN` until the scope waits, which then
    /// adds those that it has added itself.
    left: AtomicUsize,
    /// How many the scope's thread has added, which alone writes here; `JOINED` from when the scope waits. Were they in
    /// `left`, the scope and its tasks would hand each other a cache line for every task.
    added: AtomicUsize,
    /// The scope's thread.
    thread: Here,
    /// Where the last one to end says so, if the scope waits by then.
    joiner: Mutex<Option<Arc<Inbox>>>,
    /// The tasks themselves, where the scope may have to run them or to find out whether they can end: on a worker's
    /// thread, in a child of `fork`, and where there is one thread only.
    members: Option<Arc<Members>>,
    next_token: AtomicUsize,
}

/// More than there can be tasks, so that `left` does not come to zero before the scope waits.
const OPEN: usize = 1 << (usize::BITS - 1);

const JOINED: usize = usize::MAX;

/// A thread, by the address of something that only it has while it exists.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Here(usize);

earnest_sync::thread_local! {
    static HERE: Cell<u8> = const { Cell::new(0) };
}

impl Here {
    fn now() -> Here {
        Here(HERE.with(|here| core::ptr::from_ref(here).addr()))
    }
}

impl Tasks {
    pub(crate) fn new() -> Arc<Tasks> {
        let is_asked_for = worker::with_current(|worker| worker.is_some()) || may_be_alone();
        Arc::new(Tasks {
            left: AtomicUsize::new(OPEN),
            added: AtomicUsize::new(0),
            thread: Here::now(),
            joiner: Mutex::new(None),
            members: is_asked_for.then(|| Arc::new(Members::of_scope())),
            next_token: AtomicUsize::new(0),
        })
    }

    /// How many have not ended.
    pub(crate) fn len(&self) -> usize {
        // ORDERING: Relaxed, as below; for the eye only.
        let left = self.left.load(Relaxed);
        // Far from `OPEN` on either side, where fewer have been added by others than have ended.
        if left > OPEN / 2 { left.wrapping_sub(OPEN).wrapping_add(self.added.load(Relaxed)) } else { left }
    }

    fn add_one(&self) {
        if Here::now() == self.thread {
            // ORDERING: Relaxed, here and below; of this thread only.
            let added = self.added.load(Relaxed);
            if added != JOINED {
                self.added.store(added + 1, Relaxed);
                return;
            }
        }
        // ORDERING: Relaxed; who adds is one of the scope's tasks, which are counted: it is not zero meanwhile, and going
        // down is what has to be seen.
        self.left.fetch_add(1, Relaxed);
    }

    /// Counts the task in, which nobody else has reached yet.
    pub(crate) fn add(self: &Arc<Self>, cell: RawCell) {
        self.add_one();
        let mut token = 0;
        if let Some(members) = &self.members {
            // ORDERING: Relaxed; only uniqueness matters.
            token = self.next_token.fetch_add(1, Relaxed);
            members.insert(token, CancelHandle::new(Link::new(cell)));
        }
        let tasks = self.clone();
        // Nothing of what the scope's tasks may borrow is touched from there on.
        cell.observe(told(move || tasks.task_has_ended(token)));
    }

    /// Counts in a task without a cell, which ends when what comes back is dropped. `Err`: this scope has to know its tasks.
    pub(crate) fn count<F>(self: &Arc<Self>, f: F) -> Result<Counted<F>, F> {
        if self.members.is_some() {
            return Err(f);
        }
        self.add_one();
        Ok(Counted { f, ending: Ending(Arc::as_ptr(self)) })
    }

    /// Blocks until every task has ended.
    pub(crate) fn join(self: &Arc<Self>) {
        let must_return = MustReturn;
        // ORDERING: Relaxed, as in `add_one`.
        let added = self.added.load(Relaxed);
        self.added.store(if mutant!("scope_added_twice") { added } else { JOINED }, Relaxed);
        let others = OPEN - added;
        // Otherwise nobody is left to add any.
        if self.left.load(Acquire) != others {
            with_single(|Single { waiter, .. }| {
                *self.joiner.lock() = Some(waiter.inbox().clone());
                window!("scope_waits_not_counted");
                if self.take_off(others) {
                    *self.joiner.lock() = None;
                } else {
                    match &self.members {
                        Some(members) => wait_for_all(members, waiter),
                        None => drop(waiter.next(None)),
                    }
                }
            });
        }
        std::mem::forget(must_return);
    }

    /// Takes so many off those that are left. Whether they were the last.
    fn take_off(&self, n: usize) -> bool {
        // ORDERING: Relaxed only as a seeded fault; AcqRel makes all that the tasks did happen before the last one's end,
        // and so before the scope's.
        self.left.fetch_sub(n, if mutant!("scope_relaxed") { Relaxed } else { AcqRel }) == n
    }

    fn task_has_ended(&self, token: usize) {
        if let Some(members) = &self.members {
            members.remove(token);
        }
        if self.take_off(1) {
            window!("last_of_scope_not_told");
            let joiner = self.joiner.lock().take();
            if let Some(inbox) = joiner {
                inbox.put(0);
            }
        }
    }
}

/// A task that is counted, and has no cell.
pub(crate) struct Counted<F> {
    f: F,
    /// Dropped last.
    ending: Ending,
}

impl<F> Counted<F> {
    /// The closure, which is counted no longer.
    pub(crate) fn into_inner(self) -> F {
        self.f
    }
}

impl<F: FnOnce() + Send> Job for Counted<F> {
    fn call(self, location: &'static Location<'static>) {
        let Counted { f, ending } = self;
        f.call(location);
        drop(ending);
    }

    unsafe fn into_cell(self, location: &'static Location<'static>) -> Producer {
        let Counted { f, ending } = self;
        // SAFETY: by the caller's promise.
        let producer = unsafe { f.into_cell(location) };
        // When all of it has been dropped, and all that is told of it has been.
        producer.cell().observe(told(move || drop(ending)));
        producer
    }
}

/// Says that a task has ended.
struct Ending(*const Tasks);

// SAFETY: `Tasks` is made to be shared.
unsafe impl Send for Ending {}

impl Drop for Ending {
    fn drop(&mut self) {
        // SAFETY: the scope holds `Tasks` until its wait is over. Of those that end, only the last touches it after the
        // count, and the scope then waits for what that one puts into its inbox, after everything else.
        unsafe { &*self.0 }.task_has_ended(0);
    }
}
