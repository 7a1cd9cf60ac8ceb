//! The queues that tasks lie in: a shared one of our own, and crossbeam's for each worker, in every build but a model's.
//!
//! [crossbeam-deque] has the Chase-Lev deque (D. Chase and Y. Lev, *Dynamic Circular Work-Stealing Deque*, 2005). The model
//! checker cannot look into it, and the shared queue has models of its own; so models of the pool get stand-ins for both,
//! which promise no more.
//!
//! [crossbeam-deque]: https://docs.rs/crossbeam-deque

#![expect(unsafe_code, reason = "the shared queue hands memory from thread to thread")]

#[cfg(not(earnest_loom))]
pub(crate) use crossbeam_deque::{Stealer, Worker};
#[cfg(not(earnest_loom))]
pub(crate) use injector::Injector;
#[cfg(earnest_loom)]
pub(crate) use model::{Injector, Stealer, Worker};

use crossbeam_deque::Steal;
use earnest_sync::{MODEL, spin_loop};

mod block;
#[doc(hidden)]
pub mod injector;
#[cfg(earnest_loom)]
mod model;

/// Steals until that has either worked or found nothing.
pub(crate) fn until_settled<T>(steal: impl Fn() -> Steal<T>) -> Option<T> {
    loop {
        match steal() {
            Steal::Success(item) => return Some(item),
            Steal::Empty => return None,
            Steal::Retry => spin_loop(),
        }
    }
}

/// Does what a thread's first theft does once and for all, before there are tasks to wait for it. It takes a large piece of
/// memory, for which glibc first joins all small ones that whoever had the same arena has left there.
pub(crate) fn prepare_thread() {
    if !MODEL {
        let nothing: Steal<()> = Worker::new_lifo().stealer().steal();
        debug_assert!(nothing.is_empty());
    }
}
