//! What `map` has submitted and not yielded.

use crate::completion_set::CompletionSet;
use crate::wait::{ReturnWhen, wait};
use earnest_core::{TimedOut, Waitable, is_worker};
use earnest_sync::mutant;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long those are let run of which all are wanted, before anybody looks again.
const MEANWHILE: Duration = Duration::from_millis(1);

/// Tasks in input order. Dropping them cancels those that have not started.
pub(crate) struct InFlight<W: Waitable> {
    tasks: VecDeque<W>,
}

impl<W: Waitable> InFlight<W> {
    pub(crate) const fn new() -> Self {
        Self { tasks: VecDeque::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    pub(crate) fn push_last(&mut self, task: W) {
        self.tasks.push_back(task);
    }

    pub(crate) fn pop_first(&mut self) -> Option<W> {
        self.tasks.pop_front()
    }

    /// Puts back what `pop_first` gave.
    pub(crate) fn push_first(&mut self, task: W) {
        self.tasks.push_front(task);
    }

    /// For who wants all results, and none before the others: blocks until the last is there, or for a while, if the first
    /// is not.
    ///
    /// To be woken for each would take as long as a short task takes. And a system that gives an idle processor something
    /// to do when it has been idle for some time would leave it as it is, where a thread wakes there every few
    /// microseconds.
    pub(crate) fn let_run(&self) {
        let (Some(first), Some(last)) = (self.tasks.front(), self.tasks.back()) else { return };
        // What a worker waits for without a timeout it can run itself.
        if !first.is_settled() && !is_worker() {
            drop(wait([last], ReturnWhen::AllCompleted, Some(MEANWHILE)));
        }
    }

    /// Lets everything run, with nobody to see what it comes to.
    pub(crate) fn detach(mut self) {
        self.tasks.clear();
    }
}

impl<W: Waitable> Drop for InFlight<W> {
    fn drop(&mut self) {
        if mutant!("map_dropped_uncancelled") {
            return;
        }
        // First to last, as executors start them: the ones about to start are cancelled first. All are cancelled before
        // any is dropped, because the destructor of an outcome may block or panic.
        for task in &self.tasks {
            task.cancel_handle().cancel();
        }
    }
}

/// Tasks as they complete. Dropping them cancels those that have not started.
pub(crate) struct Unordered<W: Waitable> {
    tasks: CompletionSet<W>,
}

impl<W: Waitable> Unordered<W> {
    pub(crate) fn new() -> Self {
        Self { tasks: CompletionSet::new() }
    }

    pub(crate) fn push(&mut self, task: W) {
        self.tasks.push(task);
    }

    /// The next to complete. `None`: there is none left.
    pub(crate) fn next(&mut self, deadline: Option<Instant>) -> Result<Option<W>, TimedOut<()>> {
        self.tasks.next_by(deadline)
    }

    /// As for [`InFlight::detach`].
    pub(crate) fn detach(mut self) {
        self.tasks = CompletionSet::new();
    }
}

impl<W: Waitable> Drop for Unordered<W> {
    fn drop(&mut self) {
        self.tasks.cancel_all();
    }
}
