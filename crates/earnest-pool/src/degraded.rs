//! A pool where there are no threads.

use crate::admit::Entry;
use crate::shared::Shared;
use earnest_core::Runnable;
use std::io::ErrorKind;

/// Why a pool runs its tasks where they are submitted: see
/// [`ThreadPoolExecutor::degraded`](crate::ThreadPoolExecutor::degraded).
///
/// ```
/// use earnest_pool::{Degraded, ThreadPoolExecutor};
///
/// let pool = ThreadPoolExecutor::new();
/// pool.submit(|| ()).result().unwrap();
/// match pool.degraded() {
///     None => println!("on its own threads"),
///     Some(Degraded::Unsupported) => println!("there are no threads on this platform"),
///     Some(_) => println!("there are no threads for this program"),
/// }
/// # assert_eq!(pool.degraded(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Degraded {
    /// The platform has no threads, as `wasm32-unknown-unknown`.
    Unsupported,
    /// The platform has threads in principle, and none for this program, as WebAssembly in some hosts.
    WouldBlock,
}

impl Degraded {
    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Degraded::Unsupported => ErrorKind::Unsupported,
            Degraded::WouldBlock => ErrorKind::WouldBlock,
        }
    }

    /// Whether a thread could not be had because of where the program runs, rather than for want of memory or by a limit
    /// that may be different the next moment.
    pub(crate) fn of(error: ErrorKind, on_wasm: bool) -> Option<Degraded> {
        match error {
            ErrorKind::Unsupported => Some(Degraded::Unsupported),
            ErrorKind::WouldBlock if on_wasm => Some(Degraded::WouldBlock),
            _ => None,
        }
    }
}

impl Shared {
    /// Runs the task on this thread, as there is no other, and then what has been put off meanwhile: an async block that
    /// wakes itself again and again needs no deep stack.
    pub(crate) fn run_here(&self, mut task: Runnable, entry: Entry) {
        if entry == Entry::Again {
            // One of its turns is being run, by this function.
            return self.queues.push(task);
        }
        if !entry.is_part() {
            self.instrument(&mut task);
        }
        task.run_nested();
        while let Some(put_off) = self.queues.take_any() {
            put_off.run_nested();
        }
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_no_platform() {
        assert_eq!(Degraded::of(ErrorKind::Unsupported, false), Some(Degraded::Unsupported));
        assert_eq!(Degraded::of(ErrorKind::Unsupported, true), Some(Degraded::Unsupported));
        assert_eq!(Degraded::of(ErrorKind::WouldBlock, true), Some(Degraded::WouldBlock));
        assert_eq!(Degraded::of(ErrorKind::WouldBlock, false), None);
        assert_eq!(Degraded::of(ErrorKind::OutOfMemory, true), None);
    }
}
