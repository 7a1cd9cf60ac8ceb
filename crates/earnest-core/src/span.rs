//! The span of a task, for a subscriber whose code is the user's: a panic in it is caught and reported.

use crate::id::FutureId;
use crate::panic::run_caught;
use core::mem;
use core::panic::Location;
use earnest_sync::catch_unwind;
use tracing::{Level, Span, field};

/// The span of a task, or the one that a thread was in, if any.
#[doc(hidden)]
#[derive(Debug)]
pub struct TaskSpan(Span);

/// Whether a subscriber may want a span for each task.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn spans_are_on() -> bool {
    tracing::level_enabled!(Level::DEBUG)
}

impl TaskSpan {
    /// That of a new task, within the span that this thread is in, if a subscriber wants it.
    #[must_use]
    pub fn of_task(
        id: impl FnOnce() -> FutureId,
        name: Option<&str>,
        location: &'static Location<'static>,
    ) -> TaskSpan {
        TaskSpan::made(|| {
            let id = id();
            tracing::debug_span!(
                target: "earnest::task",
                "task",
                %id,
                name,
                %location,
                outcome = field::Empty,
            )
        })
    }

    /// The one that this thread is in, for what it has submitted later.
    #[must_use]
    pub fn current() -> TaskSpan {
        TaskSpan::made(Span::current)
    }

    fn made(make: impl FnOnce() -> Span) -> TaskSpan {
        if !spans_are_on() {
            return TaskSpan::none();
        }
        catch_unwind(make).map(TaskSpan).unwrap_or_else(|payload| {
            mem::forget(payload);
            TaskSpan::none()
        })
    }

    /// None, which costs nothing.
    #[must_use]
    pub fn none() -> TaskSpan {
        TaskSpan(Span::none())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_disabled()
    }

    /// Calls `f`, which does not panic, inside the span.
    #[inline]
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        if self.is_none() {
            return f();
        }
        let entered = catch_unwind(|| self.0.enter()).map_err(mem::forget);
        let result = f();
        run_caught("a subscriber", || drop(entered));
        result
    }

    /// Says what the task has come to.
    pub fn ends(&self, outcome: &'static str) {
        if !self.is_none() {
            run_caught("a subscriber", || {
                self.0.record("outcome", outcome);
            });
        }
    }
}

impl Drop for TaskSpan {
    fn drop(&mut self) {
        if !self.is_none() {
            run_caught("a subscriber", || drop(mem::replace(&mut self.0, Span::none())));
        }
    }
}
