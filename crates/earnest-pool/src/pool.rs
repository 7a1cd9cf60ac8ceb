//! The executor itself and its handles: what users call.

use crate::admit::Entry;
use crate::builder::Builder;
use crate::handle::PoolHandle;
use crate::repeat::Every;
use crate::shared::Shared;
use crate::shutdown::Shutdown;
use core::fmt;
use core::marker::PhantomData;
use core::num::NonZeroUsize;
use earnest_core::{
    Executor, ExecutorExt, Future, HostId, Refused, Runnable, SubmitError, TaskContext, TaskOptions,
};
use earnest_sync::thread;
use std::sync::Arc;
use std::time::Duration;

/// A pool of threads that run tasks, each of which has a future.
///
/// The executor owns its threads, which are started on demand: one when a task is queued and no worker is free to
/// look for it, up to `max_workers`. It is not `Clone`; what tasks and callbacks capture to submit more is a
/// [`handle`](Self::handle), which does not keep the pool open.
///
/// Dropping it shuts it down: queued tasks run, and the drop blocks until they have. While unwinding from a panic,
/// queued tasks are cancelled instead.
///
/// # Order
///
/// Tasks that come from outside start in the order in which they were queued; with one worker that is the order in
/// which they run. With several, a worker whose tasks have taken less than two microseconds each takes some at once, and
/// what lies in its hands may start a little later than what came after it. What a task itself submits may go before
/// them on its worker, newest first. Everything before a submission happens before the task.
///
/// # Waiting inside a task
///
/// A task may wait for others, of its own pool too. If what it waits for without a timeout is a task of the pool that
/// has not begun, its worker runs that task in place, on the same stack and with the same thread-locals. While it waits
/// for anything else, another worker goes on in its stead, a spare one if need be: see
/// [`max_spare_workers`](Builder::max_spare_workers). A wait without a timeout that could never end, because tasks wait
/// for each other in a circle, is refused with [`Error::Deadlock`](earnest_core::Error::Deadlock), which names them;
/// this is found by who waits for whom, in all pools of the process, and never by how long something takes.
///
/// The pool knows of waits for futures, by whatever function of these crates. A task that blocks on something else, a
/// lock or a channel, holds its worker.
///
/// ```
/// use earnest_pool::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::new();
/// let sum = pool.submit(|| (1..=10).sum::<u32>());
/// assert_eq!(sum.result().unwrap(), 55);
/// ```
///
/// # Fork
///
/// A child that a process makes by `fork` has copies of its pools, and none of their threads. There a wait without a
/// timeout for tasks of such a pool gives [`Error::Deadlock`](earnest_core::Error::Deadlock), the pool is broken once it
/// would start a thread or is shut down, and [`shutdown`](Self::shutdown) and dropping it return at once. Pools
/// that had no threads yet, and those that the child makes, work as always. The default pool is one of the former kind
/// only if it has not been used.
///
/// This holds if no other thread was in the middle of something at that moment. A lock that one held is held in the
/// child for ever, be it of the standard library, which takes one to start a thread, or of these crates, which take one
/// where a task waits, and where a worker looks for tasks from outside.
///
/// # State per worker
///
/// `S` is what each worker keeps for itself, by default nothing: see [`Builder::worker_state`].
pub struct ThreadPoolExecutor<S = ()> {
    pub(crate) shared: Arc<Shared>,
    state: PhantomData<fn(&mut S)>,
}

