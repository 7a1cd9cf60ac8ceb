//! A producer that is faster than its workers: a bounded queue makes it wait, and memory stays flat.
//!
//! ```text
//! cargo run --release --example backpressure
//! ```

use earnest::{RejectionPolicy, ThreadPoolExecutor};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

fn main() {
    // The producer waits for room.
    let pool =
        ThreadPoolExecutor::builder().max_workers(2).queue_capacity(100).build().expect("sizes are not zero");
    let (sum, longest) = (Arc::new(AtomicU64::new(0)), AtomicUsize::new(0));
    for n in 0..100_000_u64 {
        let sum = sum.clone();
        pool.execute(move || _ = sum.fetch_add(n, Relaxed)).expect("the pool is open");
        longest.fetch_max(pool.stats().queued, Relaxed);
    }
    pool.shutdown();
    println!(
        "the sum is {}, and never more than {} tasks were queued",
        sum.load(Relaxed),
        longest.load(Relaxed)
    );
    assert_eq!(sum.load(Relaxed), 4_999_950_000);

    // Or it does the work itself where there is no room, which slows it down just as well.
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .queue_capacity(10)
        .rejection_policy(RejectionPolicy::CallerRuns)
        .build()
        .expect("sizes are not zero");
    let me = std::thread::current().id();
    let futures: Vec<_> =
        (0..10_000).map(|_| pool.submit(move || std::thread::current().id() == me)).collect();
    let mine = futures.into_iter().map(|ran_here| ran_here.result().expect("no task fails"));
    let mine = mine.filter(|ran_here| *ran_here).count();
    println!("of 10000 tasks the producer ran {mine}");
}
