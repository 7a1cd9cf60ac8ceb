//! How a scope waits: it cannot give up, as others have borrowed what it would take with it.

use crate::awaited::{Awaited, Members};
use crate::cell::RawCell;
use crate::deadlock::Deadlock;
use crate::error::Error;
use crate::graph::{self, Stuck};
use crate::wait::{AwaitsUnqueued, Claimed, Waiting};
use crate::waiter::{Next, Waiter};
use crate::worker::{self, Worker};
use core::mem;
use earnest_sync::mutant;
use std::sync::Arc;

/// Held where unwinding would end what others have borrowed: forgotten at the end, and the process ends if it is dropped.
pub(crate) struct MustReturn;

impl Drop for MustReturn {
    fn drop(&mut self) {
        std::process::abort();
    }
}

/// Blocks until the waiter has its token, which it gets when all `members`, the tasks of a scope, have ended. What can be
/// run in place is; a task that could never begin is ended unrun, with [`Error::Deadlock`].
pub(crate) fn wait_for_all(members: &Arc<Members>, waiter: &mut Waiter) {
    let on = Awaited::Set(members.clone());
    worker::with_current(|worker| {
        if let Err(alone) = on.unless_alone(None) {
            members.end_unbegun(&alone, |_| true);
            // What had begun has no thread in this process, and will not touch anything. Where there is but this thread,
            // nothing that had begun can be left: it would be further down this stack, and the scope is further down still.
            if on.unless_alone(None).is_err() {
                return;
            }
        }
        match worker {
            Some(worker) if worker.is_ready() => worker.wait_firmly(members, &on, waiter),
            Some(worker) => {
                // Inside an initializer: the pool's tasks come after it.
                members.end_unbegun(&Deadlock::initializer(), |cell| cell.header().owner.is(worker.owner));
                waiter.next(None);
            }
            None => {
                waiter.next(None);
            }
        }
    });
}

impl Worker<'_> {
    fn wait_firmly(&self, members: &Members, on: &Awaited, waiter: &mut Waiter) {
        let _blocks_by_itself = self.go_on();
        while waiter.try_next().is_none() {
            if self.claim_next(on, || {}) == Claimed::Ran {
                continue;
            }
            let mut waiting = Some(Waiting::begin(self, waiter.inbox()));
            // Whoever adds tasks is heard of.
            let _unqueued = AwaitsUnqueued::begin();
            let (entered, mut stuck) = graph::enter_anyway(self, on.clone());
            let mut entered = Some(entered);
            let mut has_told = false;
            loop {
                if self.host.is_jammed() {
                    let claimed = self.claim(on, true, || {
                        drop(entered.take());
                        drop(waiting.take());
                    });
                    match claimed {
                        Claimed::Ran => break,
                        Claimed::NoRoom => {
                            let too_deep = Deadlock::too_deep(self.tasks().count());
                            members.end_unbegun(&too_deep, |cell| cell.header().owner.is(self.owner));
                        }
                        Claimed::Nothing => {}
                    }
                }
                while let Some(Stuck { tasks, unbegun }) = stuck.take() {
                    if unbegun.is_empty() {
                        // One of those who wait for this scope's task is told instead; once, as this calls here too.
                        if !mem::replace(&mut has_told, true) && !mutant!("scope_tells_nobody") {
                            graph::call_everybody();
                        }
                        break;
                    }
                    let cycle = Deadlock::cycle(tasks);
                    members.end_unbegun(&cycle, |cell| unbegun.contains(&cell.address()));
                    // What has begun may be stuck as well, and not by those that have been ended.
                    stuck = entered.as_ref().and_then(graph::Entered::look);
                }
                match waiter.next_unless_called(None) {
                    Next::Token(_) => return,
                    Next::Called | Next::TimedOut => {
                        stuck = entered.as_ref().and_then(graph::Entered::look);
                        has_told &= stuck.is_some();
                    }
                }
            }
        }
    }
}

impl Members {
    /// Ends those tasks unrun that have not begun, and of which `is_stuck` says so.
    fn end_unbegun(&self, why: &Deadlock, is_stuck: impl Fn(RawCell) -> bool) {
        for handle in self.all().unwrap_or_default() {
            if let Some(cell) = handle.cell().filter(|cell| is_stuck(*cell)) {
                // The handle keeps the cell.
                // SAFETY: the slot is this thread's, which has claimed the task (R1), and empty.
                cell.end_unrun(|cell| unsafe { cell.write_error(Error::Deadlock(why.clone())) });
            }
        }
    }
}
