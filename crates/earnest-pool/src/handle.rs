//! A handle of a pool that does not own it.

use crate::admit::Entry;
use crate::repeat::Every;
use crate::seat;
use crate::shared::Shared;
use core::fmt;
use core::marker::PhantomData;
use core::num::NonZeroUsize;
use earnest_core::{Executor, ExecutorExt, Future, HostId, Refused, Runnable, TaskContext, TaskOptions};
use std::sync::Arc;
use std::time::Duration;

/// A way to submit to a [`ThreadPoolExecutor`](crate::ThreadPoolExecutor) that can be cloned and sent anywhere. It does not keep the pool open:
/// after the executor is shut down or dropped, submissions are refused.
///
/// ```
/// use earnest_pool::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::new();
/// let handle = pool.handle();
/// let outer = pool.submit(move || handle.submit(|| 6 * 7));
/// assert_eq!(outer.result().unwrap().result().unwrap(), 42);
///
/// let handle = pool.handle();
/// drop(pool);
/// assert!(handle.submit(|| 7).result().unwrap_err().is_rejected());
/// ```
pub struct PoolHandle<S = ()> {
    shared: Arc<Shared>,
    state: PhantomData<fn(&mut S)>,
}

impl<S> PoolHandle<S> {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, state: PhantomData }
    }

    /// Queues `f`, and gives back the future of what it returns: see [`ThreadPoolExecutor::submit`](crate::ThreadPoolExecutor::submit).
    ///
    /// ```
    /// # let pool = earnest_pool::ThreadPoolExecutor::new();
    /// let handle = pool.handle();
    /// assert_eq!(handle.submit(|| 6 * 7).result().unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn submit<F, T>(&self, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::submit(self, f)
    }

    /// The same with a name, priority, deadline or token: see [`ThreadPoolExecutor::submit_with`](crate::ThreadPoolExecutor::submit_with).
    ///
    /// ```
    /// # use earnest_core::TaskOptions;
    /// # let pool = earnest_pool::ThreadPoolExecutor::new();
    /// let options = TaskOptions::new().name("report");
    /// let named = pool.handle().submit_with(options, |context| context.name() == Some("report"));
    /// assert!(named.result().unwrap());
    /// ```
    #[track_caller]
    pub fn submit_with<F, T>(&self, options: TaskOptions, f: F) -> Future<T>
    where
        F: FnOnce(&TaskContext<'_>) -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::submit_with(self, options, f)
    }

    /// Queues `f` when `delay` has passed: see [`ThreadPoolExecutor::schedule_after`](crate::ThreadPoolExecutor::schedule_after).
    ///
    /// ```
    /// # use std::time::{Duration, Instant};
    /// # let pool = earnest_pool::ThreadPoolExecutor::new();
    /// let begin = Instant::now();
    /// let later = pool.handle().schedule_after(Duration::from_millis(5), move || begin.elapsed());
    /// assert!(later.result().unwrap() >= Duration::from_millis(5));
    /// ```
    #[track_caller]
    pub fn schedule_after<F, T>(&self, delay: Duration, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.shared.schedule_after(delay, f)
    }

    /// Queues `f` again and again: see [`ThreadPoolExecutor::schedule_every`](crate::ThreadPoolExecutor::schedule_every).
    ///
    /// ```
    /// # use earnest_pool::{Every, ThreadPoolExecutor};
    /// # use std::{sync::mpsc::channel, time::Duration};
    /// # let pool = ThreadPoolExecutor::new();
    /// let (tick, ticks) = channel();
    /// let ticking = pool.handle().schedule_every(Every::delay(Duration::from_millis(1)), move || {
    ///     let _nobody_listens = tick.send(());
    /// });
    /// assert_eq!(ticks.iter().take(2).count(), 2);
    /// assert!(ticking.cancel());
    /// ```
    #[track_caller]
    pub fn schedule_every(&self, every: Every, f: impl FnMut() + Send + 'static) -> Future<()> {
        self.shared.schedule_every(every, f)
    }

    /// Runs an async block on the pool's workers: see [`ThreadPoolExecutor::spawn_async`](crate::ThreadPoolExecutor::spawn_async).
    ///
    /// ```
    /// # let pool = earnest_pool::ThreadPoolExecutor::new();
    /// let (promise, question) = earnest_core::promise::<u32>();
    /// let answer = pool.handle().spawn_async(async { question.await.unwrap() * 2 });
    /// promise.complete(21).unwrap();
    /// assert_eq!(answer.result().unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn spawn_async<F>(&self, block: F) -> Future<F::Output>
    where
        F: core::future::Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.shared.spawn_async(block)
    }

    /// Lends `f` the state of the worker that it runs on: see [`ThreadPoolExecutor::submit_local`](crate::ThreadPoolExecutor::submit_local).
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::builder().worker_state(|index| format!("worker {index}")).build()?;
    /// let name = pool.handle().submit_local(|name: &mut String| name.clone());
    /// assert_eq!(name.result().unwrap(), "worker 0");
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    #[track_caller]
    pub fn submit_local<F, T>(&self, f: F) -> Future<T>
    where
        F: FnOnce(&mut S) -> T + Send + 'static,
        T: Send + 'static,
        S: 'static,
    {
        self.shared.submit_local(f)
    }

    /// Which worker of the pool the calling thread is, if it is one: see [`ThreadPoolExecutor::worker_index`](crate::ThreadPoolExecutor::worker_index).
    ///
    /// ```
    /// # let pool = earnest_pool::ThreadPoolExecutor::new();
    /// let handle = pool.handle();
    /// assert_eq!(handle.worker_index(), None);
    /// assert_eq!(pool.submit(move || handle.worker_index()).result().unwrap(), Some(0));
    /// ```
    #[must_use]
    pub fn worker_index(&self) -> Option<usize> {
        seat::index_in(&*self.shared)
    }
}

impl<S> Executor for PoolHandle<S> {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.shared.spawn(task, Entry::Submit)
    }

    fn try_spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.shared.spawn(task, Entry::Try)
    }

    /// The largest number of workers.
    fn parallelism(&self) -> Option<NonZeroUsize> {
        NonZeroUsize::new(self.shared.sleep.max_workers() as usize)
    }

    #[inline]
    fn host(&self) -> Option<HostId> {
        Some(HostId::of(&*self.shared))
    }
}

impl<S> Clone for PoolHandle<S> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), state: PhantomData }
    }
}

impl<S> fmt::Debug for PoolHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt_as("PoolHandle", f)
    }
}
