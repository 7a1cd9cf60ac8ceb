//! What the executor, its handles and its workers have in common: threads, and how it all ends.

use crate::bound::Bound;
use crate::builder::Settings;
use crate::counts::MAX_WORKERS;
use crate::degraded::Degraded;
use crate::error::BuildError;
use crate::hooks::Hooks;
use crate::monitor::Monitor;
use crate::queue::Queues;
use crate::report::report;
use crate::schedule::Scheduled;
use crate::sleep::{Sleep, StartPermit};
use crate::with_options::WithOptions;
use crate::worker;
use core::fmt;
use earnest_core::{Broken, Error, Inbox, Owner, Refusal, run_caught};
use earnest_sync::{MODEL, Mutex, mutant, thread, window};
use std::io::ErrorKind;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// One pool, held by its executor, its handles and its workers.
pub(crate) struct Shared {
    pub(crate) queues: Queues,
    pub(crate) sleep: Sleep,
    /// How many may stand in for those who wait, if it was said.
    max_spare_workers: Option<usize>,
    /// How long an idle worker stays, and how many stay however long.
    pub(crate) keep_alive: Option<Duration>,
    pub(crate) core_workers: u64,
    thread_name_prefix: String,
    stack_size: Option<usize>,
    pub(crate) hooks: Hooks,
    broken: OnceLock<Broken>,
    /// Whose the tasks are: given when the first one comes, as only then there are threads that a fork leaves behind.
    owner: OnceLock<Owner>,
    /// Locked while a thread is started, so that whoever joins them finds all there are.
    threads: Mutex<Vec<Thread>>,
    /// Held by the one who joins them.
    joining: Mutex<()>,
    /// A thread that joins them, for those who wait for so long only.
    joiner: Mutex<Option<thread::JoinHandle<()>>>,
    /// The workers whose tasks wait.
    pub(crate) waiting: Mutex<Vec<Arc<Inbox>>>,
    pub(crate) with_options: WithOptions,
    pub(crate) scheduled: Scheduled,
    /// Why tasks run where they are submitted, if they do.
    pub(crate) degraded: OnceLock<Degraded>,
    /// Of a queue that has room for so many tasks only.
    pub(crate) bound: Option<Arc<Bound>>,
    /// Of a pool of which somebody wants to know what goes on.
    pub(crate) monitor: Option<Arc<Monitor>>,
}

/// How many threads there may be, those included that stand in for workers whose tasks wait.
fn max_threads(max_workers: usize, max_spare_workers: Option<usize>) -> usize {
    /// How many may stand in, unless it is said. A pool of one worker is a way to have tasks one after the other.
    const SPARE_WORKERS: usize = if MODEL { 1 } else { 256 };
    let default = if max_workers == 1 { 0 } else { SPARE_WORKERS };
    max_workers.saturating_add(max_spare_workers.unwrap_or(default)).min(MAX_WORKERS)
}

struct Thread {
    name: String,
    /// `None` while somebody joins it.
    join: Option<thread::JoinHandle<()>>,
}

impl Thread {
    fn is_finished(&self) -> bool {
        self.join.as_ref().is_some_and(earnest_sync::is_finished)
    }
}

impl Shared {
    pub(crate) fn new(settings: Settings) -> Arc<Shared> {
        let Settings { max_workers, thread_name_prefix, stack_size, max_spare_workers, .. } = settings;
        let Settings { keep_alive, core_workers, bound, monitoring, hooks, .. } = settings;
        let max_threads = max_threads(max_workers, max_spare_workers);
        Arc::new_cyclic(|this| Shared {
            queues: Queues::new(max_threads),
            sleep: Sleep::new(max_workers, max_threads),
            max_spare_workers,
            keep_alive,
            core_workers: core_workers as u64,
            thread_name_prefix,
            stack_size,
            hooks,
            broken: OnceLock::new(),
            owner: OnceLock::new(),
            threads: Mutex::new(Vec::new()),
            joining: Mutex::new(()),
            joiner: Mutex::new(None),
            waiting: Mutex::new(Vec::new()),
            with_options: WithOptions::default(),
            scheduled: Scheduled::default(),
            degraded: OnceLock::new(),
            bound: bound.map(|(capacity, policy)| Arc::new(Bound::new(capacity, policy))),
            monitor: Monitor::new(this, monitoring, max_workers),
        })
    }

    /// What the pool is known by: its threads' names begin with it.
    pub(crate) fn name(&self) -> &str {
        &self.thread_name_prefix
    }

