//! Storms: what is too large for the model checker, under random schedules. `cargo xtask shuttle` runs them.
//!
//! Shuttle takes all atomics for sequentially consistent, and has no clock; deques are crossbeam's, in whose midst no other
//! thread runs. What it finds are interleavings of many threads and tasks.

#![cfg(earnest_shuttle)]

mod callbacks;
mod combine;
mod no_thread;
mod scopes;
mod shutdown;
mod tally;
mod waits;
mod workers;

use earnest::ThreadPoolExecutor;
use earnest_sync::thread;

fn pool(max_workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(max_workers).thread_name_prefix("storm").build().unwrap()
}

/// Runs `f` on `n` threads at once, each with its number.
fn on_threads(n: usize, f: impl Fn(usize) + Clone + Send + Sync + 'static) {
    let threads: Vec<_> = (0..n)
        .map(|number| {
            let f = f.clone();
            thread::spawn(move || f(number))
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
