//! The executor itself: where a closure comes in, and how it all ends.

use crate::builder::{Builder, Initializer};
use crate::error::StillRunning;
use crate::queue::Queues;
use crate::report::report;
use crate::shutdown::Shutdown;
use crate::sleep::{MAX_WORKERS, Sleep, StartPermit};
use crate::worker;
use core::fmt;
use core::num::NonZeroUsize;
use earnest_core::{
    Broken, Dismissal, Executor, ExecutorExt, Future, Refusal, Refused, Runnable, SubmitError, deadline_after,
};
use earnest_sync::{MODEL, Mutex, mutant, thread};
use std::sync::{Arc, OnceLock};

/// How many threads may stand in for those whose tasks wait, unless it is said.
const SPARE_WORKERS: usize = if MODEL { 1 } else { 256 };

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
/// which they run. What a task itself submits may go before them on its worker, newest first. Everything before a
/// submission happens before the task.
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
pub struct ThreadPoolExecutor {
    shared: Arc<Shared>,
}

/// A way to submit to a [`ThreadPoolExecutor`] that can be cloned and sent anywhere. It does not keep the pool open:
/// after the executor is shut down or dropped, submissions are refused.
#[derive(Clone)]
pub struct PoolHandle {
    shared: Arc<Shared>,
}

/// What the executor, its handles and its workers have in common.
pub(crate) struct Shared {
    pub(crate) queues: Queues,
    pub(crate) sleep: Sleep,
    max_workers: usize,
    thread_name_prefix: String,
    stack_size: Option<usize>,
    initializer: Option<Initializer>,
    broken: OnceLock<Broken>,
    /// Locked while a thread is started, so that whoever joins them finds all there are.
    threads: Mutex<Vec<Thread>>,
    /// Held by the one who joins them.
    joining: Mutex<()>,
}

struct Thread {
    name: String,
    join: thread::JoinHandle<()>,
}

impl Shared {
    pub(crate) fn new(builder: Builder, max_workers: usize, thread_name_prefix: String) -> Arc<Shared> {
        let max_spare = builder.max_spare_workers.unwrap_or(if max_workers == 1 { 0 } else { SPARE_WORKERS });
        let max_threads = max_workers.saturating_add(max_spare).min(MAX_WORKERS);
        Arc::new(Shared {
            queues: Queues::new(max_threads),
            sleep: Sleep::new(max_workers, max_threads),
            max_workers,
            thread_name_prefix,
            stack_size: builder.stack_size,
            initializer: builder.initializer,
            broken: OnceLock::new(),
            threads: Mutex::new(Vec::new()),
            joining: Mutex::new(()),
        })
    }

    // ---- a task comes in ----

    fn spawn(self: &Arc<Shared>, task: Runnable) -> Result<(), Refused> {
        let counts = self.sleep.counts();
        if counts.is_closed() || counts.live() == 0 && !self.has_first_worker() {
            return Err(Refused { task, reason: self.refusal() });
        }
        task.belongs_to(worker::owner(self));
        match worker::push_local(self, task) {
            // A lone worker needs nobody to be told of its own task: it looks into its deque before it does anything
            // else.
            Ok(()) if self.max_workers == 1 => return Ok(()),
            Ok(()) => {}
            Err(task) => self.queues.push(task),
        }
        self.announce_work();
        Ok(())
    }

    /// Tells those who could run what has just been queued.
    pub(crate) fn announce_work(self: &Arc<Shared>) {
        let (counts, start) = self.sleep.work_added(|| self.queues.backlog());
        if let Some(permit) = start {
            self.start_worker(permit);
        } else if counts.is_closed() && counts.live() == 0 && !mutant!("stranded_left_lying") {
            // The pool was closed, and its last worker left, between our first look and the push.
            self.dismiss_queued();
        }
    }

    #[cold]
    fn has_first_worker(self: &Arc<Shared>) -> bool {
        match self.sleep.first_worker() {
            Some(permit) => self.start_worker(permit),
            None => !self.sleep.counts().is_closed(),
        }
    }

