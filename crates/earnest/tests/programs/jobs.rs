//! Work that lasts until it is told to end.

use earnest::ThreadPoolExecutor;
use std::sync::{Arc, Condvar, Mutex};

/// A pool of so many workers.
pub(crate) fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// What work waits at.
///
/// It is none of the library's own, so that the pool takes those who wait here for busy.
#[derive(Clone)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

/// Opens a gate, at the latest when it is dropped: a test that fails leaves nobody waiting.
pub(crate) struct Opener(Gate);

/// A gate, and what opens it.
pub(crate) fn gate() -> (Opener, Gate) {
    let gate = Gate(Arc::default());
    (Opener(gate.clone()), gate)
}

impl Gate {
    /// Returns when the gate is open.
    pub(crate) fn wait(&self) {
        let (is_open, opened) = &*self.0;
        drop(opened.wait_while(is_open.lock().unwrap(), |is_open| !*is_open).unwrap());
    }

    /// Gives `value` when the gate is open.
    pub(crate) fn then<T>(&self, value: T) -> T {
        self.wait();
        value
    }
}

impl Opener {
    pub(crate) fn open(self) {}
}

impl Drop for Opener {
    fn drop(&mut self) {
        let (is_open, opened) = &*self.0.0;
        *is_open.lock().unwrap() = true;
        opened.notify_all();
    }
}

/// Work that lasts the longer the earlier it was asked for: `count` calls end from the last to the first.
#[derive(Clone)]
pub(crate) struct LastFirst(Arc<(Mutex<usize>, Condvar)>);

impl LastFirst {
    pub(crate) fn new(count: usize) -> Self {
        Self(Arc::new((Mutex::new(count), Condvar::new())))
    }

    /// Returns when the calls for all greater numbers have.
    pub(crate) fn work(&self, number: usize) {
        let (to_come, ended) = &*self.0;
        let mut to_come =
            ended.wait_while(to_come.lock().unwrap(), |to_come| *to_come != number + 1).unwrap();
        *to_come = number;
        ended.notify_all();
    }

    /// Whether all calls have ended.
    pub(crate) fn is_over(&self) -> bool {
        *self.0.0.lock().unwrap() == 0
    }
}
