//! Ending early, with the help of the tasks themselves.

use crate::jobs::pool;
use earnest::{Future, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

/// Program 22: work in steps, which looks at the flag before each of them.
fn work_until(stop: &AtomicBool, mut step: impl FnMut()) -> u64 {
    let mut steps = 0;
    while !stop.load(Ordering::Relaxed) {
        step();
        steps += 1;
    }
    steps
}

/// Program 22: many such tasks.
fn begin(pool: &ThreadPoolExecutor, stop: &Arc<AtomicBool>, begun: &Sender<()>) -> Vec<Future<u64>> {
    let task = || {
        let (stop, begun) = (stop.clone(), begun.clone());
        move || {
            let mut begun = Some(begun);
            work_until(&stop, || {
                begun.take().into_iter().for_each(|begun| begun.send(()).unwrap());
                std::thread::yield_now();
            })
        }
    };
    (0..10).map(|_| pool.submit(task())).collect()
}

/// Program 22: cancels those that have not begun, tells those that run, and waits for the end.
fn stop_all(pool: &ThreadPoolExecutor, stop: &AtomicBool, futures: &[Future<u64>]) -> String {
    // In this order: who leaves makes room for the next.
    let cancelled = futures.iter().filter(|future| future.cancel()).count();
    stop.store(true, Ordering::Relaxed);
    pool.shutdown();
    format!("{cancelled} cancelled, {} have stopped", futures.len() - cancelled)
}

#[test]
fn running_tasks_leave_when_they_are_told_and_queued_ones_never_begin() {
    watched("program 22", || {
        let pool = pool(2);
        let stop = Arc::new(AtomicBool::new(false));
        let (begun, begins) = channel();
        let futures = begin(&pool, &stop, &begun);
        begins.recv().unwrap();
        begins.recv().unwrap();
        assert_eq!(stop_all(&pool, &stop, &futures), "8 cancelled, 2 have stopped");
        assert!(begins.try_recv().is_err(), "a third has begun");
        for future in futures.into_iter().filter(|future| !future.is_cancelled()) {
            assert!(future.result().unwrap() > 0);
        }
    });
}
