//! What becomes of what is queued where nobody is to run it.

use crate::shared::Shared;
use earnest_core::{Dismissal, Refusal, Runnable};
use earnest_sync::thread;
use std::sync::Arc;

impl Shared {
    /// Dismisses what is queued, unless there is a worker for it: one whom others have started meanwhile.
    pub(crate) fn dismiss_unserved(self: &Arc<Shared>) {
        while self.sleep.counts().live() == 0 {
            let Some(task) = self.next_queued() else { return };
            // It was queued before this second look: if there is nobody now, it has relied on the one who did not come.
            if self.sleep.counts().live() > 0 {
                return self.queue_for_all(task);
            }
            task.dismiss(self.reason());
        }
    }

    /// Dismisses what is queued, for the reason for which submissions are refused.
    pub(crate) fn dismiss_queued(&self) {
        self.drain(|| self.reason());
    }

    fn reason(&self) -> Dismissal {
        match self.refusal() {
            Refusal::Broken(broken) => Dismissal::Broken(broken),
            _ => Dismissal::Rejected,
        }
    }

    pub(crate) fn drain(&self, reason: impl Fn() -> Dismissal) {
        while let Some(task) = self.next_queued() {
            task.dismiss(reason());
        }
    }

    fn next_queued(&self) -> Option<Runnable> {
        loop {
            match self.queues.take_any() {
                // Somebody is about to say what is in a place, and others may have been queued behind it.
                None if self.queues.has_some_from_outside() => thread::yield_now(),
                task => return task,
            }
        }
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use crate::pool::ThreadPoolExecutor;
    use earnest_core::promise;
    use earnest_sync::thread;

    /// Where a start has failed, and somebody else's has not.
    #[test]
    fn what_there_is_a_worker_for_is_not_dismissed() {
        let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
        let (open, gate) = promise::<()>();
        let holds_its_worker = move || {
            while !gate.is_done() {
                thread::yield_now();
            }
        };
        pool.execute(holds_its_worker).unwrap();
        let queued = [1, 2].map(|n| pool.submit(move || n));
        pool.shared.dismiss_unserved();
        open.complete(()).unwrap();
        assert_eq!(queued.map(|future| future.result().unwrap()), [1, 2]);
    }
}
