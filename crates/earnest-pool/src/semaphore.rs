//! Wakes without addressees.

use earnest_sync::{Condvar, Mutex, window};
use std::time::Duration;

/// Counts wakes. A wake that comes before the wait is not lost.
#[derive(Debug)]
pub(crate) struct Semaphore {
    wakes: Mutex<u64>,
    changed: Condvar,
}

impl Semaphore {
    pub(crate) fn new() -> Semaphore {
        Semaphore { wakes: Mutex::new(0), changed: Condvar::new() }
    }

    pub(crate) fn post(&self, n: u64) {
        window!("chosen_not_woken");
        *self.wakes.lock() += n;
        if n == 1 { self.changed.notify_one() } else { self.changed.notify_all() }
    }

    pub(crate) fn wait(&self) {
        window!("looked_not_asleep");
        let mut wakes = self.wakes.lock();
        while *wakes == 0 {
            wakes = self.changed.wait(wakes);
        }
        *wakes -= 1;
    }

    /// Like `wait`, for so long at most. `false`: that has passed, and there was no wake.
    pub(crate) fn wait_for(&self, timeout: Duration) -> bool {
        // Without a clock only a timeout of zero comes to its end.
        let deadline = earnest_sync::now().and_then(|now| now.checked_add(timeout));
        let has_passed = || match deadline {
            Some(deadline) => earnest_sync::now().is_some_and(|now| now >= deadline),
            None => timeout.is_zero(),
        };
        let mut wakes = self.wakes.lock();
        while *wakes == 0 {
            if has_passed() {
                return false;
            }
            wakes = self.changed.wait_deadline(wakes, deadline);
        }
        *wakes -= 1;
        true
    }
}
