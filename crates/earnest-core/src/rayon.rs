//! Tasks on a rayon pool, for who has one already. Behind feature `rayon`.

use crate::executor::Executor;
use crate::refusal::Refused;
use crate::task::Runnable;
use core::num::NonZeroUsize;
use rayon_core::ThreadPool;
use std::sync::Arc;

/// Runs tasks on a rayon pool, beside whatever else runs there.
///
/// Tasks go in by rayon's `spawn`: what a task submits itself goes before the rest on its thread, newest first.
///
/// **When the pool is dropped** what has been submitted still runs: rayon's threads end only after it, and nobody waits
/// for that. The executor holds the pool, so that no task can come too late: rayon refuses none and drops none.
///
/// A task that blocks on a future holds a thread of the pool, and rayon starts no other in its place: keep to tasks
/// that do not wait for each other.
///
/// ```
/// use earnest_core::{ExecutorExt, RayonExecutor};
///
/// let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
/// let executor = RayonExecutor::new(pool);
/// assert_eq!(executor.submit(|| 6 * 7).result()?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RayonExecutor {
    /// `None`: rayon's global pool, which nobody can hold.
    pool: Option<Arc<ThreadPool>>,
}

impl RayonExecutor {
    /// An executor on `pool`: a `rayon::ThreadPool`, or an `Arc` of one where others use it as well.
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, RayonExecutor};
    /// use std::sync::Arc;
    ///
    /// let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(1).build()?);
    /// let executor = RayonExecutor::new(pool.clone());
    /// let inside = executor.submit(|| rayon::current_thread_index());
    /// assert_eq!(inside.result()?, Some(0));
    /// assert_eq!(pool.install(|| 7), 7, "others use it as well");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(pool: impl Into<Arc<ThreadPool>>) -> Self {
        Self { pool: Some(pool.into()) }
    }

    /// An executor on rayon's global pool, which is started if it has not been.
    ///
    /// By rayon's rule that is the pool of the current thread where the thread belongs to one: a task that is submitted
    /// through this executor on a thread of another rayon pool runs in that pool.
    ///
    /// # Panics
    ///
    /// If rayon cannot start its global pool, for want of threads.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, RayonExecutor};
    ///
    /// assert_eq!(RayonExecutor::global().submit(|| 6 * 7).result().unwrap(), 42);
    /// ```
    #[must_use]
    pub fn global() -> Self {
        // Asked for its size, it is started: so that it fails here, if it must, and not with a task in its hands.
        let _threads = rayon_core::current_num_threads();
        Self { pool: None }
    }
}

impl Executor for RayonExecutor {
    fn spawn(&self, mut task: Runnable) -> Result<(), Refused> {
        task.probed_by(None);
        // Running it does not panic: rayon ends the process where a closure that was spawned does.
        match &self.pool {
            Some(pool) => pool.spawn(|| task.run()),
            None => rayon_core::spawn(|| task.run()),
        }
        Ok(())
    }

    /// The number of the pool's threads.
    fn parallelism(&self) -> Option<NonZeroUsize> {
        let n_threads = self
            .pool
            .as_ref()
            .map_or_else(rayon_core::current_num_threads, |pool| pool.current_num_threads());
        NonZeroUsize::new(n_threads)
    }
}
