//! The threads of this process, to see that those of a pool are gone.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// How many there are; nothing where the system does not say.
pub(crate) fn count() -> usize {
    fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// Waits until there are no more than `n`, as after some pools are dropped, which do not wait for their threads.
pub(crate) fn await_at_most(n: usize) {
    let patience = Instant::now() + Duration::from_secs(2);
    while count() > n && Instant::now() < patience {
        thread::sleep(Duration::from_micros(200));
    }
}
