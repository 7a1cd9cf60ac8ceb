//! Awaiting what others await too.

use crate::error::Error;
use crate::future::Future;
use crate::waiter::Waiter;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::pin::Pin;
use core::task::{Context, Poll};

/// The outcome of a [`SharedFuture`](crate::SharedFuture) by reference, to be awaited: made by awaiting `&shared`.
///
/// Polling does not block. The waker of the latest poll is woken, by whoever completes the future; a panic in it is
/// caught and reported as a [`tracing`](https://docs.rs/tracing) event. Dropped before it is ready, it leaves nothing behind.
///
/// ```
/// use core::future::Future as _;
/// use core::pin::Pin;
/// use core::task::{Context, Poll, Waker};
///
/// let (promise, future) = earnest_core::promise();
/// let shared = future.shared();
/// // What `(&shared).await` awaits.
/// let mut outcome = (&shared).into_future();
/// let mut context = Context::from_waker(Waker::noop());
/// assert!(Pin::new(&mut outcome).poll(&mut context).is_pending());
/// promise.complete(7).unwrap();
/// assert!(matches!(Pin::new(&mut outcome).poll(&mut context), Poll::Ready(Ok(7))));
/// ```
#[must_use = "this does nothing unless it is awaited; `result` blocks instead"]
pub struct SharedOutcome<'a, T> {
    future: &'a Future<T>,
    /// Made by the first poll that finds the future pending.
    waiter: Option<Waiter>,
}

impl<'a, T> SharedOutcome<'a, T> {
    pub(crate) fn new(future: &'a Future<T>) -> Self {
        Self { future, waiter: None }
    }
}

impl<'a, T> core::future::Future for SharedOutcome<'a, T> {
    type Output = Result<&'a T, &'a Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.future;
        loop {
            if let Some(outcome) = future.peek() {
                return Poll::Ready(outcome);
            }
            let Some(waiter) = &mut self.waiter else {
                let waiter = Waiter::new(1);
                // Refused where it has settled meanwhile, which the next look shows.
                if future.consumer.watch(waiter.inbox(), 0) {
                    self.waiter = Some(waiter);
                }
                continue;
            };
            if waiter.poll_next(context).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl<T> Drop for SharedOutcome<'_, T> {
    fn drop(&mut self) {
        if let Some(waiter) = &self.waiter {
            // Refused where the future has settled: its token lies in a waiter that nobody asks.
            let _was_registered = self.future.consumer.unwatch(waiter.inbox(), 0);
        }
    }
}

// As for the future itself; it may only be polled by who has it alone.
impl<T> UnwindSafe for SharedOutcome<'_, T> {}
impl<T> RefUnwindSafe for SharedOutcome<'_, T> {}

impl<T> fmt::Debug for SharedOutcome<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedOutcome").field("state", &self.future.state()).finish_non_exhaustive()
    }
}
