//! One thing that has happened, as it is kept.

use core::panic::Location;
use earnest_core::{FutureId, TaskEnd};
use earnest_pool::WorkerEvent;
use std::sync::Arc;
use std::thread::ThreadId;

/// One thing that has happened.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// When, in nanoseconds since the log was made.
    pub(crate) at: u64,
    /// Which of the log's pools it is about.
    pub(crate) pool: u32,
    pub(crate) by: By,
    pub(crate) what: What,
}

/// On which thread it has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum By {
    /// The pool's worker of this number.
    Worker(u32),
    /// One that is no worker of this pool.
    Other(ThreadId),
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Queued { task: FutureId, name: Option<Arc<str>>, place: &'static Location<'static> },
    Began { task: FutureId },
    Ended { task: FutureId, end: TaskEnd },
    Dismissed { task: FutureId, end: TaskEnd },
    Worker(WorkerEvent),
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::Record;

    #[test]
    fn a_record_is_as_large_as_is_documented() {
        assert_eq!(size_of::<Record>(), 72);
    }
}
