//! Numbers for futures, for those who want to tell them apart.

use core::fmt;
use core::num::NonZeroUsize;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Tells one future from all others of the process; see [`Future::id`](crate::Future::id).
///
/// Given on first use, in the order of these. The numbers are as wide as a pointer, and begin anew when they are used
/// up.
///
/// ```
/// let (one, other) = (earnest_core::Future::ready(1), earnest_core::Future::ready(2));
/// assert!(one.id() < other.id(), "it was asked for first");
/// assert_ne!(one.id().to_string(), other.id().to_string());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FutureId(NonZeroUsize);

impl FutureId {
    /// The next one that is free.
    pub(crate) fn next() -> FutureId {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        loop {
            // ORDERING: Relaxed; only uniqueness matters.
            let number = LAST.fetch_add(1, Relaxed).wrapping_add(1);
            if let Some(number) = NonZeroUsize::new(number) {
                return FutureId(number);
            }
        }
    }

    pub(crate) fn from_number(number: usize) -> Option<FutureId> {
        NonZeroUsize::new(number).map(FutureId)
    }

    pub(crate) fn number(self) -> usize {
        self.0.get()
    }
}

impl fmt::Debug for FutureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FutureId({})", self.0)
    }
}

impl fmt::Display for FutureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
