//! Awaiting that a token is cancelled.

use super::CancellationToken;
use crate::shared_outcome::SharedOutcome;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

/// Ready when a token is cancelled: made by awaiting `&token`.
///
/// Polling does not block. The waker of the latest poll is woken by whoever cancels; a panic in it is caught and
/// reported as a [`tracing`](https://docs.rs/tracing) event. Dropped before it is ready, it leaves nothing behind. Asked again, it is ready again.
///
/// ```
/// use core::future::Future;
/// use core::pin::Pin;
/// use core::task::{Context, Waker};
/// use earnest_core::CancellationToken;
///
/// let token = CancellationToken::new();
/// // What `(&token).await` awaits.
/// let mut cancellation = (&token).into_future();
/// let mut context = Context::from_waker(Waker::noop());
/// assert!(Pin::new(&mut cancellation).poll(&mut context).is_pending());
/// token.cancel();
/// assert!(Pin::new(&mut cancellation).poll(&mut context).is_ready());
/// ```
#[must_use = "this does nothing unless it is awaited; `wait` blocks instead"]
pub struct Cancellation<'a> {
    token: &'a CancellationToken,
    /// `None`: the token had been cancelled before this was made.
    outcome: Option<SharedOutcome<'a, ()>>,
}

impl<'a> Cancellation<'a> {
    pub(super) const fn new(token: &'a CancellationToken, outcome: Option<SharedOutcome<'a, ()>>) -> Self {
        Self { token, outcome }
    }
}

impl core::future::Future for Cancellation<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.outcome {
            // It cannot be abandoned, as there is a token.
            Some(outcome) => Pin::new(outcome).poll(context).map(drop),
            None => Poll::Ready(()),
        }
    }
}

impl fmt::Debug for Cancellation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancellation").field("token", &self.token).finish_non_exhaustive()
    }
}
