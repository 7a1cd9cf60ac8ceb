//! Settings for a pool.

use crate::bound::RejectionPolicy;
use crate::counts::MAX_WORKERS;
use crate::error::BuildError;
use crate::event::Event;
use crate::hooks::{Cause, Hooks};
use crate::monitor::Monitoring;
use crate::pool::ThreadPoolExecutor;
use crate::shared::Shared;
use crate::size::default_max_workers;
use core::any::Any;
use core::marker::PhantomData;
use std::error::Error as StdError;
use std::time::Duration;

/// Settings for a [`ThreadPoolExecutor`].
///
/// ```
/// use earnest_pool::ThreadPoolExecutor;
/// use std::time::Duration;
///
/// let pool = ThreadPoolExecutor::builder()
///     .max_workers(4)
///     .core_workers(1)
///     .keep_alive(Duration::from_secs(60))
///     .max_spare_workers(16)
///     .stack_size(512 << 10)
///     .thread_name_prefix("scraper")
///     .build()?;
/// let name = pool.submit(|| std::thread::current().name().map(str::to_owned));
/// assert_eq!(name.result().unwrap().as_deref(), Some("scraper_0"));
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
///
/// # What runs on a worker's thread
///
/// In this order: [`on_thread_start`](Self::on_thread_start), [`worker_state`](Self::worker_state),
/// [`initializer`](Self::initializer), tasks, [`finalizer`](Self::finalizer), the destructor of the state,
/// [`on_thread_stop`](Self::on_thread_stop), the destructors of thread-locals. All of it happens before
/// [`shutdown`](ThreadPoolExecutor::shutdown) returns.
///
/// If the state or the initializer fails the pool is *broken*: queued futures and later submissions end with
/// [`Error::Broken`](earnest_core::Error::Broken), running tasks finish. What comes after the tasks runs in any case,
/// also on the thread on which something failed. Panics in it, and in `on_thread_start`, are caught and reported as
/// [`tracing`](https://docs.rs/tracing) events, and change nothing else. What the end of a worker submits is refused where
/// the pool is shut down or broken, and run by another worker where only this one leaves.
///
/// ```
/// # use earnest_pool::ThreadPoolExecutor;
/// let (sender, seen) = std::sync::mpsc::channel();
/// let note = |what| {
///     let sender = sender.clone();
///     move || sender.send(what).unwrap()
/// };
/// let (starts, state, stops) = (note("start"), note("state"), note("stop"));
/// let pool = ThreadPoolExecutor::builder()
///     .max_workers(1)
///     .on_thread_start(move |_worker| starts())
///     .worker_state(move |_worker| state())
///     .initializer(note("initializer"))
///     .finalizer(note("finalizer"))
///     .on_thread_stop(move |_worker| stops())
///     .build()?;
/// pool.submit(note("task")).result().unwrap();
/// pool.shutdown();
/// let order: Vec<_> = seen.try_iter().collect();
/// assert_eq!(order, ["start", "state", "initializer", "task", "finalizer", "stop"]);
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[must_use = "settings do nothing until `build` makes a pool of them"]
#[derive(Debug)]
pub struct Builder<S = ()> {
    max_workers: Option<usize>,
    thread_name_prefix: Option<String>,
    stack_size: Option<usize>,
    max_spare_workers: Option<usize>,
    keep_alive: Option<Duration>,
    core_workers: usize,
    queue_capacity: Option<usize>,
    rejection_policy: RejectionPolicy,
    monitoring: Monitoring,
    hooks: Hooks,
    /// Of what type the states are that the hooks make.
    state: PhantomData<fn() -> S>,
}

/// Settings that are complete and make sense.
pub(crate) struct Settings {
    pub(crate) max_workers: usize,
    pub(crate) thread_name_prefix: String,
    pub(crate) stack_size: Option<usize>,
    /// How many threads more than workers, to stand in for those whose tasks wait.
    pub(crate) max_spare_workers: Option<usize>,
    pub(crate) keep_alive: Option<Duration>,
    pub(crate) core_workers: usize,
    /// How many tasks may be queued, and what becomes of more.
    pub(crate) bound: Option<(usize, RejectionPolicy)>,
    pub(crate) monitoring: Monitoring,
    pub(crate) hooks: Hooks,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            max_workers: None,
            thread_name_prefix: None,
            stack_size: None,
            max_spare_workers: None,
            keep_alive: None,
            core_workers: 0,
            queue_capacity: None,
            rejection_policy: RejectionPolicy::Block,
            monitoring: Monitoring::default(),
            hooks: Hooks::none(),
            state: PhantomData,
        }
    }
}

