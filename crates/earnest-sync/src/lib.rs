//! The one switch between `std` and model-checked synchronisation.
//!
//! Every earnest crate takes its atomics, locks, cells and threads from here. A normal build gets thin wrappers
//! over `std`; a build with `--cfg earnest_loom` gets the same names over [loom], so that the code which ships is
//! the code which is model-checked, and one with `--cfg earnest_shuttle` over [shuttle], for what is too large for that.
//! Nothing else in the workspace names `std::sync::Mutex` or `std::thread::spawn`, nor `std::sync::atomic` but for three
//! counters that have to be statics, and nothing else but the pool's queue knows that the cfg exists.
//!
//! Without the default feature `std` there are `core`, `alloc` and locks that spin instead, and no threads, no clock and
//! no unwinding: what `earnest-core` needs where there is no operating system.
//!
//! This crate is an implementation detail: it is published because the others need it, and promises no stability.
//!
//! [loom]: https://docs.rs/loom
//! [shuttle]: https://docs.rs/shuttle

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(not(feature = "std"))]
extern crate alloc;

#[cfg(not(earnest_loom))]
mod cell;
#[cfg(all(feature = "std", any(earnest_loom, earnest_shuttle)))]
mod clock;
#[cfg(feature = "std")]
mod hosted;
#[cfg(all(feature = "std", any(earnest_loom, earnest_shuttle)))]
#[path = "checked.rs"]
mod imp;
#[cfg(all(feature = "std", not(any(earnest_loom, earnest_shuttle))))]
#[path = "std.rs"]
mod imp;
#[cfg(not(feature = "std"))]
#[path = "bare.rs"]
mod imp;
#[cfg(all(feature = "std", earnest_loom))]
#[path = "loom.rs"]
mod explore;
mod mutant;
#[cfg(all(feature = "std", earnest_shuttle))]
#[path = "shuttle.rs"]
mod explore;
#[cfg(feature = "std")]
mod spawn;
#[cfg(all(feature = "std", earnest_loom, earnest_mutants))]
mod weak;
mod window;

#[cfg(all(feature = "std", any(earnest_loom, earnest_shuttle)))]
pub use clock::{Clock, Timer, now};
#[cfg(all(feature = "std", any(earnest_loom, earnest_shuttle)))]
pub use explore::*;
#[cfg(feature = "std")]
pub use hosted::*;
pub use imp::*;
#[doc(hidden)]
pub use mutant::active as active_mutant;
#[cfg(feature = "std")]
pub use spawn::{fail_spawns, spawn};
#[cfg(all(feature = "std", earnest_sleeps))]
#[doc(hidden)]
pub use window::Window;

/// Whether `deadline` is over. Where there is none, or no clock, it never is.
#[must_use]
pub fn has_passed(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| now().is_some_and(|now| now >= deadline))
}
