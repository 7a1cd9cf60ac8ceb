//! A value whose destructor panics, and pools.

use earnest::ThreadPoolExecutor;
use std::sync::mpsc::{Sender, channel};

/// Panics when it is dropped, with a message that says which one it was.
pub(crate) struct Bomb(pub(crate) &'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{} went off", self.0);
    }
}

/// A pool of so many workers.
pub(crate) fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// Has a worker of `pool` be busy until what comes back is dropped.
pub(crate) fn occupy(pool: &ThreadPoolExecutor) -> Sender<()> {
    let ((until, dropped), (begun, begins)) = (channel(), channel());
    let busy = move || {
        begun.send(()).unwrap();
        dropped.recv()
    };
    pool.submit(busy).detach();
    begins.recv().unwrap();
    until
}

/// Whether `f` panics.
pub(crate) fn panics(f: impl FnOnce()) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).is_err()
}