    /// Where the pool is jammed, what one of those who wait waits for may be a task that only itself could run now. Asked by
    /// whoever may have brought it to that, `but_for` whom they are called.
    pub(crate) fn call_if_jammed(&self, but_for: Option<&Arc<Inbox>>) {
        if self.sleep.is_jammed() {
            self.call_those_who_wait(but_for);
        }
    }

    /// Has the workers whose tasks wait look again whether they could run what they wait for, but for the one that does
    /// this.
    #[cold]
    pub(crate) fn call_those_who_wait(&self, but_for: Option<&Arc<Inbox>>) {
        let waiting = self.waiting.lock();
        for inbox in waiting.iter().filter(|inbox| !but_for.is_some_and(|this| Arc::ptr_eq(this, inbox))) {
            inbox.call();
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

    /// Who the tasks belong to.
    pub(crate) fn owner(&self) -> Owner {
        *self.owner.get_or_init(Owner::next)
    }

    pub(crate) fn refusal(&self) -> Refusal {
        self.broken.get().map_or(Refusal::Rejected, |broken| Refusal::Broken(broken.clone()))
    }

    /// The error for what is refused.
    pub(crate) fn refused(&self) -> Error {
        match self.refusal() {
            Refusal::Broken(broken) => Error::Broken(broken),
            _ => Error::Rejected,
        }
    }

    /// Starts one more worker.
    ///
    /// # Errors
    ///
    /// Where there is no thread to be had: the worker has been counted out again. For what reason, if the system gave one.
    #[cold]
    pub(crate) fn start_worker(self: &Arc<Shared>, permit: StartPermit) -> Result<(), Option<ErrorKind>> {
        if self.is_left_behind() {
            return Err(None);
        }
        let error = {
            let mut threads = self.threads.lock();
            // While the pool closes, those who have left keep their seats: then there may be none, and those who are
            // still there do the rest.
            let is_open = !self.sleep.counts().is_closed();
            match self.queues.take_seat(is_open) {
                None => None,
                Some(seat) => match self.start_thread(seat) {
                    Ok(thread) => {
                        Self::forget_ended(&mut threads);
                        threads.push(thread);
                        self.sleep.start_succeeded(permit);
                        return Ok(());
                    }
                    Err(error) => {
                        self.queues.free_seat(seat);
                        Some(error)
                    }
                },
            }
        };
        window!("not_started_not_counted_out");
        if let Some(error) = &error {
            self.report_no_thread(error);
        }
        if self.sleep.start_failed(permit).live() == 0 {
            // What others have queued relied on this worker.
            if !mutant!("failed_start_unheard") {
                self.dismiss_unserved();
            }
            self.sleep.signal_end();
        } else if self.queues.has_work() {
            // Somebody may have relied on the worker that did not come; whoever parks can do it.
            let (_, start) = self.sleep.work_added(|_| 0);
            debug_assert!(start.is_none(), "no thread is started for an empty backlog");
        }
        self.call_if_jammed(None);
        Err(error.map(|error| error.kind()))
    }

    fn report_no_thread(&self, error: &std::io::Error) {
        let degraded = Degraded::of(error.kind(), cfg!(target_family = "wasm"));
        match degraded {
            Some(degraded) if self.degraded.set(degraded).is_ok() => report(|| {
                tracing::warn!(target: "earnest", %error, "there are no threads: tasks run where they are submitted");
            }),
            Some(_) => {}
            None => {
                report(
                    || tracing::warn!(target: "earnest", %error, "a worker's thread could not be started"),
                );
            }
        }
    }

    /// How many may run from now on.
    pub(crate) fn set_max_workers(self: &Arc<Shared>, n: usize) -> Result<(), BuildError> {
        if !(1..=MAX_WORKERS).contains(&n) {
            return Err(BuildError::MaxWorkers(n));
        }
        {
            // One at a time.
            let _threads = self.threads.lock();
            let max_threads = max_threads(n, self.max_spare_workers);
            self.queues.grow(max_threads);
            self.sleep.resize(n as u64, max_threads as u64);
        }
        if self.queues.has_work() {
            // Whoever comes brings the next.
            self.announce_work();
        }
        if self.sleep.is_jammed() {
            self.call_those_who_wait(None);
        }
        Ok(())
    }

    /// Forgets the threads that have ended, when there are many: workers come and go.
    fn forget_ended(threads: &mut Vec<Thread>) {
        const MANY: usize = 64;
        if threads.len() >= MANY && threads.len().is_power_of_two() {
            threads.retain(|thread| !thread.is_finished());
        }
    }

    fn start_thread(self: &Arc<Shared>, seat: usize) -> std::io::Result<Thread> {
        let name = format!("{}_{seat}", self.thread_name_prefix);
        let mut builder = thread::Builder::new().name(name.clone());
        if let Some(bytes) = self.stack_size {
            builder = builder.stack_size(bytes);
        }
        let shared = self.clone();
        let join = earnest_sync::spawn(builder, move || worker::run(shared, seat))?;
        Ok(Thread { name, join: Some(join) })
    }

    // ---- it all ends ----

    /// Accepts nothing any more because of `cause`, which is the outcome of everything that is queued.
    pub(crate) fn break_down(&self, cause: Broken) {
        if let Err(second) = self.broken.set(cause) {
            // The first cause stands. The other's destructor is the user's code.
            run_caught("the destructor of a second cause for which a pool is broken", || drop(second));
        }
        self.close(true);
        self.dismiss_queued();
    }

    /// Accepts nothing any more.
    pub(crate) fn close(&self, broken: bool) {
        self.sleep.close(broken);
        window!("sleep_closed_bound_open");
        if let Some(bound) = &self.bound {
            bound.close();
        }
        self.scheduled.close();
    }

    /// Whether this process was forked from the one that has the threads. If so, this copy of the pool is broken, and is
    /// left as it is: another thread may have been in the middle of anything when the copy was made.
    pub(crate) fn is_left_behind(self: &Arc<Shared>) -> bool {
        if self.owner.get().is_none_or(|owner| owner.is_of_this_process()) {
            return false;
        }
        if self
            .broken
            .set(Broken::new("the pool has its threads in the process that this one was forked from"))
            .is_ok()
        {
            core::mem::forget(self.clone());
        }
        self.sleep.disown();
        true
    }

    /// The names of those that have not ended.
    pub(crate) fn threads_left(&self) -> Vec<String> {
        let threads = self.threads.lock();
        threads.iter().filter(|thread| !thread.is_finished()).map(|thread| thread.name.clone()).collect()
    }

    /// Returns when the threads are gone, with all their thread-locals. Of several who wait, one joins, and the others
    /// wait for that one. A thread stays in the list until it is gone, for those who wait for so long only.
    pub(crate) fn join_threads(&self) {
        let _one_joins = self.joining.lock();
        loop {
            let Some(join) = self.threads.lock().last_mut().and_then(|thread| thread.join.take()) else {
                return;
            };
            let _a_worker_does_not_panic = join.join();
            self.threads.lock().retain(|thread| thread.join.is_some());
        }
    }

    /// The same, by the deadline. Thread-locals may take their time, and a thread that has come to its end otherwise does not
    /// show whether it is still at that: so another thread joins, and where there is none to be had, this one does. Gives the
    /// names of those that are still there.
    pub(crate) fn join_threads_until(self: &Arc<Shared>, deadline: Option<Instant>) -> Vec<String> {
        let are_gone = || self.threads.lock().is_empty();
        if are_gone() {
            return Vec::new();
        }
        if !self.has_joiner() {
            self.join_threads();
        }
        let _as_the_list_says = self.sleep.wait_until_gone(are_gone, deadline);
        let left: Vec<String> = self.threads.lock().iter().map(|thread| thread.name.clone()).collect();
        if left.is_empty() {
            // It has done what it was for, and is about to end.
            let joiner = self.joiner.lock().take();
            let _it_does_not_panic = joiner.map(thread::JoinHandle::join);
        }
        left
    }

    /// Whether there is a thread that joins the others; if there is none yet, it is started.
    fn has_joiner(self: &Arc<Shared>) -> bool {
        let mut joiner = self.joiner.lock();
        if joiner.is_none() {
            let builder = thread::Builder::new().name(format!("{}_end", self.thread_name_prefix));
            let shared = self.clone();
            let joins = move || {
                shared.join_threads();
                shared.sleep.signal_end();
            };
            *joiner = earnest_sync::spawn(builder, joins).ok();
        }
        joiner.is_some()
    }
}

impl Shared {
    pub(crate) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("thread_name_prefix", &self.thread_name_prefix)
            .field("max_workers", &self.sleep.max_workers())
            .field("workers", &self.sleep.counts())
            .finish_non_exhaustive()
    }
}
