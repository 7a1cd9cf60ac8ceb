//! Threads that cannot be started: where the system refuses, and where a test wants it to.

use crate::imp::thread::{Builder, JoinHandle};
use std::io;
// Those of `std`, as it is no part of any protocol.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The number of the start that fails, and of how many there are to be, in halves of a word; nothing fails at 0.
static FAILING: AtomicU64 = AtomicU64::new(0);
const HALF: u32 = u64::BITS / 2;

/// Starts a thread.
///
/// # Errors
///
/// As the system says, or as [`fail_spawns`] has it.
pub fn spawn(builder: Builder, f: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    if fails() {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    builder.spawn(f)
}

/// Has the `nth` start of a thread from now on fail, and the ones after it, `n` in all. For tests, which have a process of
/// their own.
#[doc(hidden)]
pub fn fail_spawns(nth: u32, n: u32) {
    // ORDERING: Relaxed, here and below; it only counts.
    FAILING.store(u64::from(nth) << HALF | u64::from(n), Relaxed);
}

fn fails() -> bool {
    // ORDERING: Relaxed, as above.
    let counted = FAILING.fetch_update(Relaxed, Relaxed, |failing| {
        let (nth, n) = (failing >> HALF, failing & ((1 << HALF) - 1));
        match (nth, n) {
            (_, 0) => None,
            (0 | 1, n) => Some(n - 1),
            (nth, n) => Some((nth - 1) << HALF | n),
        }
    });
    counted.is_ok_and(|failing| failing >> HALF <= 1)
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_to_fail_do() {
        let starts = |n: usize| -> Vec<bool> {
            let start = |_| spawn(Builder::new(), || ()).map(|thread| thread.join().unwrap()).is_ok();
            (0..n).map(start).collect()
        };
        assert_eq!(starts(2), [true, true]);
        fail_spawns(2, 2);
        assert_eq!(starts(5), [true, false, false, true, true]);
    }
}
