//! What is to be called when a token is cancelled, in the order of registration.

use crate::panic::{drop_caught, run_caught};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use earnest_sync::mutant;

pub(super) type Callback = Box<dyn FnOnce() + Send>;

/// Those that have not been called. Any of them can be taken off.
pub(super) struct Callbacks {
    waiting: BTreeMap<u64, Callback>,
    next: u64,
    /// Set when all have been called: those who come later are turned away.
    closed: bool,
}

impl Callbacks {
    /// None yet, and if `closed` none at all.
    pub(super) const fn new(closed: bool) -> Callbacks {
        Callbacks { waiting: BTreeMap::new(), next: 0, closed }
    }

    /// Adds `f` as the last, under the key that is given back.
    ///
    /// # Errors
    ///
    /// `f`, where all others have been called: it is the caller's to call.
    pub(super) fn add(&mut self, f: Callback) -> Result<u64, Callback> {
        if self.closed {
            return Err(f);
        }
        let key = self.next;
        self.next += 1;
        self.waiting.insert(key, f);
        Ok(key)
    }

    /// Takes one off, uncalled. `None`: it has been taken out to be called.
    #[must_use = "it is to be dropped without a lock"]
    pub(super) fn remove(&mut self, key: u64) -> Option<Callback> {
        self.waiting.remove(&key)
    }

    /// Takes out the next that is to be called. `None`: that was all, and from now on nobody can register.
    pub(super) fn next_or_close(&mut self) -> Option<Callback> {
        let next = self.waiting.pop_first();
        self.closed = next.is_none() && !mutant!("token_callbacks_left_open");
        next.map(|(_, f)| f)
    }

    #[cfg(all(test, not(earnest_loom)))]
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Drops all that are left, uncalled.
    pub(super) fn drop_each(self) {
        for f in self.waiting.into_values() {
            drop_uncalled(f);
        }
    }
}

/// Calls a callback; a panic in it is reported and goes no further.
pub(super) fn call(f: Callback) {
    run_caught("a cancellation callback", f);
}

/// Drops a callback that will not be called.
pub(super) fn drop_uncalled(f: Callback) {
    drop_caught(f, "the destructor of a cancellation callback");
}
