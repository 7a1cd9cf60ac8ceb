//! What else is asked of a pool: how it is doing, how large it is to be, and that it come to its end.

use crate::degraded::Degraded;
use crate::error::{BuildError, StillRunning};
use crate::pool::ThreadPoolExecutor;
use crate::seat;
use crate::shutdown::Shutdown;
use crate::stats::Stats;

impl<S> ThreadPoolExecutor<S> {
    /// Accepts no more tasks, lets the queued ones run, and blocks until all workers have ended.
    ///
    /// Can be called again, and from any thread. On a worker of this pool it does not wait.
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::new();
    /// let future = pool.submit(|| 7);
    /// pool.shutdown();
    /// assert!(future.is_done(), "what was queued has run");
    /// assert!(pool.submit(|| 8).result().unwrap_err().is_rejected());
    /// ```
    pub fn shutdown(&self) {
        // Without a timeout nothing can be still running.
        let _ended = self.shutdown_with(Shutdown::default());
    }

    /// Accepts no more tasks, and ends as `how` says.
    ///
    /// Running tasks are never interrupted. Every future of the pool ends resolved. Can be called again, with other
    /// settings, and from any thread; on a worker of this pool (a callback that runs there included) it begins the
    /// shutdown and returns at once.
    ///
    /// # Errors
    ///
    /// [`StillRunning`] when `how.timeout` has passed. The tokens of the pool's tasks have been cancelled then: those that
    /// run can see it, and those that are still queued begin like that. The workers go on, and a later call can wait for
    /// them again.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_pool::{Shutdown, ThreadPoolExecutor};
    /// use std::sync::mpsc::channel;
    ///
    /// let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    /// let (begin, has_begun) = channel();
    /// let (release, held) = channel::<()>();
    /// let running = pool.submit(move || {
    ///     begin.send(()).unwrap();
    ///     held.recv().is_err()
    /// });
    /// has_begun.recv()?;
    /// let queued = pool.submit(|| 7);
    /// pool.shutdown_with(Shutdown { cancel_pending: true, wait: false, ..Shutdown::default() })?;
    /// assert!(queued.result().unwrap_err().is_cancelled());
    /// drop(release);
    /// assert!(running.result()?, "what runs is not interrupted");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shutdown_with(&self, how: Shutdown) -> Result<(), StillRunning> {
        self.shared.shut_down(how)
    }

    /// What the pool is doing just now: each number is right by itself, and they may be of slightly different moments.
    ///
    /// ```
    /// let pool = earnest_pool::ThreadPoolExecutor::new();
    /// pool.submit(|| ()).result().unwrap();
    /// assert_eq!(pool.stats().workers, 1);
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// Why this pool runs its tasks where they are submitted, before the submission returns: there are no threads here, as
    /// on `wasm32-unknown-unknown`. Found out by the first submission; `None` until then, and for all others.
    ///
    /// On such a pool the hooks for workers' threads are not called, a task that needs a worker's state is made one, and
    /// what is scheduled for later never comes where there is no clock. An async block is polled where it is made or
    /// woken; one that goes on waking itself until something else happens keeps that thread for ever. A wait for what is not
    /// there yet gives [`Error::Deadlock`](earnest_core::Error::Deadlock).
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::new();
    /// pool.submit(|| ()).result().unwrap();
    /// assert_eq!(pool.degraded(), None, "there are threads here");
    /// ```
    #[must_use]
    pub fn degraded(&self) -> Option<Degraded> {
        self.shared.degraded.get().copied()
    }

    /// The largest number of threads.
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::builder().max_workers(4).build()?;
    /// assert_eq!(pool.max_workers(), 4);
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    #[must_use]
    pub fn max_workers(&self) -> usize {
        self.shared.sleep.max_workers() as usize
    }

    /// Changes the largest number of threads, from now on and while tasks run.
    ///
    /// If there are more now than there may be, those end that are idle, and the others when they have done the task that
    /// they are at; nothing is interrupted, and this does not block. If there may be more, they are started as they are
    /// needed. On a pool that has been made smaller, threads that stand in for others whose tasks wait end when they are
    /// not needed.
    ///
    /// ```
    /// let pool = earnest_pool::ThreadPoolExecutor::builder().max_workers(1).build()?;
    /// pool.set_max_workers(4)?;
    /// assert_eq!(pool.max_workers(), 4);
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BuildError::MaxWorkers`] if that is zero, or more than a pool can count.
    pub fn set_max_workers(&self, n: usize) -> Result<(), BuildError> {
        self.shared.set_max_workers(n)
    }

    /// Which worker of this pool the calling thread is, from 0 on; `None` on other threads. The smallest number is
    /// taken that no other thread of the pool has, be it only on its way out.
    ///
    /// This is the number in its name, and the one that [`Builder::worker_state`](crate::Builder::worker_state) and the hooks are given. It is known
    /// to the very end of the thread.
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    /// let handle = pool.handle();
    /// assert_eq!(pool.submit(move || handle.worker_index()).result().unwrap(), Some(0));
    /// assert_eq!(pool.worker_index(), None, "this is no thread of the pool");
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    #[must_use]
    pub fn worker_index(&self) -> Option<usize> {
        seat::index_in(&*self.shared)
    }

    /// The number of threads there are now. A thread that has run its last task does not count, although it may still
    /// run the finalizer.
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::new();
    /// assert_eq!(pool.worker_count(), 0, "threads are started as they are needed");
    /// pool.submit(|| ()).result().unwrap();
    /// assert_eq!(pool.worker_count(), 1);
    /// ```
    #[must_use]
    pub fn worker_count(&self) -> usize {
        self.shared.sleep.counts().live() as usize
    }
}
