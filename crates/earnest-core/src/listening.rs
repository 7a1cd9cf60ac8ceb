//! Workers whose waits have a timeout, and who may have to run what they wait for: their pools are jammed.
//!
//! Of a wait without a timeout the [graph](crate::graph) knows, and has the worker called when what it waits for is made of
//! something else. One that has a timeout is never stuck, and so has no place there.

use crate::owner::this_process;
use crate::worker::{Host, Worker};
use core::ops::DerefMut;
use core::ptr;
use earnest_sync::{AtomicUsize, Mutex, Ordering::Relaxed, mutant};

earnest_sync::global! {
    static LISTENING: Mutex<List> = Mutex::new(List { process: 0, hosts: Vec::new() });
}

earnest_sync::global! {
    // How many there are: where there are none, the list need not be locked.
    static N_LISTENING: AtomicUsize = AtomicUsize::new(0);
}

struct List {
    /// Whose threads these are, or 0 at first.
    process: usize,
    hosts: Vec<Listening>,
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
    // SAFETY: of the same type but for the lifetime: it is taken off the list before the worker's wait is over.
    let host = unsafe { core::mem::transmute::<&dyn Host, *const (dyn Host + 'static)>(worker.host) };
    let mut list = list();
    // ORDERING: Relaxed; see `call_those_in_a_jam`.
    N_LISTENING.fetch_add(1, Relaxed);
    list.hosts.push(Listening(host));
    Listens(Listening(host))
}

/// The list of this process: as for the graph, what it was forked with is not looked at.
fn list() -> impl DerefMut<Target = List> {
    let mut list = LISTENING.lock();
    let process = this_process();
    if list.process != process {
        *list = List { process, hosts: Vec::new() };
        // ORDERING: Relaxed; whoever counts has come by here before.
        N_LISTENING.store(0, Relaxed);
    }
    list
}

impl Drop for Listens {
    fn drop(&mut self) {
        let mut list = list();
        // Otherwise it came to the list in another process.
        if let Some(place) = list.hosts.iter().position(|other| ptr::addr_eq(other.0, self.0.0)) {
            list.hosts.swap_remove(place);
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
    for Listening(host) in &list().hosts {
        // SAFETY: a host stays while its worker waits, and is taken off under the lock before it goes.
        let host = unsafe { &**host };
        if host.is_jammed() {
            host.call_all();
        }
    }
}
