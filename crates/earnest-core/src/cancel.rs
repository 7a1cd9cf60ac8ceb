//! Cancelling from elsewhere: a handle that can do nothing else.

use crate::cell::RawCell;
use crate::link::Link;
use crate::observer::Chain;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

/// Cancels one future from anywhere. It has no type parameter and keeps neither the closure nor the outcome alive.
///
/// ```
/// use earnest_core::CancelHandle;
///
/// let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| earnest_core::promise::<u32>()).unzip();
/// let handles: Vec<CancelHandle> = futures.iter().map(|future| future.cancel_handle()).collect();
/// assert!(handles.iter().all(CancelHandle::cancel));
/// assert!(promises.iter().all(|promise| promise.is_cancelled()));
/// ```
#[derive(Clone)]
pub struct CancelHandle {
    link: Link,
}

impl CancelHandle {
    pub(crate) fn new(link: Link) -> Self {
        Self { link }
    }

    /// Cancels the future if its task has not begun, and says whether the future is cancelled now.
    /// See [`Future::cancel`](crate::Future::cancel).
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// let handle = future.cancel_handle();
    /// promise.complete(7).unwrap();
    /// assert!(!handle.cancel(), "it is too late");
    /// assert_eq!(future.result().unwrap(), 7);
    /// ```
    #[expect(clippy::must_use_candidate, reason = "cancelling is done for its effect")]
    pub fn cancel(&self) -> bool {
        self.link.cancel()
    }

    /// The future's cell, which stays as long as this handle. `None`: it had settled when the handle was made.
    pub(crate) fn cell(&self) -> Option<RawCell> {
        self.link.cell()
    }

    /// Like `cancel`, and leaves to the caller what follows from it.
    pub(crate) fn cancel_chained(&self) -> Chain {
        self.link.cancel_chained()
    }

    /// Whether the future was cancelled.
    ///
    /// ```
    /// let (_promise, future) = earnest_core::promise::<u32>();
    /// let handle = future.cancel_handle();
    /// assert!(!handle.is_cancelled());
    /// future.cancel();
    /// assert!(handle.is_cancelled());
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.link.is_cancelled()
    }
}

impl UnwindSafe for CancelHandle {}
impl RefUnwindSafe for CancelHandle {}

impl fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelHandle").field("is_cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