impl ThreadPoolExecutor {
    /// A pool with the default settings; see [`Builder`].
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::new();
    /// assert_eq!(pool.worker_count(), 0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build_unchecked()
    }

    /// Settings for a pool.
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::builder().max_workers(2).build()?;
    /// assert_eq!(pool.max_workers(), 2);
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl<S> ThreadPoolExecutor<S> {
    /// The states of `shared`'s workers are of type `S`.
    pub(crate) fn from_shared(shared: Arc<Shared>) -> Self {
        Self { shared, state: PhantomData }
    }

    /// A way to submit that can be cloned and sent anywhere, and does not keep the pool open.
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::new();
    /// let handle = pool.handle();
    /// let outer = pool.submit(move || handle.submit(|| 7).result());
    /// assert_eq!(outer.result().unwrap().unwrap(), 7);
    /// ```
    #[must_use]
    pub fn handle(&self) -> PoolHandle<S> {
        PoolHandle::new(self.shared.clone())
    }

    /// Queues `f`, and gives back the future of what it returns. Never blocks, unless the queue is
    /// [bounded](Builder::queue_capacity), full, and has submissions wait.
    ///
    /// Where the pool does not accept the task, `f` is dropped, and the future is done already, with
    /// [`Error::Rejected`](earnest_core::Error::Rejected) or [`Error::Broken`](earnest_core::Error::Broken).
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::new();
    /// let words = vec!["moved", "in"];
    /// let lengths = pool.submit(move || words.into_iter().map(str::len).collect::<Vec<_>>());
    /// assert_eq!(lengths.result().unwrap(), [5, 2]);
    /// ```
    #[track_caller]
    pub fn submit<F, T>(&self, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::submit(self, f)
    }

    /// Like [`submit`](Self::submit), with a name, priority, deadline or token, which `f` is told of.
    ///
    /// When the deadline passes, a task that has not begun is ended at once, and a running one's token is cancelled, by
    /// a thread that all pools share, which is there while there is anything for it to do. Callbacks that run there hold it
    /// up. Nothing is interrupted: what runs past its deadline and never looks at its token goes on running.
    ///
    /// ```
    /// use earnest_core::TaskOptions;
    /// use earnest_pool::ThreadPoolExecutor;
    /// use std::time::Duration;
    ///
    /// let pool = ThreadPoolExecutor::builder().max_workers(1).build()?;
    /// let options = TaskOptions::new().name("patient").timeout(Duration::from_millis(20));
    /// let patient = pool.submit_with(options, |context| context.token().wait());
    /// assert!(patient.result().unwrap_err().is_deadline_exceeded());
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    #[track_caller]
    pub fn submit_with<F, T>(&self, options: TaskOptions, f: F) -> Future<T>
    where
        F: FnOnce(&TaskContext<'_>) -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::submit_with(self, options, f)
    }

    /// Queues `f` when `delay` has passed, as if it were submitted then. The call does not block.
    ///
    /// It can be cancelled until it begins. If the pool is shut down before, it ends with
    /// [`Error::Rejected`](earnest_core::Error::Rejected): nobody waits for what is not due. A delay that is too large for the
    /// clock means never. If a [bounded](Builder::queue_capacity) queue is full when it is due, it is brought again a little
    /// later where submissions wait for room, and refused where they are.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let pool = earnest_pool::ThreadPoolExecutor::new();
    /// let begin = Instant::now();
    /// let later = pool.schedule_after(Duration::from_millis(20), Instant::now);
    /// assert!(later.result().unwrap() - begin >= Duration::from_millis(20));
    /// ```
    #[track_caller]
    pub fn schedule_after<F, T>(&self, delay: Duration, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.shared.schedule_after(delay, f)
    }

    /// Queues `f` again and again, at a [fixed rate](Every::rate) or with a [fixed delay](Every::delay). Runs never overlap.
    /// The call does not block.
    ///
    /// The future is done when that comes to its end: when it is cancelled, which a run in progress does not prevent; with
    /// the panic, when `f` panics, after which it is not called again; with [`Error::Rejected`](earnest_core::Error::Rejected)
    /// when the pool is shut down. **Dropping the future lets it go on.** A run that finds a
    /// [bounded](Builder::queue_capacity) queue full is left out, as is one that is discarded from it, or for which there is
    /// no thread.
    ///
    /// ```
    /// use earnest_pool::{Every, ThreadPoolExecutor};
    /// use std::sync::mpsc::channel;
    /// use std::time::Duration;
    ///
    /// let pool = ThreadPoolExecutor::new();
    /// let (tick, ticks) = channel();
    /// let ticking = pool.schedule_every(Every::rate(Duration::from_millis(5)), move || {
    ///     let _nobody_listens = tick.send(());
    /// });
    /// ticks.iter().take(3).count();
    /// assert!(ticking.cancel());
    /// ```
    #[track_caller]
    pub fn schedule_every(&self, every: Every, f: impl FnMut() + Send + 'static) -> Future<()> {
        self.shared.schedule_every(every, f)
    }

    /// Runs an async block on the pool's workers, and gives back the future of what it comes to. Does not block.
    ///
    /// It is polled by a task of the pool whenever it has been woken; while it waits it holds no worker, so that one worker
    /// has many of them in progress. A block that blocks its thread holds up a worker, as any task does: for a call that has
    /// to, there is [`blocking`](earnest_core::blocking).
    ///
    /// Unlike a task it **can be cancelled at any time**: the block is dropped at once, or where it is polled just then, when
    /// that is over. A panic in it is the future's. When the pool is shut down, blocks that wait to be woken end with
    /// [`Error::Abandoned`](earnest_core::Error::Abandoned); those that are queued are still polled. Turns to be polled take no
    /// places in a [bounded](Builder::queue_capacity) queue.
    ///
    /// The pool brings no timers and no input or output: those come from whatever the block awaits.
    ///
    /// ```
    /// let pool = earnest_pool::ThreadPoolExecutor::new();
    /// let (promise, question) = earnest_core::promise::<u32>();
    /// let answer = pool.spawn_async(async move { question.await.unwrap() * 2 });
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

    /// Like [`submit`](Self::submit), and lends `f` the state of the worker that it runs on.
    ///
    /// Which worker that is, is not known beforehand. A task that panics leaves the state as it was at that moment, for
    /// the next task to find. A state is lent to one task at a time: one that runs in place while another waits, on the
    /// same worker, gets a second state.
    ///
    /// ```
    /// use earnest_pool::ThreadPoolExecutor;
    ///
    /// let pool = ThreadPoolExecutor::builder().max_workers(2).worker_state(|_index| Vec::new()).build()?;
    /// let lengths = [(); 3].map(|()| {
    ///     pool.submit_local(|scratch: &mut Vec<u8>| {
    ///         scratch.push(0);
    ///         scratch.len()
    ///     })
    /// });
    /// let total: usize = lengths.into_iter().map(|length| length.result().unwrap()).sum();
    /// // One worker came to 1, 2 and 3, or two of them to 1, 2 and 1.
    /// assert!(total == 6 || total == 4);
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

    /// Like [`submit`](Self::submit), and gives `f` back if the pool does not accept it. Never blocks: a full queue is a
    /// reason not to, whatever the [policy](crate::RejectionPolicy).
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with `f` inside, after a shutdown, when the pool is broken, or when it has no thread and cannot
    /// start one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::new();
    /// pool.shutdown();
    /// let closure = pool.try_submit(|| 7).unwrap_err().into_inner();
    /// assert_eq!(closure(), 7, "it can be called here");
    /// ```
    #[track_caller]
    pub fn try_submit<F, T>(&self, f: F) -> Result<Future<T>, SubmitError<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::try_submit(self, f)
    }

    /// Queues `f`, with no future to ask. Blocks where [`submit`](Self::submit) does. A panic in `f` is reported as a
    /// [`tracing`](https://docs.rs/tracing) event.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with `f` inside, as for [`try_submit`](Self::try_submit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_pool::ThreadPoolExecutor;
    /// let pool = ThreadPoolExecutor::new();
    /// let (sender, seen) = std::sync::mpsc::channel();
    /// assert!(pool.execute(move || sender.send(7).unwrap()).is_ok());
    /// assert_eq!(seen.recv().unwrap(), 7);
    /// ```
    #[track_caller]
    pub fn execute<F>(&self, f: F) -> Result<(), SubmitError<F>>
    where
        F: FnOnce() + Send + 'static,
    {
        ExecutorExt::execute(self, f)
    }
}

impl Default for ThreadPoolExecutor {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Drop for ThreadPoolExecutor<S> {
    fn drop(&mut self) {
        let how = Shutdown { cancel_pending: thread::panicking(), ..Shutdown::default() };
        let _ended = self.shared.shut_down(how);
    }
}

impl<S> Executor for ThreadPoolExecutor<S> {
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

impl<S> fmt::Debug for ThreadPoolExecutor<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt_as("ThreadPoolExecutor", f)
    }
}
