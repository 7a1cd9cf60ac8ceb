//! The queues that tasks lie in: crossbeam's in every build but a model's.
//!
//! [crossbeam-deque] has the Chase-Lev deque (D. Chase and Y. Lev, *Dynamic Circular Work-Stealing Deque*, 2005) and a
//! segmented shared queue. The model checker cannot look into them, so models get a stand-in that promises no more.
//!
//! [crossbeam-deque]: https://docs.rs/crossbeam-deque

#[cfg(not(earnest_loom))]
pub(crate) use crossbeam_deque::{Injector, Stealer, Worker};
#[cfg(earnest_loom)]
pub(crate) use model::{Injector, Stealer, Worker};

pub(crate) use crossbeam_deque::Steal;

#[cfg(earnest_loom)]
mod model;