impl<S> Builder<S> {
    /// The largest number of threads. Default: [`available_parallelism`](std::thread::available_parallelism) plus
    /// four, 32 at most, and no more than the environment variable `EARNEST_MAX_WORKERS` says. What is given here it
    /// does not cap. Should it hold anything but a number above 0, that is reported as a [`tracing`](https://docs.rs/tracing) event, and ignored.
    pub fn max_workers(mut self, n: usize) -> Self {
        self.max_workers = Some(n);
        self
    }

    /// What thread names begin with; an underscore and the worker's number follow. Default: `ThreadPoolExecutor-`
    /// and the number of the pool. The empty name is allowed, and a NUL is not. Rust has names of any length; what a
    /// debugger sees the system may cut short, on Linux to 15 bytes.
    pub fn thread_name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.thread_name_prefix = Some(prefix.into());
        self
    }

    /// The size of each thread's stack, in bytes. Default: that of [`std::thread::Builder`]. It is 128 KiB at least, of which
    /// the pool needs a part.
    ///
    /// The system may round it up. If it is so large that no thread can be had, submissions are refused.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        /// Tasks run beneath others that wait, until half of it is in use. The other half is for the last of them, and for what
        /// the queues need where memory is given back: 23 KiB without optimizations.
        const LEAST: usize = 128 << 10;
        self.stack_size = Some(bytes.max(LEAST));
        self
    }

    /// How many threads more than [`max_workers`](Self::max_workers) there may be, to stand in for workers whose tasks
    /// wait. Default: 256, and none for a pool of one worker, whose tasks thus never run side by side.
    ///
    /// A task that waits for a task of its own pool that has not begun runs it in its place. For whatever else it waits,
    /// another worker goes on in its stead, one that is idle, or a spare one.
    pub fn max_spare_workers(mut self, n: usize) -> Self {
        self.max_spare_workers = Some(n);
        self
    }

    /// How long a worker stays that has nothing to do. Default: for ever.
    ///
    /// Then it ends, with its state and its finalizer, unless no more than [`core_workers`](Self::core_workers) are left;
    /// when there is work again, another is started.
    pub fn keep_alive(mut self, idle: Duration) -> Self {
        self.keep_alive = Some(idle);
        self
    }

    /// How many workers stay, once they have been started, however long they are idle. Default: none. Of no importance
    /// without [`keep_alive`](Self::keep_alive).
    pub fn core_workers(mut self, n: usize) -> Self {
        self.core_workers = n;
        self
    }

    /// How many tasks may be queued that have not begun, wherever they were submitted. Default: any number.
    ///
    /// The bound is exact: a submission takes a place before it queues its task, which gives it back when it begins, is
    /// cancelled, or is dismissed. What becomes of a submission that finds no place is up to the
    /// [policy](Self::rejection_policy), by default to wait for one; [`try_submit`](ThreadPoolExecutor::try_submit) never
    /// waits.
    ///
    /// A pool with a bounded queue pays a lock for each task, and an allocation.
    ///
    /// ```
    /// use earnest_pool::{RejectionPolicy, ThreadPoolExecutor};
    ///
    /// // At most a hundred wait, and whoever brings more does the work.
    /// let pool = ThreadPoolExecutor::builder()
    ///     .queue_capacity(100)
    ///     .rejection_policy(RejectionPolicy::CallerRuns)
    ///     .build()?;
    /// let sums: Vec<_> = (0..1_000_u64).map(|n| pool.submit(move || (0..n).sum::<u64>())).collect();
    /// assert_eq!(sums.into_iter().map(|sum| sum.result().unwrap()).max(), Some(498_501));
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    pub fn queue_capacity(mut self, n: usize) -> Self {
        self.queue_capacity = Some(n);
        self
    }

    /// What becomes of a submission that finds the queue full. Default: it waits. [`RejectionPolicy`] has an example.
    pub fn rejection_policy(mut self, policy: RejectionPolicy) -> Self {
        self.rejection_policy = policy;
        self
    }

    /// Calls `f` first on each worker's thread, with the number of the worker: to set its affinity or priority, or to
    /// let a profiler know of it.
    pub fn on_thread_start(mut self, f: impl Fn(usize) + Send + Sync + 'static) -> Self {
        self.hooks.on_thread_start = Some(Box::new(f));
        self
    }

    /// Gives each worker a state of its own, which `f` makes of the worker's number, and which
    /// [`submit_local`](ThreadPoolExecutor::submit_local) lends to tasks: a connection, a buffer, a generator of random
    /// numbers. A panic in `f` breaks the pool.
    ///
    /// The state is made on the worker's thread and dropped there, and need not be `Send`. A task that has it may wait,
    /// and its worker then run another in its place that asks for a state as well: that one gets a second, which `f`
    /// makes when it is first needed, and which is kept for the next such case. A panic in `f` is then that task's.
    pub fn worker_state<T: Any>(self, f: impl Fn(usize) -> T + Send + Sync + 'static) -> Builder<T> {
        let worker_state = Box::new(move |index| Box::new(f(index)) as Box<dyn Any>);
        Builder {
            hooks: Hooks { worker_state, ..self.hooks },
            max_workers: self.max_workers,
            thread_name_prefix: self.thread_name_prefix,
            stack_size: self.stack_size,
            max_spare_workers: self.max_spare_workers,
            keep_alive: self.keep_alive,
            core_workers: self.core_workers,
            queue_capacity: self.queue_capacity,
            rejection_policy: self.rejection_policy,
            monitoring: self.monitoring,
            state: PhantomData,
        }
    }

    /// Runs `f` on each worker's thread before its first task.
    ///
    /// `f` returns `()`, or `Result<(), E>`. An `Err` or a panic, on any worker, breaks the pool.
    pub fn initializer<R: InitializerResult>(mut self, f: impl Fn() -> R + Send + Sync + 'static) -> Self {
        self.hooks.initializer = Some(Box::new(move || f().into_result()));
        self
    }

    /// Runs `f` on each worker's thread after its last task, also where tasks have panicked, where the pool was broken,
    /// and where the initializer failed: what that has half done can be undone here.
    pub fn finalizer(mut self, f: impl Fn() + Send + Sync + 'static) -> Self {
        self.hooks.finalizer = Some(Box::new(f));
        self
    }

    /// Calls `f` last on each worker's thread, with the number of the worker, when the finalizer has run and the state
    /// is gone.
    pub fn on_thread_stop(mut self, f: impl Fn(usize) + Send + Sync + 'static) -> Self {
        self.hooks.on_thread_stop = Some(Box::new(f));
        self
    }

    /// Calls `f` for whatever happens to the pool's tasks and workers, on the thread on which it does. May be asked for
    /// several times: each is called, in the order of asking.
    ///
    /// It is for taking notes. All of them hold up that thread, which may count as free while it calls them: what waits in one
    /// may wait for ever, with the whole pool, and one that waits because a wait begins calls itself. They may submit tasks; to
    /// this very pool, where its queue is [bounded](Self::queue_capacity), by
    /// [`try_submit`](ThreadPoolExecutor::try_submit) only, as the task that is told of has its place then and is not queued yet. A
    /// panic in one is caught and reported. What they capture is dropped with the pool's last handle: one of them that captures
    /// a handle keeps the pool's memory for ever.
    ///
    /// The turns of [async blocks](ThreadPoolExecutor::spawn_async) are not told of, nor is the half of a
    /// [`join`](earnest_core::join) that is put off: those are parts of something.
    ///
    /// # Cost
    ///
    /// For each task a box, three looks at the clock and the calls. Without this, [`task_times`](Self::task_times), and a
    /// subscriber for spans nothing of that is done.
    ///
    /// ```
    /// use earnest_pool::{Event, ThreadPoolExecutor};
    /// use std::sync::mpsc::channel;
    ///
    /// let (events, seen) = channel();
    /// let pool = ThreadPoolExecutor::builder()
    ///     .on_event(move |event| {
    ///         if let Event::Task { task, event, .. } = event {
    ///             let _nobody_listens = events.send(format!("{}: {event:?}", task.location().line()));
    ///         }
    ///     })
    ///     .build()?;
    /// pool.submit(|| 7).result().unwrap();
    /// // Queued, began, ended.
    /// assert_eq!(seen.iter().take(3).count(), 3);
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    pub fn on_event(mut self, f: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.monitoring.on_event.push(Box::new(f));
        self
    }

    /// Whether [`stats`](ThreadPoolExecutor::stats) says how long tasks are queued, and how long they run. Default: it does not.
    ///
    /// # Cost
    ///
    /// That of [`on_event`](Self::on_event), and 4 KiB for each worker, of 15 at most.
    ///
    /// ```
    /// let pool = earnest_pool::ThreadPoolExecutor::builder().task_times(true).build()?;
    /// pool.submit(|| 7).result().unwrap();
    /// assert_eq!(pool.stats().times.unwrap().run.count(), 1);
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    pub fn task_times(mut self, yes: bool) -> Self {
        self.monitoring.task_times = yes;
        self
    }

    /// Makes the pool. It has no threads until something is submitted.
    ///
    /// # Errors
    ///
    /// [`BuildError`] where a setting makes no sense.
    pub fn build(self) -> Result<ThreadPoolExecutor<S>, BuildError> {
        if let Some(n) = self.max_workers.filter(|n| !(1..=MAX_WORKERS).contains(n)) {
            return Err(BuildError::MaxWorkers(n));
        }
        if self.queue_capacity == Some(0) {
            return Err(BuildError::QueueCapacity);
        }
        if let Some(name) = self.thread_name_prefix.as_ref().filter(|name| name.contains('\0')) {
            return Err(BuildError::ThreadName(name.clone()));
        }
        Ok(self.build_unchecked())
    }

    /// For settings that are known to be valid, as the defaults are.
    pub(crate) fn build_unchecked(self) -> ThreadPoolExecutor<S> {
        let max_workers = self.max_workers.unwrap_or_else(default_max_workers);
        ThreadPoolExecutor::from_shared(Shared::new(Settings {
            max_workers,
            max_spare_workers: self.max_spare_workers,
            keep_alive: self.keep_alive,
            core_workers: self.core_workers,
            thread_name_prefix: self.thread_name_prefix.unwrap_or_else(default_prefix),
            stack_size: self.stack_size,
            bound: self.queue_capacity.map(|capacity| (capacity, self.rejection_policy)),
            monitoring: self.monitoring,
            hooks: self.hooks,
        }))
    }
}

