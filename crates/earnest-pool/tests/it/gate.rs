//! A gate that holds up tasks, and of which the pool knows nothing: waiting for a future would let a spare worker start.

use earnest_core::Future;
use earnest_pool::ThreadPoolExecutor;
use std::convert::Infallible;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Lets everybody through once its [`Opener`] is dropped.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Mutex<Receiver<Infallible>>>);

pub(crate) struct Opener(#[expect(dead_code, reason = "it opens when it is dropped")] Sender<Infallible>);

pub(crate) fn gate() -> (Opener, Gate) {
    let (opener, gate) = channel();
    (Opener(opener), Gate(Arc::new(Mutex::new(gate))))
}

impl Gate {
    /// Blocks until the gate is open.
    pub(crate) fn pass(&self) {
        let closed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Err(_open) = closed.recv();
    }
}

pub(crate) fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// Returns when `n` tasks run on `pool`, which end when the gate is opened.
pub(crate) fn occupy(pool: &ThreadPoolExecutor, n: usize) -> (Opener, Vec<Future<()>>) {
    let (opener, gate) = gate();
    let (started, starts) = channel();
    let task = |_| {
        let (gate, started) = (gate.clone(), started.clone());
        pool.submit(move || {
            started.send(()).unwrap();
            gate.pass();
        })
    };
    let futures = (0..n).map(task).collect();
    (0..n).for_each(|_| starts.recv().unwrap());
    (opener, futures)
}
