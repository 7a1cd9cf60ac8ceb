//! Tasks that were submitted with options: those whose time may be up, and which a shutdown can ask to end.

use crate::shared::Shared;
use crate::timer;
use earnest_core::{Expiry, Runnable, RunningTask};
use earnest_sync::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Those of one pool that are not over.
#[derive(Debug, Default)]
pub(crate) struct WithOptions {
    tasks: Mutex<Tasks>,
}

#[derive(Debug, Default)]
struct Tasks {
    last_number: u64,
    by_number: BTreeMap<u64, Expiry>,
}

impl WithOptions {
    /// Asks all that run to end, and says which those are.
    pub(crate) fn ask_to_end(&self) -> Vec<RunningTask> {
        // Callbacks of their tokens run here: not under the lock.
        let tasks: Vec<Expiry> = self.tasks.lock().by_number.values().cloned().collect();
        tasks.iter().filter_map(Expiry::ask_to_end).collect()
    }

    fn insert(&self, task: Expiry) -> u64 {
        let mut tasks = self.tasks.lock();
        tasks.last_number += 1;
        let number = tasks.last_number;
        tasks.by_number.insert(number, task);
        number
    }

    fn remove(&self, number: u64) {
        let removed = self.tasks.lock().by_number.remove(&number);
        drop(removed);
    }
}

impl Shared {
    /// Sees to it that the task ends when its time is up, and is known until then. Called before it is queued.
    #[cold]
    pub(crate) fn keep_terms(self: &Arc<Shared>, task: &mut Runnable) {
        let expiry = task.expiry();
        let number = self.with_options.insert(expiry.clone());
        // Where there is no thread to keep the time, it is looked at when the task begins and ends.
        let key = task.deadline().and_then(|deadline| timer::at(deadline, move || expiry.expire()).ok());
        let pool = self.clone();
        task.when_over(move || {
            pool.with_options.remove(number);
            key.into_iter().for_each(timer::call_off);
        });
    }
}
