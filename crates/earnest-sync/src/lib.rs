//! The one switch between `std` and model-checked synchronisation.
//!
//! Every earnest crate takes its atomics, locks, cells and threads from here. A normal build gets thin wrappers
//! over `std`; a build with `--cfg earnest_loom` gets the same names over [loom], so that the code which ships is
//! the code which is model-checked. Nothing else in the workspace names `std::sync::atomic`, `std::sync::Mutex`
//! or `std::thread`, and nothing else but the pool's queue knows that the cfg exists.
//!
//! This crate is an implementation detail: it is published because the others need it, and promises no stability.
//!
//! [loom]: https://docs.rs/loom

#[cfg(earnest_loom)]
#[path = "loom.rs"]
mod imp;
#[cfg(not(earnest_loom))]
#[path = "std.rs"]
mod imp;
mod mutant;

pub use imp::*;
#[doc(hidden)]
pub use mutant::active as active_mutant;
