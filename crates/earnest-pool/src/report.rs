//! Telling the user's subscriber, whose code is the user's.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Emits an event. A panic in the subscriber, or in what it displays, must not upset a worker: there is nobody left to
/// report it to, so its payload is leaked rather than dropped, which could panic again.
pub(crate) fn report(event: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(event)) {
        std::mem::forget(payload);
    }
}
