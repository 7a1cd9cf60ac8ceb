//! Tasks on the blocking pool of a tokio runtime, for who has one already. Behind feature `tokio`.

use crate::executor::Executor;
use crate::refusal::Refused;
use crate::task::Runnable;
use tokio::runtime::Handle;

/// Runs tasks on the blocking pool of a tokio runtime, as `spawn_blocking` does.
///
/// So tasks may block, and `max_blocking_threads` of the runtime's builder is the number of those that run at once (512
/// unless set). Async code awaits their futures: blocking on one there holds a thread of the runtime.
///
/// **When the runtime shuts down** tasks that run are not interrupted. Of those that are queued then tokio runs some and
/// drops others, as its threads find them; what is submitted later it drops at once. The future of a task that is dropped
/// ends with [`Error::Abandoned`](crate::Error::Abandoned). Tokio does not say that a task comes too late, so that
/// nothing is refused, and [`try_submit`](crate::ExecutorExt::try_submit) does not give such a closure back.
///
/// ```
/// use earnest_core::{ExecutorExt, TokioExecutor};
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let executor = TokioExecutor::new(runtime.handle().clone());
/// let answer = runtime.block_on(async { executor.submit(|| 6 * 7).await })?;
/// assert_eq!(answer, 42);
///
/// drop(runtime);
/// assert!(executor.submit(|| 6 * 7).result().unwrap_err().is_abandoned());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
///
/// Submitting panics where tokio's `spawn_blocking` does: when the system gives it no thread and there is none yet. The
/// task is left with tokio, which may still run it.
#[derive(Clone, Debug)]
pub struct TokioExecutor {
    handle: Handle,
}

impl TokioExecutor {
    /// An executor on the runtime of `handle`, which it does not keep running.
    #[must_use]
    pub const fn new(handle: Handle) -> Self {
        Self { handle }
    }

    /// An executor on the runtime within which this is called.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, TokioExecutor};
    ///
    /// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// let answer = runtime.block_on(async { TokioExecutor::current().submit(|| 6 * 7).await })?;
    /// assert_eq!(answer, 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn current() -> Self {
        Self::new(Handle::current())
    }
}

impl Executor for TokioExecutor {
    fn spawn(&self, mut task: Runnable) -> Result<(), Refused> {
        task.probed_by(None);
        // The join handle says nothing that the task's own future does not say.
        drop(self.handle.spawn_blocking(|| task.run()));
        Ok(())
    }
}
