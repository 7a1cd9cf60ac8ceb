//! What a worker keeps for itself from task to task, of a type that the user chooses.

use core::any::Any;
use core::cell::RefCell;

/// One worker's states: one, and for each task that has a state and waits while another runs in its place, one more.
///
/// They are made on the worker's thread and stay there, so that they need not be `Send`.
pub(crate) struct WorkerState {
    /// Those that no task has.
    free: RefCell<Vec<Box<dyn Any>>>,
}

impl WorkerState {
    /// Not made yet.
    pub(crate) fn new() -> WorkerState {
        WorkerState { free: RefCell::default() }
    }

    pub(crate) fn put(&self, state: Box<dyn Any>) {
        self.free.borrow_mut().push(state);
    }

    /// All of them, when no task runs any more.
    pub(crate) fn into_all(self) -> Vec<Box<dyn Any>> {
        self.free.into_inner()
    }

    /// Lends `f` a state that nobody has, after which it is back, also if `f` panics. If there is none, `make` makes one.
    pub(crate) fn lend<S: 'static, T>(
        &self,
        make: impl FnOnce() -> Box<dyn Any>,
        f: impl FnOnce(&mut S) -> T,
    ) -> T {
        let free = self.free.borrow_mut().pop();
        let mut lent = Lent { state: Some(free.unwrap_or_else(make)), home: self };
        match lent.state.as_mut().and_then(|state| state.downcast_mut()) {
            Some(state) => f(state),
            None => unreachable!("the builder that makes the states makes the type of the pool"),
        }
    }
}

/// A state that is lent, and returns home.
struct Lent<'a> {
    state: Option<Box<dyn Any>>,
    home: &'a WorkerState,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.home.free.borrow_mut().extend(self.state.take());
    }
}
