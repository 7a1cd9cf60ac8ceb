//! The clock of a model: it stands still, until a thread of the model says that the time is up.

use core::time::Duration;
use std::cell::RefCell;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

#[cfg(earnest_loom)]
use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};
#[cfg(earnest_shuttle)]
use shuttle::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Without it a model has no clock, and waits as if there were no timeouts. Made by a model that is about them, and there
/// for all of its threads while it lives.
#[derive(Debug)]
pub struct Clock(());

/// Strikes once, from whatever thread.
#[derive(Debug)]
pub struct Timer(Arc<State>);

#[derive(Debug)]
struct State {
    is_up: AtomicBool,
}

thread_local! {
    /// The threads of a model are run by one.
    static CLOCK: RefCell<Option<Arc<State>>> = const { RefCell::new(None) };
}

/// When all models begin.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
/// 34 years, which is more than what models wait for.
const AGES: Duration = Duration::from_secs(1 << 30);

impl Clock {
    /// A clock that stands still.
    pub fn new() -> (Clock, Timer) {
        let state = Arc::new(State { is_up: AtomicBool::new(false) });
        CLOCK.set(Some(state.clone()));
        (Clock(()), Timer(state))
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        drop(CLOCK.take());
    }
}

impl Timer {
    /// All deadlines that were set before have passed, unless they lie ages ahead.
    ///
    /// # Panics
    ///
    /// If the clock is gone: then nobody has heard it.
    pub fn strike(self) {
        assert!(CLOCK.with_borrow(|clock| clock.as_ref().is_some_and(|clock| Arc::ptr_eq(clock, &self.0))));
        // ORDERING: Relaxed; that time has passed publishes nothing.
        self.0.is_up.store(true, Relaxed);
    }
}

/// The time of the model, if it has any.
pub fn now() -> Option<Instant> {
    let clock = CLOCK.with_borrow(Clone::clone)?;
    // ORDERING: Relaxed, as in `strike`.
    Some(if clock.is_up.load(Relaxed) { *BEGIN + AGES } else { *BEGIN })
}