    /// The size of a worker's stack, as far as it is known.
    pub(crate) fn stack_size(&self) -> usize {
        /// What threads of `std` get unless the environment says otherwise.
        const DEFAULT: usize = 2 << 20;
        self.stack_size.unwrap_or_else(|| {
            let said = std::env::var("RUST_MIN_STACK").ok().and_then(|bytes| bytes.parse().ok());
            said.unwrap_or(DEFAULT)
        })
    }

    fn refusal(&self) -> Refusal {
        self.broken.get().map_or(Refusal::Rejected, |broken| Refusal::Broken(broken.clone()))
    }

    /// Starts one more worker. `false`: there is no thread to be had, and the worker has been counted out again.
    #[cold]
    fn start_worker(self: &Arc<Shared>, permit: StartPermit) -> bool {
        let error = {
            let mut threads = self.threads.lock();
            // While the pool closes, those who have left keep their seats: then there may be none, and those who are
            // still there do the rest.
            match self.queues.take_seat() {
                None => None,
                Some(seat) => match self.start_thread(seat) {
                    Ok(thread) => {
                        threads.push(thread);
                        return true;
                    }
                    Err(error) => {
                        self.queues.free_seat(seat);
                        Some(error)
                    }
                },
            }
        };
        if let Some(error) = error {
            report(|| tracing::warn!(target: "earnest", %error, "a worker's thread could not be started"));
        }
        if self.sleep.start_failed(permit).live() == 0 {
            self.dismiss_queued();
            self.sleep.signal_end();
        } else if self.queues.has_work() {
            // Somebody may have relied on the worker that did not come; whoever parks can do it.
            let (_, start) = self.sleep.work_added(|| 0);
            debug_assert!(start.is_none(), "no thread is started for an empty backlog");
        }
        false
    }

    fn start_thread(self: &Arc<Shared>, seat: usize) -> std::io::Result<Thread> {
        let name = format!("{}_{seat}", self.thread_name_prefix);
        let mut builder = thread::Builder::new().name(name.clone());
        if let Some(bytes) = self.stack_size {
            builder = builder.stack_size(bytes);
        }
        let shared = self.clone();
        let join = builder.spawn(move || worker::run(&shared, seat, shared.initializer.as_ref()))?;
        Ok(Thread { name, join })
    }

    // ---- it all ends ----

    /// Accepts nothing any more because of `cause`, which is the outcome of everything that is queued.
    pub(crate) fn break_down(&self, cause: Broken) {
        if let Err(second) = self.broken.set(cause) {
            // The first cause stands. The other's destructor is the user's code.
            report(|| drop(second));
        }
        self.sleep.close(true);
        self.dismiss_queued();
    }

    /// Dismisses what is queued, for the reason for which submissions are refused.
    pub(crate) fn dismiss_queued(&self) {
        self.drain(|| match self.refusal() {
            Refusal::Broken(broken) => Dismissal::Broken(broken),
            _ => Dismissal::Rejected,
        });
    }

    fn drain(&self, reason: impl Fn() -> Dismissal) {
        while let Some(task) = self.queues.take_any() {
            task.dismiss(reason());
        }
    }

    fn shut_down(&self, how: Shutdown) -> Result<(), StillRunning> {
        let deadline = how.timeout.and_then(deadline_after);
        self.sleep.close(false);
        if how.cancel_pending {
            self.drain(|| Dismissal::Cancelled);
        }
        // A worker cannot wait for itself: it has begun the shutdown, and goes on.
        if !how.wait || worker::is_worker_of(self) {
            return Ok(());
        }
        if !self.sleep.wait_until_ended(deadline) {
            return Err(StillRunning::new(self.threads_left()));
        }
        // They have left their loops, and drop their thread-locals, which may take its time.
        while deadline.is_some() && !self.threads_left().is_empty() {
            if !self.sleep.pause(deadline) {
                return Err(StillRunning::new(self.threads_left()));
            }
        }
        self.join_threads();
        Ok(())
    }

    fn threads_left(&self) -> Vec<String> {
        let threads = self.threads.lock();
        threads
            .iter()
            .filter(|thread| !earnest_sync::is_finished(&thread.join))
            .map(|thread| thread.name.clone())
            .collect()
    }

