//! The handle that adds to a completion set from elsewhere.

use crate::members::Members;
use core::fmt;
use earnest_core::Waitable;
use earnest_sync::window;
use std::sync::Arc;

/// Adds items to a [`CompletionSet`](crate::CompletionSet) from other threads, or from callbacks.
///
/// Made by [`CompletionSet::adder`](crate::CompletionSet::adder), or cloned. The set is not over as long as there is
/// one; when the last is dropped, whoever waits for an item of a set that is empty is told.
///
/// ```
/// use earnest_combinators::CompletionSet;
///
/// let mut set = CompletionSet::new();
/// let adder = set.adder();
/// let (promise, future) = earnest_core::promise();
/// std::thread::spawn(move || adder.push(future).is_ok());
/// promise.complete("added elsewhere").unwrap();
/// assert_eq!(set.next().unwrap().result().unwrap(), "added elsewhere");
/// assert!(set.next().is_none(), "the only adder is gone");
/// ```
#[must_use = "a set is not over while it has an adder: keep this for who adds, and drop it when all is added"]
pub struct Adder<W: Waitable> {
    members: Arc<Members<W>>,
}

impl<W: Waitable> Adder<W> {
    pub(crate) fn new(members: Arc<Members<W>>) -> Self {
        members.adder_comes();
        Self { members }
    }

    /// Adds an item. Does not block; wakes whoever waits for one, if this one is done already.
    ///
    /// What happened before this call happens before the item is given back. Inside of a callback the future that it is of
    /// counts as settled: whoever gets that from the set may find that other callbacks are not over, and waits for them if
    /// it asks for the result.
    ///
    /// # Errors
    ///
    /// The item, when the set has been dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_combinators::CompletionSet;
    /// use earnest_core::Future;
    ///
    /// let set = CompletionSet::new();
    /// let adder = set.adder();
    /// assert!(adder.push(Future::ready(1)).is_ok());
    /// drop(set);
    /// assert_eq!(adder.push(Future::ready(2)).unwrap_err().result().unwrap(), 2);
    /// ```
    pub fn push(&self, item: W) -> Result<(), W> {
        self.members.add(item)
    }
}

impl<W: Waitable> Clone for Adder<W> {
    fn clone(&self) -> Self {
        Self::new(self.members.clone())
    }
}

impl<W: Waitable> Drop for Adder<W> {
    fn drop(&mut self) {
        window!("last_adder_not_gone");
        self.members.adder_goes();
    }
}

impl<W: Waitable> fmt::Debug for Adder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adder").finish_non_exhaustive()
    }
}
