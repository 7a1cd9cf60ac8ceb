//! How a worker goes about what others have queued: how much it takes, and how soon it looks again.

use earnest_sync::thread;
use std::time::{Duration, Instant};

/// What a worker has learned from its last batches.
///
/// It takes more at once while tasks are short, one when they are not: so tasks start in the order they were queued, and
/// none waits behind a long one that another worker could have run.
///
/// Where the tasks are short and few, the worker is as fast as who submits them, and the two hand each other the same few
/// cache lines for every task. Then it is faster for both if the worker lets a few come together first. Whether that is so
/// is tried now and then: many have come in the meantime, or nobody is submitting but to wait.
pub(crate) struct Pace {
    limit: usize,
    /// When the last batch was taken; `None` once that has been used.
    since: Option<Instant>,
    /// How many were taken last.
    n_taken: usize,
    /// Whether it lets tasks come together.
    waits: bool,
    /// How many small batches there have been since this was tried.
    untried: u32,
    /// When something was stolen.
    stolen: Option<Instant>,
}

const LARGEST_BATCH: usize = 32;
/// A task that takes no longer is a short one.
const SHORT: Duration = Duration::from_micros(2);
/// What was stolen has not been worth it if the thief is back so soon.
const SOON: Duration = Duration::from_micros(4);
/// A batch of fewer is a small one.
const SMALL: usize = 8;
/// How long it lets tasks come together.
const MEANWHILE: Duration = Duration::from_micros(2);
/// How many small batches go by until it tries again.
const TRIES_EVERY: u32 = 256;

impl Pace {
    pub(crate) fn new() -> Pace {
        Pace { limit: 1, since: None, n_taken: 0, waits: false, untried: 0, stolen: None }
    }

    /// Called when there is nothing left of the last batch, before the next look: how much to take.
    pub(crate) fn before_look(&mut self) -> usize {
        if let Some((since, now)) = self.since.take().zip(earnest_sync::now()) {
            let took = now.duration_since(since);
            self.limit =
                if took < SHORT * self.limit as u32 { (self.limit * 2).min(LARGEST_BATCH) } else { 1 };
            if self.n_taken < SMALL && took < MEANWHILE && self.limit == LARGEST_BATCH {
                self.untried += 1;
                if self.waits || self.untried == TRIES_EVERY {
                    self.untried = 0;
                    self.waits = true;
                    wait_until(now + MEANWHILE);
                }
            }
        }
        self.limit
    }

    pub(crate) fn after_look(&mut self, n_taken: usize) {
        if n_taken == 0 {
            return;
        }
        if n_taken < SMALL {
            self.waits = false;
        }
        self.n_taken = n_taken;
        self.since = earnest_sync::now();
    }

    /// Whether to steal many: what was stolen last was soon done.
    pub(crate) fn before_theft(&mut self) -> bool {
        let stolen = self.stolen.take().zip(earnest_sync::now());
        stolen.is_some_and(|(stolen, now)| now.duration_since(stolen) < SOON)
    }

    pub(crate) fn after_theft(&mut self) {
        self.stolen = earnest_sync::now();
    }

    /// One of the batch was over before it began: how long it took says nothing of the others.
    pub(crate) fn is_void(&mut self) {
        self.since = None;
    }
}

fn wait_until(until: Instant) {
    while earnest_sync::now().is_some_and(|now| now < until) {
        thread::yield_now();
    }
}
