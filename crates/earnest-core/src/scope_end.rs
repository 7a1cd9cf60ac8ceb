//! When a scope may end: the count of its tasks.

use crate::awaited::Members;
use crate::cancel::CancelHandle;
use crate::cell::RawCell;
use crate::detached::Job;
use crate::firm_wait::{MustReturn, wait_for_all};
use crate::link::Link;
use crate::observer::told;
use crate::owner::may_be_alone;
use crate::waiter::{Inbox, Single, with_single};
use crate::worker;
use core::panic::Location;
use earnest_sync::{
    AtomicUsize, Mutex,
    Ordering::{AcqRel, Acquire, Relaxed},
    mutant,
};
use std::sync::Arc;

/// The tasks of one scope that have not ended.
pub(crate) struct Tasks {
    /// How many there are, and one for the scope itself until it waits.
    left: AtomicUsize,
    /// Where the last one to end says so, if the scope waits by then.
    joiner: Mutex<Option<Arc<Inbox>>>,
    /// The tasks themselves, where the scope may have to run them or to find out whether they can end: on a worker's
    /// thread, in a child of `fork`, and where there is one thread only.
    members: Option<Arc<Members>>,
    next_token: AtomicUsize,
}

impl Tasks {
    pub(crate) fn new() -> Arc<Tasks> {
        let is_asked_for = worker::with_current(|worker| worker.is_some()) || may_be_alone();
        Arc::new(Tasks {
            left: AtomicUsize::new(1),
            joiner: Mutex::new(None),
            members: is_asked_for.then(|| Arc::new(Members::of_scope())),
            next_token: AtomicUsize::new(0),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.left.load(Acquire)
    }

    /// Counts the task in, which nobody else has reached yet.
    pub(crate) fn add(self: &Arc<Self>, cell: RawCell) {
        // ORDERING: Relaxed; who adds is the scope or one of its tasks, which are counted: it is not zero meanwhile, and
        // going down is what has to be seen.
        self.left.fetch_add(1, Relaxed);
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
        // ORDERING: Relaxed, as in `add`.
        self.left.fetch_add(1, Relaxed);
        Ok(Counted { f, ending: Ending(Arc::as_ptr(self)) })
    }

    /// Blocks until every task has ended.
    pub(crate) fn join(self: &Arc<Self>) {
        let must_return = MustReturn;
        // Nobody is left to add any.
        if self.left.load(Acquire) != 1 {
            with_single(|Single { waiter, .. }| {
                *self.joiner.lock() = Some(waiter.inbox().clone());
                if self.ends_one() {
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

    /// Whether this was the last.
    fn ends_one(&self) -> bool {
        // ORDERING: Relaxed only as a seeded fault; AcqRel makes all that the tasks did happen before the last one's end,
        // and so before the scope's.
        self.left.fetch_sub(1, if mutant!("scope_relaxed") { Relaxed } else { AcqRel }) == 1
    }

    fn task_has_ended(&self, token: usize) {
        if let Some(members) = &self.members {
            members.remove(token);
        }
        if self.ends_one() {
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
