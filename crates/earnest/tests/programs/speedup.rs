//! The same work one by one and in parallel.

use crate::jobs::pool;
use earnest::{Error, MapExt, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

/// How many primes there are below `n`: work for a processor.
fn primes_below(n: u64) -> usize {
    (2..n).filter(|n| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0)).count()
}

/// Runs `work`, and says how long it took.
fn timed<R>(work: impl FnOnce() -> R) -> (R, Duration) {
    let begin = Instant::now();
    let result = work();
    (result, begin.elapsed())
}

/// Program 23: the same work serially and on a pool. Gives back both results, and how many times faster the second was.
fn compare(
    pool: &ThreadPoolExecutor,
    inputs: &[u64],
    work: impl Fn(u64) -> usize + Send + Sync + 'static,
) -> Result<(Vec<usize>, Vec<usize>, f64), Error> {
    let (serial, alone) = timed(|| inputs.iter().map(|&n| work(n)).collect());
    let (parallel, together) = timed(|| pool.map(inputs.to_vec(), work).collect::<Result<Vec<_>, _>>());
    Ok((serial, parallel?, alone.as_secs_f64() / together.as_secs_f64()))
}

#[test]
fn parallel_work_is_the_same_and_overlaps() {
    watched("program 23", || {
        const WORKERS: usize = 4;
        let inputs = [20_000; WORKERS];
        // On the pool, each task waits for all others to have begun: they do overlap.
        let (calls, all) = (Arc::new(AtomicUsize::new(0)), Barrier::new(WORKERS));
        let count = calls.clone();
        let work = move |n| {
            if count.fetch_add(1, SeqCst) >= WORKERS {
                all.wait();
            }
            primes_below(n)
        };
        let (serial, parallel, multiple) = compare(&pool(WORKERS), &inputs, work).unwrap();
        println!("{multiple:.1} times as fast on {WORKERS} workers");
        assert_eq!(serial, [2_262; WORKERS]);
        assert_eq!(parallel, serial);
        assert_eq!(calls.load(SeqCst), 2 * WORKERS);
        assert!(multiple > 0.0);
    });
}
