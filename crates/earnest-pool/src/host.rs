//! What the core tells a pool when one of its workers waits.

use crate::admit::Entry;
use crate::event::WorkerEvent;
use crate::seat;
use crate::shared::Shared;
use earnest_core::{Host, HostId, Inbox, Refused, Runnable, TaskId};
use earnest_sync::{mutant, window};
use std::sync::Arc;

/// A worker, as the core knows it.
pub(crate) struct PoolOf<'a> {
    pub(crate) pool: &'a Arc<Shared>,
    pub(crate) seat: usize,
}

impl Host for PoolOf<'_> {
    fn wait_begins(&self, inbox: &Arc<Inbox>) {
        let pool = self.pool;
        if !mutant!("waits_while_searching") {
            seat::end_search();
        }
        pool.tell_worker(self.seat, WorkerEvent::WaitBegan);
        pool.waiting.lock().push(inbox.clone());
        window!("listed_not_blocked");
        if pool.sleep.block(|| pool.queues.has_work()) {
            pool.bring_another();
        }
        pool.call_if_jammed(Some(inbox));
    }

    fn wait_ends(&self, inbox: &Arc<Inbox>) {
        self.pool.sleep.unblock();
        {
            let mut waiting = self.pool.waiting.lock();
            if let Some(place) = waiting.iter().position(|other| Arc::ptr_eq(other, inbox)) {
                waiting.swap_remove(place);
            }
        }
        self.pool.tell_worker(self.seat, WorkerEvent::WaitEnded);
    }

    fn is_jammed(&self) -> bool {
        self.pool.sleep.is_jammed()
    }

    fn call_all(&self) {
        self.pool.call_those_who_wait(None);
    }

    fn n_workers(&self) -> usize {
        self.pool.sleep.counts().live() as usize
    }

    fn take_back(&self, wanted: TaskId) -> Option<Runnable> {
        seat::take_back(wanted)
    }

    fn id(&self) -> Option<HostId> {
        Some(HostId::of(&**self.pool))
    }

    fn offer(&self, task: Runnable) -> Result<(), Refused> {
        self.pool.spawn(task, Entry::Offer)
    }
}
