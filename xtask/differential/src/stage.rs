//! What tasks and callbacks on our side write down, and what they wait for.

use crate::log::{Call, Outcome};
use crate::script::Id;
use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};
use std::time::Duration;

pub(crate) struct Stage {
    inner: Mutex<Inner>,
    changed: Condvar,
    driver: ThreadId,
    /// How long to wait for what must come about.
    watchdog: Duration,
}

/// What was waited for in vain.
#[derive(Debug)]
pub(crate) struct Stuck(pub(crate) String);

#[derive(Default)]
pub(crate) struct Inner {
    gates: BTreeSet<Gate>,
    /// Whatever waits for a gate goes on.
    is_over: bool,
    pub(crate) started: Vec<Id>,
    pub(crate) called: Vec<Call>,
    pub(crate) calls_ended: usize,
    /// The inputs of maps that are gone, run or not.
    pub(crate) items_gone: BTreeSet<Id>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gate {
    Task(Id),
    Initializer,
}

impl Stage {
    /// A stage that the current thread drives.
    pub(crate) fn new(watchdog: Duration) -> Stage {
        let (inner, changed) = (Mutex::default(), Condvar::new());
        Stage { inner, changed, driver: thread::current().id(), watchdog }
    }

    pub(crate) fn watchdog(&self) -> Duration {
        self.watchdog
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics under this lock")
    }

    /// Changes something, and tells everybody who waits.
    fn change(&self, f: impl FnOnce(&mut Inner)) {
        f(&mut self.lock());
        self.changed.notify_all();
    }

    pub(crate) fn is_driver(&self) -> bool {
        thread::current().id() == self.driver
    }

    pub(crate) fn open(&self, gate: Gate) {
        self.change(|inner| _ = inner.gates.insert(gate));
    }

    pub(crate) fn give_up(&self) {
        self.change(|inner| inner.is_over = true);
    }

    pub(crate) fn pass(&self, gate: Gate) {
        let is_closed = |inner: &mut Inner| !inner.is_over && !inner.gates.contains(&gate);
        drop(self.changed.wait_while(self.lock(), is_closed).expect("nobody panics under this lock"));
    }

    pub(crate) fn start(&self, id: Id) {
        self.change(|inner| inner.started.push(id));
    }

    pub(crate) fn item_gone(&self, id: Id) {
        self.change(|inner| _ = inner.items_gone.insert(id));
    }

    /// Writes down a call, does what the callback does, and adds what came of it.
    pub(crate) fn call(&self, call: Call, act: impl FnOnce() -> Outcome) {
        let index = {
            let mut inner = self.lock();
            inner.called.push(call);
            inner.called.len() - 1
        };
        let did = act();
        self.change(|inner| {
            inner.called[index].did = did;
            inner.calls_ended += 1;
        });
    }

    pub(crate) fn wait_for(&self, what: &str, is_met: impl Fn(&Inner) -> bool) -> Result<(), Stuck> {
        let waited = self.changed.wait_timeout_while(self.lock(), self.watchdog, |inner| !is_met(inner));
        let (_inner, timeout) = waited.expect("nobody panics under this lock");
        if timeout.timed_out() { Err(Stuck(what.to_owned())) } else { Ok(()) }
    }
}
