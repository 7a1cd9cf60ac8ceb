//! The books: what was submitted, and what it came to.

use crate::memory;
use earnest::Error;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// One figure.
pub(crate) struct Count(AtomicU64);

impl Count {
    const fn new() -> Count {
        Count(AtomicU64::new(0))
    }

    pub(crate) fn add(&self) {
        // ORDERING: Relaxed; it is read when the threads have been joined.
        self.0.fetch_add(1, Relaxed);
    }

    fn get(&self) -> u64 {
        // ORDERING: Relaxed, as above.
        self.0.load(Relaxed)
    }
}

/// All of them. Of each task whose future is kept it is known what it has come to.
pub(crate) struct Account {
    pub(crate) submitted: Count,
    pub(crate) began: Count,
    pub(crate) values: Count,
    pub(crate) panicked: Count,
    pub(crate) cancelled: Count,
    pub(crate) refused: Count,
    pub(crate) expired: Count,
    pub(crate) deadlocks: Count,
    pub(crate) detached: Count,
    pub(crate) timeouts: Count,
    pub(crate) callbacks: Count,
    pub(crate) callbacks_due: Count,
    pub(crate) shutdowns: Count,
    pub(crate) unseen: Count,
}

pub(crate) static ACCOUNT: Account = Account {
    submitted: Count::new(),
    began: Count::new(),
    values: Count::new(),
    panicked: Count::new(),
    cancelled: Count::new(),
    refused: Count::new(),
    expired: Count::new(),
    deadlocks: Count::new(),
    detached: Count::new(),
    timeouts: Count::new(),
    callbacks: Count::new(),
    callbacks_due: Count::new(),
    shutdowns: Count::new(),
    unseen: Count::new(),
};

impl Account {
    /// Enters what a task has come to.
    pub(crate) fn enter<T>(&self, outcome: &Result<T, Error>) {
        let count = match outcome {
            Ok(_) => &self.values,
            Err(Error::Panicked(_)) => &self.panicked,
            Err(Error::Cancelled) => &self.cancelled,
            Err(error) if error.is_rejected() => &self.refused,
            Err(error) if error.is_deadline_exceeded() => &self.expired,
            Err(error) if error.is_deadlock() => &self.deadlocks,
            Err(error) => panic!("nothing here comes to this: {error}"),
        };
        count.add();
    }

    /// What does not add up.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let kept =
            [&self.values, &self.panicked, &self.cancelled, &self.refused, &self.expired, &self.deadlocks];
        let settled: u64 = kept.into_iter().chain([&self.detached]).map(Count::get).sum();
        if settled != self.submitted.get() {
            problems
                .push(format!("{} were submitted, and {settled} are accounted for", self.submitted.get()));
        }
        if self.callbacks.get() != self.callbacks_due.get() {
            let (due, called) = (self.callbacks_due.get(), self.callbacks.get());
            problems.push(format!("{due} callbacks were added, and {called} called"));
        }
        problems
    }
}

/// The figures of one moment.
pub(crate) struct Figures {
    after: Duration,
    pub(crate) live_bytes: u64,
    live: u64,
    resident: u64,
    pub(crate) threads: u64,
}

impl Figures {
    pub(crate) const HEAD: &str = "   s   submitted       began    cancelled     refused   timeouts  shutdowns  \
        callbacks  live allocations  live KiB  resident KiB  threads";

    pub(crate) fn now(after: Duration) -> Figures {
        let (live, live_bytes) = memory::live();
        Figures { after, live_bytes, live, resident: memory::resident(), threads: memory::threads() }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Account { submitted, began, cancelled, refused, timeouts, shutdowns, callbacks, .. } = &ACCOUNT;
        write!(
            f,
            "{:>4} {:>11} {:>11} {:>12} {:>11} {:>10} {:>10} {:>10} {:>17} {:>9} {:>13} {:>8}",
            self.after.as_secs(),
            submitted.get(),
            began.get(),
            cancelled.get(),
            refused.get(),
            timeouts.get(),
            shutdowns.get(),
            callbacks.get(),
            self.live,
            self.live_bytes >> 10,
            self.resident,
            self.threads
        )
    }
}
