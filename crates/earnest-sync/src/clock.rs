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
/// What lies further ahead than any timeout.
const AGES: Duration = Duration::from_secs(1 << 30);

impl Clock {
    /// A clock that stands still.
    #[expect(clippy::new_without_default, reason = "it is more than a value")]
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
    /// All deadlines that were set before have passed.
    pub fn strike(self) {
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
