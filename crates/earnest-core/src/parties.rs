//! Where the two parties of a future come from: who brings its outcome about, and who receives it.

use crate::cell::RawCell;
use crate::consumer::Consumer;
use crate::context::TaskContext;
use crate::error::Error;
use crate::producer::Producer;
use crate::terms::Terms;
use core::panic::Location;

/// A task: what is needed to run it, and to receive what it comes to. The one allocation is made here.
pub(crate) fn task<F, T>(closure: F, location: &'static Location<'static>) -> (Producer, Consumer<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let cell = RawCell::task::<F, T>(closure, location);
    (Producer::new(cell), Consumer::new(cell))
}

/// Like `task`, for a closure that is told what it was submitted with.
pub(crate) fn task_in_context<F, T>(
    closure: F,
    terms: Terms,
    location: &'static Location<'static>,
) -> (Producer, Consumer<T>)
where
    F: FnOnce(&TaskContext<'_>) -> T + Send + 'static,
    T: Send + 'static,
{
    let cell = RawCell::task_in_context::<F, T>(closure, terms, location);
    (Producer::new(cell), Consumer::new(cell))
}

/// Like `task`, for a closure that borrows.
///
/// # Safety
///
/// What `F` and `T` borrow is there until the task has ended, and `T` until the consumer has: closure and callbacks, and
/// the outcome if the consumer is gone, are dropped before the observers of [`Stage::Wake`](crate::observer::Stage) are
/// told, and the memory of the cell holds nothing that is looked at from then on.
pub(crate) unsafe fn scoped_task<F, T>(
    closure: F,
    location: &'static Location<'static>,
) -> (Producer, Consumer<T>)
where
    F: FnOnce() -> T + Send,
    T: Send,
{
    let cell = RawCell::task::<F, T>(closure, location);
    (Producer::new(cell), Consumer::new(cell))
}

/// A promise: what is needed to keep it, and to receive it.
pub(crate) fn promise<T>(location: &'static Location<'static>) -> (Producer, Consumer<T>) {
    let cell = RawCell::promise::<T>(location);
    (Producer::new(cell), Consumer::new(cell))
}

/// A consumer whose outcome is there from the start.
pub(crate) fn settled<T>(result: Result<T, Error>, location: &'static Location<'static>) -> Consumer<T> {
    Consumer::new(RawCell::settled(result, location))
}
