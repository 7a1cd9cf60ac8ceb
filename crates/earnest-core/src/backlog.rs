//! Tasks that are counted as long as they have not begun.

use crate::cell::RawCell;
use crate::panic::run_caught;
use crate::side::Side;
use alloc::sync::Arc;
use earnest_sync::{
    AtomicUsize, OnceLock,
    Ordering::{AcqRel, Acquire},
    mutant, window,
};

/// Who counts the tasks that have not begun: a queue that is bounded.
///
/// ```
/// use earnest_core::{Backlog, task};
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// struct Places(AtomicUsize);
/// impl Backlog for Places {
///     fn task_has_left(&self) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
///
/// let places = Arc::new(Places(AtomicUsize::new(0)));
/// let (mut task, future) = task(|| 7);
/// task.count_in(places.clone());
/// assert!(task.was_counted());
/// assert_eq!(places.0.load(Ordering::Relaxed), 0, "it is queued");
/// future.cancel();
/// assert_eq!(places.0.load(Ordering::Relaxed), 1, "it has left, though it was not run");
/// ```
pub trait Backlog: Send + Sync {
    /// One of them has: it is run, or cancelled, or was dismissed, and never will be pending again. Called on the thread that
    /// did it, before its future ends; a panic is caught and reported.
    fn task_has_left(&self);
}

/// A task's place in a backlog, in its side box.
pub(crate) struct BacklogPlace {
    state: AtomicUsize,
    backlog: OnceLock<Arc<dyn Backlog>>,
}

/// In no backlog: --> COUNTED, or GONE if the task has left the pending state before.
const UNCOUNTED: usize = 0;
/// Counted: --> GONE.
const COUNTED: usize = 1;
/// No longer pending. Whoever comes to this state from `COUNTED` tells the backlog.
const GONE: usize = 2;

impl BacklogPlace {
    pub(crate) fn new() -> BacklogPlace {
        BacklogPlace { state: AtomicUsize::new(UNCOUNTED), backlog: OnceLock::new() }
    }

    /// Counts the task, for which there is a place in `backlog`. `is_pending` is asked afterwards.
    pub(crate) fn count(&self, backlog: Arc<dyn Backlog>, is_pending: impl FnOnce() -> bool) {
        if self.backlog.set(backlog).is_err() {
            return;
        }
        window!("queued_not_counted_in");
        // NO MODEL: the backlog lies in a `OnceLock`, which the checker does not see; whoever finds COUNTED is to find it.
        let counted = self.state.compare_exchange(UNCOUNTED, COUNTED, AcqRel, Acquire);
        // Somebody may have claimed the task before it had a side box, and then knows of no backlog; or has found the
        // place uncounted. The word says so, as making the box has changed it after the claim.
        if counted.is_err() {
            self.tell();
        } else if !is_pending() && !mutant!("count_without_look") {
            self.leave();
        }
    }

    /// Whether the task has ever been counted.
    pub(crate) fn is_taken(&self) -> bool {
        self.backlog.get().is_some()
    }

    /// The task is pending no longer.
    pub(crate) fn leave(&self) {
        // NO MODEL: as in `count`.
        if self.state.swap(GONE, AcqRel) == COUNTED {
            self.tell();
        }
    }

    fn tell(&self) {
        if let Some(backlog) = self.backlog.get() {
            // Between a transition and what has to follow from it nothing may unwind.
            run_caught("a backlog", || backlog.task_has_left());
        }
    }
}

impl RawCell {
    /// Counts the task, for which there is a place in `backlog`, until it is pending no longer.
    pub(crate) fn count_in(self, backlog: Arc<dyn Backlog>) {
        self.side().backlog().count(backlog, || self.header().word.load().is_pending());
    }

    /// The task is pending no longer, by this thread's doing. Gives the side box, if there is one.
    #[inline]
    pub(crate) fn leave_backlog<'a>(self) -> Option<&'a Side> {
        let side = self.side_if_made();
        side.map(Side::backlog).into_iter().for_each(BacklogPlace::leave);
        side
    }
}
