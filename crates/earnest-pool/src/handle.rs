//! A handle of a pool that does not own it.

use crate::admit::Entry;
#[cfg(doc)]
use crate::pool::ThreadPoolExecutor;
use crate::repeat::Every;
use crate::shared::Shared;
use crate::seat;
use core::fmt;
use core::marker::PhantomData;
use core::num::NonZeroUsize;
use earnest_core::{Executor, ExecutorExt, Future, HostId, Refused, Runnable, TaskContext, TaskOptions};
use std::sync::Arc;
use std::time::Duration;

/// A way to submit to a [`ThreadPoolExecutor`] that can be cloned and sent anywhere. It does not keep the pool open:
/// after the executor is shut down or dropped, submissions are refused.
pub struct PoolHandle<S = ()> {
    shared: Arc<Shared>,
    state: PhantomData<fn(&mut S)>,
}

impl<S> PoolHandle<S> {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, state: PhantomData }
    }

    /// See [`ThreadPoolExecutor::submit`].
    #[track_caller]
    pub fn submit<F, T>(&self, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::submit(self, f)
    }

    /// See [`ThreadPoolExecutor::submit_with`].
    #[track_caller]
    pub fn submit_with<F, T>(&self, options: TaskOptions, f: F) -> Future<T>
    where
        F: FnOnce(&TaskContext<'_>) -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::submit_with(self, options, f)
    }

    /// See [`ThreadPoolExecutor::schedule_after`].
    #[track_caller]
    pub fn schedule_after<F, T>(&self, delay: Duration, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.shared.schedule_after(delay, f)
    }

    /// See [`ThreadPoolExecutor::schedule_every`].
    #[track_caller]
    pub fn schedule_every(&self, every: Every, f: impl FnMut() + Send + 'static) -> Future<()> {
        self.shared.schedule_every(every, f)
    }

    /// See [`ThreadPoolExecutor::spawn_async`].
    #[track_caller]
    pub fn spawn_async<F>(&self, block: F) -> Future<F::Output>
    where
        F: core::future::Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.shared.spawn_async(block)
    }

    /// See [`ThreadPoolExecutor::submit_local`].
    #[track_caller]
    pub fn submit_local<F, T>(&self, f: F) -> Future<T>
    where
        F: FnOnce(&mut S) -> T + Send + 'static,
        T: Send + 'static,
        S: 'static,
    {
        self.shared.submit_local(f)
    }

    /// See [`ThreadPoolExecutor::worker_index`].
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
