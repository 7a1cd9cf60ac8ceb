//! The span of a task, for a subscriber whose code is the user's: a panic in it is caught and reported.

use crate::id::FutureId;
use crate::panic::run_caught;
use core::mem;
use core::panic::Location;
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
        // Where the subscriber does not want it the fields are not made.
        TaskSpan::made(|| {
            tracing::debug_span!(
                target: "earnest::task",
                "task",
                id = %id(),
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
        let mut made = Span::none();
        run_caught("a subscriber", || made = make());
        TaskSpan(made)
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

    /// Calls `f` inside the span.
    #[inline]
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = (!self.is_none()).then(|| Entered::of(&self.0));
        f()
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

/// In the span, until this is dropped, be it by a panic.
struct Entered<'a>(Option<tracing::span::Entered<'a>>);

impl<'a> Entered<'a> {
    fn of(span: &'a Span) -> Entered<'a> {
        let mut entered = None;
        run_caught("a subscriber", || entered = Some(span.enter()));
        Entered(entered)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let entered = self.0.take();
        run_caught("a subscriber", || drop(entered));
    }
}

impl Drop for TaskSpan {
    fn drop(&mut self) {
        if !self.is_none() {
            run_caught("a subscriber", || drop(mem::replace(&mut self.0, Span::none())));
        }
    }
}
