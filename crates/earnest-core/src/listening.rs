//! Workers whose waits have a timeout, and who may have to run what they wait for: their pools are jammed.
//!
//! Of a wait without a timeout the [graph](crate::graph) knows, and has the worker called when what it waits for is made of
//! something else. One that has a timeout is never stuck, and so has no place there.

use crate::graph::host_of;
use crate::process_local::ProcessLocal;
use crate::worker::{Host, Worker};
use core::ops::DerefMut;
use core::ptr;
use earnest_sync::{AtomicUsize, Mutex, Ordering::Relaxed, mutant};

earnest_sync::global! {
    static LISTENING: Mutex<ProcessLocal<Vec<Listening>>> = Mutex::new(ProcessLocal::new(Vec::new()));
}

earnest_sync::global! {
    // How many there are: where there are none, the list need not be locked.
    static N_LISTENING: AtomicUsize = AtomicUsize::new(0);
}

#[derive(Clone, Copy)]
struct Listening(*const dyn Host);

// SAFETY: a host is made to be shared, and stays while its worker waits.
unsafe impl Send for Listening {}

/// The worker is called when sources of whatever future have changed, until this is dropped.
#[must_use = "it is not called any more when this is dropped"]
pub(crate) struct Listens(Listening);

/// Before the worker looks whether there is anything among what it waits for that it could run.
pub(crate) fn listen(worker: &Worker<'_>) -> Listens {
    let this = Listening(host_of(worker));
    let mut listening = listening();
    // ORDERING: Relaxed; see `call_those_in_a_jam`.
    N_LISTENING.fetch_add(1, Relaxed);
    listening.push(this);
    Listens(this)
}

/// Those of this process.
fn listening() -> impl DerefMut<Target = ProcessLocal<Vec<Listening>>> {
    let mut listening = LISTENING.lock();
    if listening.renew(Vec::new()) {
        // ORDERING: Relaxed; whoever counts has come by here before.
        N_LISTENING.store(0, Relaxed);
    }
    listening
}

impl Drop for Listens {
    fn drop(&mut self) {
        // Nobody's host is looked at, so it does not matter which process they are of.
        let mut listening = LISTENING.lock();
        // Otherwise a child of `fork` has begun anew since.
        if let Some(place) = listening.iter().position(|other| ptr::addr_eq(other.0, self.0.0)) {
            listening.swap_remove(place);
            // ORDERING: Relaxed; who sees the old count looks for nobody.
            N_LISTENING.fetch_sub(1, Relaxed);
        }
    }
}

/// What a future is made of has changed.
pub(crate) fn call_those_in_a_jam() {
    // ORDERING: Relaxed. What the future is made of lies behind a lock, under which it has just been changed, and which the
    // worker takes, to look at that, after it has counted. Whoever comes second sees the other.
    if N_LISTENING.load(Relaxed) == 0 || mutant!("timed_wait_uncalled") {
        return;
    }
    for Listening(host) in listening().iter() {
        // SAFETY: a host stays while its worker waits, and is taken off under the lock before it goes.
        let host = unsafe { &**host };
        if host.is_jammed() {
            host.call_all();
        }
    }
}
