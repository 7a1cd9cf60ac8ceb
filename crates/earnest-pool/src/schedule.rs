//! Tasks for later, and tasks that come again and again.

use crate::admit::Entry;
use crate::bound::RejectionPolicy;
use crate::repeat::{Every, Repeating};
use crate::shared::Shared;
use crate::timer::{self, Key};
use core::panic::Location;
use earnest_core::{Dismissal, Future, Refusal, Refused, Runnable, TaskSpan, promise, task};
use earnest_sync::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What a pool is to do later: it ends with the pool.
#[derive(Default)]
pub(crate) struct Scheduled {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    last_number: u64,
    /// How to end each.
    by_number: BTreeMap<u64, Arc<dyn End>>,
    is_closed: bool,
}

/// Something that is scheduled, and can be ended because the pool is.
pub(crate) trait End: Send + Sync {
    fn end(&self);
}

impl Scheduled {
    /// `None`: the pool is closed.
    pub(crate) fn insert(&self, entry: Arc<dyn End>) -> Option<u64> {
        let mut entries = self.entries.lock();
        if entries.is_closed {
            return None;
        }
        entries.last_number += 1;
        let number = entries.last_number;
        entries.by_number.insert(number, entry);
        Some(number)
    }

    pub(crate) fn remove(&self, number: u64) {
        let removed = self.entries.lock().by_number.remove(&number);
        drop(removed);
    }

    pub(crate) fn close(&self) {
        let ended = {
            let mut entries = self.entries.lock();
            entries.is_closed = true;
            core::mem::take(&mut entries.by_number)
        };
        ended.values().for_each(|entry| entry.end());
    }
}

/// A task whose time has not come, until somebody takes it: the timer to queue it, or a shutdown to dismiss it.
struct Later {
    task: Mutex<Option<Runnable>>,
    /// The span that it was asked for in.
    submitter: TaskSpan,
}

impl Later {
    fn take(&self) -> Option<Runnable> {
        self.task.lock().take()
    }
}

impl End for Later {
    fn end(&self) {
        if let Some(task) = self.take() {
            task.dismiss(Dismissal::Rejected);
        }
    }
}

/// How soon a task that is due is brought again to a queue that was full.
pub(crate) const AGAIN: Duration = Duration::from_millis(10);

impl Shared {
    #[track_caller]
    pub(crate) fn schedule_after<F, T>(self: &Arc<Shared>, delay: Duration, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (task, future) = task(f);
        let later = Arc::new(Later { task: Mutex::new(Some(task)), submitter: TaskSpan::current() });
        let Some(number) = self.scheduled.insert(later.clone()) else {
            later.end();
            return future;
        };
        // One that lies beyond the clock never comes, and ends with the pool.
        let when = earnest_sync::now().and_then(|now| now.checked_add(delay));
        let key = when.map(|when| {
            let (pool, later) = (self.clone(), later.clone());
            timer::at(when, move || pool.is_due(number, &later))
        });
        let key = match key.transpose() {
            Ok(key) => key,
            Err(_no_thread) => {
                self.scheduled.remove(number);
                later.end();
                return future;
            }
        };
        let mut task = later.task.lock();
        if let Some(task) = &mut *task {
            let pool = self.clone();
            task.when_over(move || {
                pool.scheduled.remove(number);
                call_off(key);
            });
        } else {
            // The timer has it already, or the end of the pool: it must not keep that until it would have been due.
            drop(task);
            call_off(key);
        }
        future
    }

    /// On the timer's thread, which must not wait: where submissions wait for room, it is brought again.
    fn is_due(self: &Arc<Shared>, number: u64, later: &Arc<Later>) {
        let Some(task) = later.take() else { return };
        let policy = self.bound.as_ref().map(|bound| bound.policy);
        let entry = match policy {
            Some(RejectionPolicy::DiscardOldest) => Entry::Submit,
            _ => Entry::Try,
        };
        let refused = later.submitter.run(|| self.spawn(task, entry)).err();
        let gives_up = matches!(policy, Some(RejectionPolicy::Reject | RejectionPolicy::DiscardOldest));
        match refused {
            Some(Refused { task, reason: Refusal::Full }) if !gives_up => {
                self.bring_again(number, later, task);
            }
            refused => {
                self.scheduled.remove(number);
                refused.into_iter().for_each(Refused::dismiss);
            }
        }
    }

    fn bring_again(self: &Arc<Shared>, number: u64, later: &Arc<Later>, task: Runnable) {
        *later.task.lock() = Some(task);
        if self.sleep.counts().is_closed() {
            // Its end may have looked while the task was not there.
            later.end();
        }
        let again = earnest_sync::now().and_then(|now| now.checked_add(AGAIN));
        let (pool, waits) = (self.clone(), later.clone());
        let armed = again.map(|again| timer::at(again, move || pool.is_due(number, &waits)));
        if !matches!(armed, Some(Ok(_key))) {
            // Nobody keeps the time.
            self.scheduled.remove(number);
            drop(later.take());
        }
    }

    #[track_caller]
    pub(crate) fn schedule_every(
        self: &Arc<Shared>,
        every: Every,
        f: impl FnMut() + Send + 'static,
    ) -> Future<()> {
        let (promise, future) = promise();
        let repeating = Arc::new(Repeating::new(self.clone(), every, Location::caller(), promise, f));
        let stops = Arc::downgrade(&repeating);
        repeating.on_cancel(move || {
            if let Some(repeating) = stops.upgrade() {
                repeating.stop();
            }
        });
        match self.scheduled.insert(repeating.clone()) {
            Some(number) => repeating.begin(number),
            None => repeating.end(),
        }
        future
    }
}

/// Calls off what has not begun, if there is anything.
pub(crate) fn call_off(key: Option<Key>) {
    key.into_iter().for_each(timer::call_off);
}
