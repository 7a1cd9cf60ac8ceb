//! What `map` has submitted and not yielded.

use earnest_core::Future;
use std::collections::VecDeque;

/// Futures in input order. Dropping them cancels those that have not started.
pub(crate) struct InFlight<R> {
    futures: VecDeque<Future<R>>,
}

impl<R> InFlight<R> {
    pub(crate) const fn new() -> Self {
        Self { futures: VecDeque::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.futures.len()
    }

    pub(crate) fn push_last(&mut self, future: Future<R>) {
        self.futures.push_back(future);
    }

    pub(crate) fn pop_first(&mut self) -> Option<Future<R>> {
        self.futures.pop_front()
    }

    /// Puts back what `pop_first` gave.
    pub(crate) fn push_first(&mut self, future: Future<R>) {
        self.futures.push_front(future);
    }

    /// Lets everything run, with nobody to see what it comes to.
    pub(crate) fn detach(mut self) {
        self.futures.clear();
    }
}

impl<R> Drop for InFlight<R> {
    fn drop(&mut self) {
        // First to last, as executors start them: the ones about to start are cancelled first. All are cancelled before
        // any is dropped, because the destructor of an outcome may block or panic.
        for future in &self.futures {
            future.cancel();
        }
    }
}
