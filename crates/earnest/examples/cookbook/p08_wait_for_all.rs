//! Waits for all: by `wait`, by `shutdown`, by leaving the block that the pool lives in, by leaving a scope.

use earnest::{Future, ReturnWhen, ThreadPoolExecutor, scope, wait};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

fn work(n: u64) -> u64 {
    thread::sleep(Duration::from_millis(n));
    n * n
}

fn begin(pool: &ThreadPoolExecutor) -> Vec<Future<u64>> {
    (0..10).map(|n| pool.submit(move || work(n))).collect()
}

fn done(futures: &[Future<u64>]) -> usize {
    futures.iter().filter(|future| future.is_done()).count()
}

pub(crate) fn main() {
    let pool = ThreadPoolExecutor::new();
    let futures = begin(&pool);
    wait(&futures, ReturnWhen::AllCompleted, None);
    println!("by `wait`: {} of 10 are done", done(&futures));

    let futures = begin(&pool);
    pool.shutdown();
    println!("by `shutdown`: {} of 10 are done", done(&futures));

    let futures = {
        let pool = ThreadPoolExecutor::new();
        begin(&pool)
    };
    println!("by leaving the block: {} of 10 are done", done(&futures));

    let (pool, ended) = (ThreadPoolExecutor::new(), AtomicUsize::new(0));
    scope(&pool, |s| {
        for n in 0..10 {
            // Tasks of a scope may borrow, as these do with `ended`.
            let ended = &ended;
            s.execute(move || {
                work(n);
                ended.fetch_add(1, Relaxed);
            });
        }
    });
    println!("by leaving the scope: {} of 10 are done", ended.load(Relaxed));
}
