//! What both normal builds and models have of `std`, and a build without it has to do without.

pub use std::panic::resume_unwind;
pub use std::sync::OnceLock;
pub use std::time::Instant;

use std::any::Any;
use std::panic::AssertUnwindSafe;

/// Calls `f`, and catches its panic.
///
/// # Errors
///
/// The payload of the panic.
#[inline]
pub fn catch_unwind<R>(f: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    std::panic::catch_unwind(AssertUnwindSafe(f))
}

/// The name of the calling thread, if it has one.
#[must_use]
pub fn thread_name() -> Option<String> {
    std::thread::current().name().map(str::to_owned)
}
