//! The end of a pool: when its last worker has gone, and when its last thread has.

use earnest_sync::{Condvar, Mutex, has_passed, window};
use std::time::Instant;

/// Signalled when the last worker has gone, or the last thread.
#[derive(Debug)]
pub(crate) struct End {
    lock: Mutex<()>,
    signalled: Condvar,
}

impl End {
    pub(crate) fn new() -> End {
        End { lock: Mutex::new(()), signalled: Condvar::new() }
    }

    pub(crate) fn signal(&self) {
        window!("last_gone_not_signalled");
        drop(self.lock.lock());
        self.signalled.notify_all();
    }

    /// Blocks until `has_come`, which is looked at whenever this is signalled. `false`: the deadline has passed.
    pub(crate) fn wait_until(&self, has_come: impl Fn() -> bool, deadline: Option<Instant>) -> bool {
        let mut guard = self.lock.lock();
        while !has_come() {
            if has_passed(deadline) {
                return false;
            }
            guard = self.signalled.wait_deadline(guard, deadline);
        }
        true
    }
}
