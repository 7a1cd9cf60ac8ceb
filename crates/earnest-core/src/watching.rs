//! What a waiter waits for, as far as anybody has to know.

use crate::awaited::Members;
use crate::cancel::CancelHandle;
use crate::graph::Entered;
use crate::owner::may_be_alone;
use crate::settling::Settling;
use crate::sources::Needs;
use crate::worker;
use core::fmt;
use std::sync::Arc;

/// What a [`Waiter`](crate::Waiter) waits for, by its tokens. Kept on a worker's thread, within a callback, in a child of
/// `fork`, and where there is one thread only, and from the first wait on that is not over at once: elsewhere nobody asks.
pub struct Watching {
    needs: Needs,
    pub(crate) members: Option<Arc<Members>>,
    /// The wait, as the graph knows it.
    pub(crate) entered: Option<Entered>,
}

impl Watching {
    /// All of the futures are waited for, or any of them.
    #[must_use]
    pub const fn new(needs: Needs) -> Watching {
        Watching { needs, members: None, entered: None }
    }

    /// To be called before the thread waits. `members` are asked for once, if at all.
    pub fn prepare<I: Iterator<Item = (usize, CancelHandle)>>(&mut self, members: impl FnOnce() -> I) {
        let is_asked_for =
            || worker::with_current(|worker| worker.is_some()) || Settling::any() || may_be_alone();
        if self.members.is_none() && is_asked_for() {
            self.members = Some(Arc::new(Members::new(self.needs, members())));
        }
    }

    /// Whether members have been asked for.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        self.members.is_some()
    }

    /// The same members, for one wait.
    #[must_use]
    pub fn share(&self) -> Watching {
        Watching { needs: self.needs, members: self.members.clone(), entered: None }
    }

    /// A future has settled. Whoever needs all goes on waiting for the others, and need not be entered into the graph
    /// anew for each.
    pub(crate) fn goes_on(&mut self) {
        if !self.needs.is_each() {
            self.entered = None;
        }
    }

    /// One more is waited for.
    pub fn insert(&self, token: usize, handle: impl FnOnce() -> CancelHandle) {
        if let Some(members) = &self.members {
            members.insert(token, handle());
        }
    }

    /// This one is no longer waited for.
    pub fn remove(&self, token: usize) {
        if let Some(members) = &self.members {
            members.remove(token);
        }
    }

    /// Whether more may be added at any time: then the wait is never one that cannot end.
    pub fn set_open(&self, yes: bool) {
        if let Some(members) = &self.members {
            members.set_open(yes);
        }
    }
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watching").field("needs", &self.needs).finish_non_exhaustive()
    }
}
