//! The spans of tasks, found by the span that they were submitted in.

use earnest::{Future, ThreadPoolExecutor};
use earnest_testing::{Events, SpanRecord, watched};
use std::convert::Infallible;
use std::sync::mpsc::{Receiver, Sender, channel};

/// A pool of so many workers.
pub(crate) fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// The target of the spans of tasks.
const TASKS: &str = "earnest::task";

/// A span of the test's own, in which it submits.
pub(crate) struct Submitter {
    span: tracing::Span,
}

impl Submitter {
    pub(crate) fn new() -> Submitter {
        Events::record_spans();
        Submitter { span: tracing::info_span!("submitter") }
    }

    pub(crate) fn id(&self) -> u64 {
        self.span.id().unwrap().into_u64()
    }

    /// Calls `f` in the span.
    pub(crate) fn submits<R>(&self, f: impl FnOnce() -> R) -> R {
        self.span.in_scope(f)
    }

    /// The spans of tasks that are children of this one, oldest first, as far as they have come.
    pub(crate) fn tasks(&self) -> Vec<SpanRecord> {
        children(self.id())
    }

    /// The only one.
    pub(crate) fn task(&self) -> SpanRecord {
        let mut tasks = self.tasks();
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        tasks.remove(0)
    }
}

/// The spans of tasks that were made in this one.
pub(crate) fn children(parent: u64) -> Vec<SpanRecord> {
    let tasks = Events::record_spans().spans(TASKS);
    tasks.into_iter().filter(|task| task.parent() == Some(parent)).collect()
}

/// The spans of tasks that were submitted at this line of the test's file.
pub(crate) fn submitted_at(file: &str, line: u32) -> Vec<SpanRecord> {
    let place = format!("location={file}:{line}:");
    Events::record_spans().spans(TASKS).into_iter().filter(|task| task.text().contains(&place)).collect()
}

/// The number of the span that this thread is in.
pub(crate) fn current() -> Option<u64> {
    tracing::Span::current().id().map(|id| id.into_u64())
}

/// Returns when it is so: for what another thread does some time.
pub(crate) fn until(is_so: impl Fn() -> bool) {
    watched("it comes to be so", || {
        while !is_so() {
            std::thread::yield_now();
        }
    });
}

/// Has a worker of `pool` be busy until what comes back is dropped.
pub(crate) fn occupy(pool: &ThreadPoolExecutor) -> (Sender<Infallible>, Future<()>) {
    let ((until, dropped), (begun, begins)) = (channel(), channel());
    let busy = pool.submit(move || {
        begun.send(()).unwrap();
        let Err(_dropped) = Receiver::recv(&dropped);
    });
    begins.recv().unwrap();
    (until, busy)
}
