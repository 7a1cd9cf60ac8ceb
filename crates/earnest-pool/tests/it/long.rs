//! Minutes of work: `cargo xtask long` runs them.

use earnest_pool::ThreadPoolExecutor;
use std::thread;

/// How much memory the process has, in bytes.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
#[ignore = "long"]
fn a_million_tasks_in_a_storm_of_sizes() {
    crate::resize::storm(1_000_000);
}

#[test]
#[ignore = "long"]
#[cfg(target_os = "linux")]
fn ten_million_submissions_into_a_bounded_queue_take_no_more_memory_than_some() {
    const EACH: usize = 1_250_000;
    let pool = ThreadPoolExecutor::builder().max_workers(2).queue_capacity(100).build().unwrap();
    let submit = |n: usize| {
        thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| (0..n).for_each(|n| pool.submit(move || n).detach()));
            }
        });
    };
    submit(10_000);
    let before = resident();
    submit(EACH);
    let grown = resident().saturating_sub(before);
    assert!(grown < 8 << 20, "{grown} bytes more");
}
