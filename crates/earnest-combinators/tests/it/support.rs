//! Executors that tests can look into.

use earnest_core::{Dismissal, Executor, Refusal, Refused, Runnable};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs each task within `submit`.
pub(crate) struct Inline;

impl Executor for Inline {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        task.run();
        Ok(())
    }
}

/// Runs each task on a thread of its own.
pub(crate) struct Threads;

impl Executor for Threads {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        std::thread::spawn(move || task.run());
        Ok(())
    }
}

/// Keeps tasks until told to run them.
#[derive(Default)]
pub(crate) struct Manual(RefCell<VecDeque<Runnable>>);

impl Manual {
    pub(crate) fn queued(&self) -> usize {
        self.0.borrow().len()
    }

    pub(crate) fn run_next(&self) {
        let task = self.0.borrow_mut().pop_front();
        task.expect("something is queued").run();
    }

    pub(crate) fn run_all(&self) {
        loop {
            let Some(task) = self.0.borrow_mut().pop_front() else { return };
            task.run();
        }
    }

    pub(crate) fn dismiss_all(&self, reason: &Dismissal) {
        self.0.take().into_iter().for_each(|task| task.dismiss(reason.clone()));
    }
}

impl Executor for Manual {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.0.borrow_mut().push_back(task);
        Ok(())
    }
}

/// Accepts nothing.
pub(crate) struct Closed;

impl Executor for Closed {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        Err(Refused { task, reason: Refusal::Rejected })
    }
}

/// What `f` panics with, as text.
pub(crate) fn panic_of<R>(f: impl FnOnce() -> R) -> &'static str {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else { panic!("it does not panic") };
    payload.downcast_ref::<&'static str>().copied().expect("panics with a literal")
}
