//! The accounts without a pool around them, for models of what is too much with one.

use super::{Aside, Sleep};
use crate::counts::{BLOCKED, LIVE};

/// The accounts of two workers, neither of whom sleeps.
#[derive(Debug)]
pub struct Accounts(Sleep);

impl Accounts {
    /// One may be active: a wait has ended, and there is one too many.
    #[must_use]
    pub fn one_too_many() -> Self {
        let sleep = Sleep::new(1, 2);
        sleep.add(2 * LIVE);
        sleep.has_too_many();
        Self(sleep)
    }

    /// One may be active, as one waits.
    #[must_use]
    pub fn one_waits() -> Self {
        let sleep = Sleep::new(1, 2);
        sleep.add(2 * LIVE + BLOCKED);
        Self(sleep)
    }

    /// The wait is over.
    pub fn unblock(&self) {
        self.0.unblock();
    }

    /// Whether it is said that there is one too many.
    #[must_use]
    pub fn is_one_too_many(&self) -> bool {
        self.0.may_be_too_many()
    }

    /// A wake, and nobody is counted awake.
    pub fn post_wake(&self) {
        self.0.wakes.post(1);
    }

    /// One of the workers parks if there is one too many, until it is woken.
    pub fn step_aside(&self) {
        let aside = self.0.step_aside(false);
        debug_assert_ne!(aside, Aside::Left, "there are not to be fewer");
    }

    /// Two may be active, and something is queued.
    pub fn grow(&self) {
        self.0.resize(2, 2);
        let (_, start) = self.0.work_added(|_| 1);
        debug_assert!(start.is_none(), "there are as many threads as there may be");
    }

    /// One of the workers finds nothing, and parks until it is woken, unless `more` says that there is something after all.
    pub fn park(&self, more: impl Fn() -> bool) {
        self.0.search();
        self.0.park(more, None);
    }

    /// Wakes everybody, as the pool is closed.
    pub fn wake_all(&self) {
        self.0.close(false);
    }

    /// How many are active.
    pub fn n_active(&self) -> u64 {
        self.0.counts().active()
    }
}
