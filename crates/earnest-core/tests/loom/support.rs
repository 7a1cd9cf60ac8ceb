//! What several models need.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Counts its clones' drops: each must be dropped once, whatever the execution.
pub(crate) struct Counted(Arc<AtomicUsize>);

impl Counted {
    pub(crate) fn new() -> (Counted, Arc<AtomicUsize>) {
        let drops = Arc::new(AtomicUsize::new(0));
        (Counted(drops.clone()), drops)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

pub(crate) fn count(counter: &AtomicUsize) -> usize {
    counter.load(SeqCst)
}

/// A pool in which somebody else can always go on.
pub(crate) struct Idle;

impl earnest_core::Host for Idle {
    fn wait_begins(&self, _: &std::sync::Arc<earnest_core::Inbox>) {}
    fn wait_ends(&self, _: &std::sync::Arc<earnest_core::Inbox>) {}

    fn is_jammed(&self) -> bool {
        false
    }

    fn call_all(&self) {}

    fn n_workers(&self) -> usize {
        1
    }
}

/// Calls `f` on a thread that is a worker of `owner`, and runs no task.
pub(crate) fn as_worker<R>(owner: earnest_core::Owner, f: impl FnOnce() -> R) -> R {
    let worker = earnest_core::Worker::new(owner, &Idle, 1 << 20);
    worker.ready();
    worker.serve(f)
}
