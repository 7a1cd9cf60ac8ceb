//! How who waits is told to go on: a thread that sleeps, or a waker.

use crate::panic::{drop_caught, run_caught};
use core::task::Waker;
use earnest_sync::{Condvar, Mutex, mutant};

/// Blocks one thread until another says otherwise, or has a waker woken instead.
#[derive(Debug)]
pub(super) struct Parker {
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) is_unparked: bool,
    pub(super) is_called: bool,
    waker: KeptWaker,
}

impl Parker {
    pub(super) fn new() -> Parker {
        let state = State { is_unparked: false, is_called: false, waker: KeptWaker(None) };
        Parker { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(super) fn call(&self) {
        self.state.lock().is_called = true;
        self.changed.notify_one();
    }

    /// Who is waiting is not known here: the thread finds this out the next time it parks, at the latest.
    pub(super) fn unpark(&self) {
        let waker = {
            let mut state = self.state.lock();
            state.is_unparked = true;
            state.waker.0.take()
        };
        self.changed.notify_one();
        if let Some(waker) = waker {
            run_caught("a waker", || waker.wake());
        }
    }

    /// Has `waker` woken by the next who unparks.
    pub(super) fn set_waker(&self, waker: Waker) {
        let mut state = self.state.lock();
        if state.waker.0.is_some() && mutant!("waker_not_replaced") {
            return;
        }
        let old = KeptWaker(state.waker.0.replace(waker));
        drop(state);
        drop(old);
    }

    /// Drops the waker, if there is one.
    pub(super) fn forget_waker(&self) {
        let waker = KeptWaker(self.state.lock().waker.0.take());
        drop(waker);
    }
}

/// A waker, if there is one, whose destructor is the user's and may panic.
#[derive(Debug)]
struct KeptWaker(Option<Waker>);

impl Drop for KeptWaker {
    fn drop(&mut self) {
        if let Some(waker) = self.0.take() {
            drop_caught(waker, "a waker's destructor");
        }
    }
}
