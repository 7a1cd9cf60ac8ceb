//! What the tests of the earnest crates share.
//!
//! - [`conform`] runs a test that pins rows of the conformance table, and can invert what it claims.
//! - [`watched`] runs a test that could hang: it aborts the process instead, with the state of every thread.
//! - [`guard`] has a test program that hangs end in the same way.
//! - [`alone`] runs a test in a process where no other runs, and `alone_on_small_stack` in one with a small main thread.
//! - `returns_in_child` runs a part of a test in a fork of the process.
//! - `limit_address_space` and `interrupted` make it hard for a process or a thread.
//! - [`example`] is where the program of an example is.
//! - [`Events`] has what was reported through `tracing`, and on demand the spans, as [`SpanRecord`]s.

mod alone;
#[cfg(unix)]
mod child;
mod conform;
mod events;
mod example;
mod guard;
#[cfg(target_os = "linux")]
mod limits;
mod spans;
mod threads;
mod watchdog;

pub use alone::alone;
#[cfg(unix)]
pub use alone::alone_on_small_stack;
#[cfg(unix)]
pub use child::returns_in_child;
pub use conform::{Claims, conform};
pub use events::Events;
pub use example::example;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub use guard::guard_program;
#[cfg(target_os = "linux")]
pub use limits::{interrupted, limit_address_space};
pub use spans::SpanRecord;
pub use watchdog::{PATIENCE, watched, watched_for};
