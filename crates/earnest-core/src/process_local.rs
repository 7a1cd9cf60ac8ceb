//! What belongs to one process, and not to those that are forked from it.

use crate::owner::this_process;
use core::mem;
use core::ops::{Deref, DerefMut};

/// A value that is about the threads of one process. In a child of `fork` there is a copy of it and none of these threads, and
/// their stacks may have been given to others.
pub(crate) struct ProcessLocal<T> {
    /// Whose it is, or 0 at first.
    process: usize,
    value: T,
}

impl<T> ProcessLocal<T> {
    pub(crate) const fn new(value: T) -> ProcessLocal<T> {
        ProcessLocal { process: 0, value }
    }

    /// Where this is another process than that of the value, which is forgotten then and not looked at, `fresh` takes its
    /// place. Says whether that is so.
    pub(crate) fn renew(&mut self, fresh: T) -> bool {
        let process = this_process();
        let is_another = self.process != process;
        if is_another {
            self.process = process;
            mem::forget(mem::replace(&mut self.value, fresh));
        }
        is_another
    }
}

impl<T> Deref for ProcessLocal<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for ProcessLocal<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
