//! Tasks that wait for tasks of their own pool: what hangs elsewhere runs here, and what could never end is an error.
//!
//! ```text
//! cargo run --release --example waiting
//! ```

use earnest::{Error, PoolHandle, SharedFuture, ThreadPoolExecutor};
use std::sync::mpsc::channel;

/// Sorts by splitting: each half is a task, and each task waits for two others.
fn sort(pool: &PoolHandle, mut items: Vec<u32>) -> Vec<u32> {
    if items.len() < 64 {
        items.sort_unstable();
        return items;
    }
    let upper = items.split_off(items.len() / 2);
    let [lower, upper] = [items, upper].map(|half| {
        let handle = pool.clone();
        pool.submit(move || sort(&handle, half))
    });
    merge(lower.result().expect("sorting does not fail"), upper.result().expect("sorting does not fail"))
}

fn merge(a: Vec<u32>, b: Vec<u32>) -> Vec<u32> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.into_iter().peekable(), b.into_iter().peekable());
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        merged.extend(if x <= y { a.next() } else { b.next() });
    }
    merged.extend(a.chain(b));
    merged
}

fn main() {
    // One worker is enough: a task that waits runs what it waits for.
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().expect("one worker is a pool");
    let handle = pool.handle();
    let items: Vec<u32> = (0..10_000_u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
    let sorted = pool.submit(move || sort(&handle, items)).result().expect("sorting does not fail");
    assert!(sorted.is_sorted());
    println!("one worker has sorted {} numbers by tasks that wait for tasks", sorted.len());

    // Two tasks that wait for each other could never end. One of them is told, by an error that names both, and so
    // the other ends too.
    let (give, take) = channel::<SharedFuture<String>>();
    let first = pool.submit(move || {
        let other = take.recv().expect("it is sent");
        other.result().map_or_else(Error::to_string, String::clone)
    });
    let second = pool.submit(move || first.result().unwrap_or_else(|error| error.to_string())).shared();
    give.send(second.clone()).expect("it is received");
    println!("{}", second.result().expect("both end"));
}
