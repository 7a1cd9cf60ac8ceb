//! The executor that has no threads: a task runs where it is submitted.

use crate::executor::Executor;
use crate::refusal::Refused;
use crate::task::Runnable;
use core::num::NonZeroUsize;

/// Runs each task within `submit`, on the calling thread: the future that comes back is done.
///
/// For tests, for callers who want no threads, and as a default where an executor is asked for.
///
/// It refuses nothing, and a task's panic is its future's outcome as everywhere. What is different from a pool:
///
/// - **`submit` blocks** for as long as the task runs. A task that waits for something that its submitter does after
///   `submit` waits for ever.
/// - Nothing can be cancelled: there is no moment at which a task is queued.
/// - **Submissions nest**, newest first, each on top of the stack of the one that made it. Tasks that submit to any
///   depth need a stack of that depth; a [`ManualExecutor`](crate::ManualExecutor) runs them on a flat one.
///
/// ```
/// use earnest_core::{ExecutorExt, InlineExecutor};
///
/// let here = std::thread::current().id();
/// let future = InlineExecutor.submit(move || std::thread::current().id() == here);
/// assert!(future.is_done());
/// assert!(future.result().unwrap());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InlineExecutor;

impl Executor for InlineExecutor {
    fn spawn(&self, mut task: Runnable) -> Result<(), Refused> {
        task.probed_by(None);
        task.run_nested();
        Ok(())
    }

    /// One: the calling thread.
    fn parallelism(&self) -> Option<NonZeroUsize> {
        Some(NonZeroUsize::MIN)
    }
}