    /// Returns when the threads are gone, with all their thread-locals. Of several who wait, one joins, and the others
    /// wait for that one.
    fn join_threads(&self) {
        let _one_joins = self.joining.lock();
        loop {
            let Some(thread) = self.threads.lock().pop() else { return };
            let _a_worker_does_not_panic = thread.join.join();
        }
    }
}

impl ThreadPoolExecutor {
    /// A pool with the default settings; see [`Builder`].
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build_unchecked()
    }

    /// Settings for a pool.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn from_shared(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// A way to submit that can be cloned and sent anywhere, and does not keep the pool open.
    #[must_use]
    pub fn handle(&self) -> PoolHandle {
        PoolHandle { shared: self.shared.clone() }
    }

    /// Queues `f`, and gives back the future of what it returns. Never blocks.
    ///
    /// Where the pool accepts nothing any more, `f` is dropped, and the future is done already, with
    /// [`Error::Rejected`](earnest_core::Error::Rejected) or [`Error::Broken`](earnest_core::Error::Broken).
    #[track_caller]
    pub fn submit<F, T>(&self, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::submit(self, f)
    }

    /// Like [`submit`](Self::submit), and gives `f` back if the pool does not accept it.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with `f` inside, after a shutdown, when the pool is broken, or when it has no thread and cannot
    /// start one.
    #[track_caller]
    pub fn try_submit<F, T>(&self, f: F) -> Result<Future<T>, SubmitError<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::try_submit(self, f)
    }

    /// Queues `f`, with no future to ask. A panic in it is reported as a [`tracing`] event.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with `f` inside, as for [`try_submit`](Self::try_submit).
    #[track_caller]
    pub fn execute<F>(&self, f: F) -> Result<(), SubmitError<F>>
    where
        F: FnOnce() + Send + 'static,
    {
        ExecutorExt::execute(self, f)
    }

    /// Accepts no more tasks, lets the queued ones run, and blocks until all workers have ended.
    ///
    /// Can be called again, and from any thread. On a worker of this pool it does not wait.
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
    /// [`StillRunning`] when `how.timeout` has passed; the workers go on, and a later call can wait for them again.
    pub fn shutdown_with(&self, how: Shutdown) -> Result<(), StillRunning> {
        self.shared.shut_down(how)
    }

    /// The largest number of threads.
    #[must_use]
    pub fn max_workers(&self) -> usize {
        self.shared.max_workers
    }

    /// The number of threads there are now.
    #[must_use]
    pub fn worker_count(&self) -> usize {
        self.shared.sleep.counts().live() as usize
    }
}

impl Default for ThreadPoolExecutor {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for ThreadPoolExecutor {
    fn drop(&mut self) {
        let how = Shutdown { cancel_pending: thread::panicking(), ..Shutdown::default() };
        let _ended = self.shared.shut_down(how);
    }
}

impl Executor for ThreadPoolExecutor {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.shared.spawn(task)
    }

    /// The largest number of workers.
    fn parallelism(&self) -> Option<NonZeroUsize> {
        NonZeroUsize::new(self.shared.max_workers)
    }
}

impl Executor for PoolHandle {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.shared.spawn(task)
    }

    /// The largest number of workers.
    fn parallelism(&self) -> Option<NonZeroUsize> {
        NonZeroUsize::new(self.shared.max_workers)
    }
}

impl PoolHandle {
    /// See [`ThreadPoolExecutor::submit`].
    #[track_caller]
    pub fn submit<F, T>(&self, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        ExecutorExt::submit(self, f)
    }
}

impl fmt::Debug for ThreadPoolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt_as("ThreadPoolExecutor", f)
    }
}

impl fmt::Debug for PoolHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt_as("PoolHandle", f)
    }
}

impl Shared {
    fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("thread_name_prefix", &self.thread_name_prefix)
            .field("max_workers", &self.max_workers)
            .field("workers", &self.sleep.counts())
            .finish_non_exhaustive()
    }
}
