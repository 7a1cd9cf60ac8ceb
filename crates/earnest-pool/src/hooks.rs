//! What the user has to say on every worker's thread, before its first task and after its last.

use crate::worker_state::WorkerState;
use core::any::Any;
use core::fmt;
use earnest_core::{message_of, run_caught};
use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// In the order in which they are called.
pub(crate) struct Hooks {
    pub(crate) on_thread_start: Option<ThreadHook>,
    pub(crate) worker_state: StateMaker,
    pub(crate) initializer: Option<Initializer>,
    pub(crate) finalizer: Option<Finalizer>,
    pub(crate) on_thread_stop: Option<ThreadHook>,
}

pub(crate) type ThreadHook = Box<dyn Fn(usize) + Send + Sync>;
pub(crate) type StateMaker = Box<dyn Fn(usize) -> Box<dyn Any> + Send + Sync>;
pub(crate) type Initializer = Box<dyn Fn() -> Result<(), Cause> + Send + Sync>;
pub(crate) type Finalizer = Box<dyn Fn() + Send + Sync>;
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

impl Hooks {
    /// No hooks, and states that hold nothing.
    pub(crate) fn none() -> Hooks {
        Hooks {
            on_thread_start: None,
            worker_state: Box::new(|_| Box::new(())),
            initializer: None,
            finalizer: None,
            on_thread_stop: None,
        }
    }

    /// Makes the thread of worker `index` ready for its first task. An error breaks the pool.
    pub(crate) fn thread_begins(&self, index: usize, state: &WorkerState) -> Result<(), Cause> {
        if let Some(start) = &self.on_thread_start {
            run_caught("on_thread_start", || start(index));
        }
        state.put(unless_it_panics("worker_state", || (self.worker_state)(index))?);
        let initialized =
            self.initializer.as_ref().map(|initialize| unless_it_panics("initializer", initialize));
        initialized.unwrap_or(Ok(Ok(())))?
    }

    /// Called once for each thread, also for one that could not be made ready.
    pub(crate) fn thread_ends(&self, index: usize, state: WorkerState) {
        if let Some(finalize) = &self.finalizer {
            run_caught("a finalizer", finalize);
        }
        for state in state.into_all() {
            run_caught("the destructor of a worker's state", || drop(state));
        }
        if let Some(stop) = &self.on_thread_stop {
            run_caught("on_thread_stop", || stop(index));
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("on_thread_start", &self.on_thread_start.is_some())
            .field("initializer", &self.initializer.is_some())
            .field("finalizer", &self.finalizer.is_some())
            .field("on_thread_stop", &self.on_thread_stop.is_some())
            .finish_non_exhaustive()
    }
}

fn unless_it_panics<T>(what: &'static str, f: impl FnOnce() -> T) -> Result<T, Cause> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| HookPanicked::new(what, payload).into())
}

/// The cause of a pool that is broken by a panic where a worker was made ready.
#[derive(Debug)]
struct HookPanicked {
    what: &'static str,
    message: String,
}

impl HookPanicked {
    fn new(what: &'static str, payload: Box<dyn Any + Send>) -> Self {
        let message = message_of(&*payload).unwrap_or_default().to_owned();
        // It may itself panic when dropped, which must not take the worker's accounts with it.
        run_caught("a panic payload", || drop(payload));
        Self { what, message }
    }
}

impl fmt::Display for HookPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} panicked: {}", self.what, self.message)
    }
}

impl StdError for HookPanicked {}