/// Numbers the pools of this process, for their threads' names.
fn default_prefix() -> String {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    // ORDERING: Relaxed; only uniqueness matters.
    format!("ThreadPoolExecutor-{}", NEXT.fetch_add(1, Relaxed))
}

/// What an initializer may return: `()`, or a `Result<(), E>` with any error.
///
/// ```
/// # use earnest_pool::ThreadPoolExecutor;
/// let pool = ThreadPoolExecutor::builder().initializer(|| Err("no licence")).build()?;
/// assert!(pool.submit(|| 7).result().unwrap_err().is_broken());
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "an initializer cannot return `{Self}`",
    label = "returns `{Self}`, where `()` or `Result<(), E>` is wanted",
    note = "what is made for tasks to use goes into `worker_state`, and `submit_local` lends it to them"
)]
pub trait InitializerResult: sealed::IntoResult {}

impl InitializerResult for () {}
impl<E: Into<Box<dyn StdError + Send + Sync>>> InitializerResult for Result<(), E> {}

mod sealed {
    use super::{Cause, StdError};

    #[expect(unnameable_types, reason = "this is what seals the trait")]
    pub trait IntoResult {
        fn into_result(self) -> Result<(), Cause>;
    }

    impl IntoResult for () {
        fn into_result(self) -> Result<(), Cause> {
            Ok(())
        }
    }

    impl<E: Into<Box<dyn StdError + Send + Sync>>> IntoResult for Result<(), E> {
        fn into_result(self) -> Result<(), Cause> {
            self.map_err(Into::into)
        }
    }
}
