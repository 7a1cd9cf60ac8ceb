//! When a scope may end: the count of its tasks.

use crate::awaited::Members;
use crate::cancel::CancelHandle;
use crate::cell::RawCell;
use crate::firm_wait::wait_for_all;
use crate::link::Link;
use crate::observer::told;
use crate::owner::may_be_alone;
use crate::waiter::{Inbox, with_single};
use crate::worker;
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

    /// Blocks until every task has ended.
    pub(crate) fn join(self: &Arc<Self>) {
        // Unwinding from here would end what the tasks have borrowed.
        struct MustReturn;
        impl Drop for MustReturn {
            fn drop(&mut self) {
                std::process::abort();
            }
        }
        let must_return = MustReturn;
        // Nobody is left to add any.
        if self.left.load(Acquire) != 1 {
            with_single(|waiter| {
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
