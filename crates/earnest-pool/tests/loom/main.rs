//! Models of the pool's protocols, one file each. `cargo xtask loom` runs them.

#![cfg(earnest_loom)]

mod alone;
mod aside;
mod async_blocks;
mod bounded;
mod broken;
mod cancel_vs_steal;
mod injector;
mod no_thread;
mod push_vs_sleep;
mod shrink;
mod submit_vs_shutdown;
mod wait_vs_push;

use earnest_pool::ThreadPoolExecutor;
use earnest_sync::{Arc, Condvar, Mutex};

fn pool(max_workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(max_workers).thread_name_prefix("model").build().unwrap()
}

/// A wait of which the pool does not know: it lets nobody take its place.
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// For who waits, and for who opens it.
    fn new() -> (Gate, Gate) {
        let state = Arc::new((Mutex::new(false), Condvar::new()));
        (Gate(state.clone()), Gate(state))
    }

    fn wait(&self) {
        let (is_open, opened) = &*self.0;
        let mut guard = is_open.lock();
        while !*guard {
            guard = opened.wait(guard);
        }
    }

    fn open(&self) {
        let (is_open, opened) = &*self.0;
        *is_open.lock() = true;
        opened.notify_one();
    }
}
