//! The accounts without a pool around them, for models of what is too much with one.

use super::Sleep;
use crate::counts::{BLOCKED, LIVE, PARKED, SEARCHING};

/// The accounts of a pool that has two workers at most.
#[derive(Debug)]
pub struct Accounts(Sleep);

impl Accounts {
    fn new(max_workers: usize, counts: u64) -> Self {
        let sleep = Sleep::new(max_workers, 2);
        sleep.add(counts);
        Self(sleep)
    }

    /// One may be active: a wait has ended, and there is one too many.
    #[must_use]
    pub fn one_too_many() -> Self {
        let accounts = Self::new(1, 2 * LIVE);
        accounts.0.has_too_many();
        accounts
    }

    /// One may be active, as one waits.
    #[must_use]
    pub fn one_waits() -> Self {
        Self::new(1, 2 * LIVE + BLOCKED)
    }

    /// Two may be active, and as many look for work.
    #[must_use]
    pub fn two_search() -> Self {
        Self::new(2, 2 * (LIVE + SEARCHING))
    }

    /// Two may be active, and there is nobody yet.
    #[must_use]
    pub fn nobody_of_two() -> Self {
        Self::new(2, 0)
    }

    /// Two may be active; one is, and there is no other.
    #[must_use]
    pub fn one_of_two() -> Self {
        Self::new(2, LIVE)
    }

    /// One may be active, and is; while it waits, another may be.
    #[must_use]
    pub fn one_and_a_spare() -> Self {
        Self::new(1, LIVE)
    }

    /// Two may be active; one is, and another sleeps.
    #[must_use]
    pub fn one_sleeps() -> Self {
        Self::new(2, 2 * LIVE + PARKED)
    }

    /// Something has been queued, and `backlog` is how much there is. `true`: a worker is to be started.
    #[must_use]
    pub fn announce(&self, backlog: impl Fn() -> usize) -> bool {
        self.0.work_added(|limit| backlog().min(limit)).1.is_some()
    }

    /// A worker that was to be started searches.
    pub fn started(&self) {
        self.0.started();
    }

    /// A worker that searched has found something. `true`: what `more` speaks of is to be announced.
    #[must_use]
    pub fn found(&self, more: impl Fn() -> bool) -> bool {
        self.0.found(more)
    }

    /// A worker has run what it found, and searches.
    pub fn search(&self) {
        self.0.search();
    }

    /// There is to be one only.
    pub fn shrink(&self) {
        self.0.resize(1, 1);
    }

    /// A worker's task waits. `true`: what `more` speaks of is to be announced.
    #[must_use]
    pub fn block(&self, more: impl Fn() -> bool) -> bool {
        self.0.block(more)
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

    /// One of the workers parks if there is one too many, until it is woken; or leaves, if there are to be fewer.
    pub fn step_aside(&self) {
        let _woken_or_left = self.0.step_aside(false);
    }

    /// Two may be active, and something is queued.
    pub fn grow(&self) {
        self.0.resize(2, 2);
        let (_, start) = self.0.work_added(|_| 1);
        debug_assert!(start.is_none(), "there are as many threads as there may be");
    }

    /// A worker that searched has found nothing, and parks until it is woken, unless `more` says that there is something after all.
    pub fn park(&self, more: impl Fn() -> bool) {
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
