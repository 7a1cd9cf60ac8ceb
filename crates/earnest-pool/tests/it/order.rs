use earnest_core::promise;
use earnest_pool::{PoolHandle, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

#[test]
fn one_worker_runs_outside_submissions_in_the_order_queued() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    let log = Arc::new(Mutex::new(Vec::new()));
    let (open, gate) = promise::<()>();
    pool.execute(move || drop(gate.result())).unwrap();
    for n in 0..5_000 {
        let log = log.clone();
        pool.execute(move || log.lock().unwrap().push(n)).unwrap();
    }
    open.complete(()).unwrap();
    pool.shutdown();
    let log = log.lock().unwrap();
    assert!(log.iter().copied().eq(0..5_000), "{:?}", log.windows(2).find(|pair| pair[0] + 1 != pair[1]));
}

#[test]
fn a_lone_worker_that_feeds_itself_does_not_starve_what_it_has_queued_before() {
    fn again(pool: &PoolHandle, stop: Arc<AtomicBool>) {
        if !stop.load(SeqCst) {
            let next = pool.clone();
            pool.submit(move || again(&next, stop)).detach();
        }
    }
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    let handle = pool.handle();
    let oldest = pool.submit(move || {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = stop.clone();
        let oldest = handle.submit(move || stop.store(true, SeqCst));
        again(&handle, seen);
        oldest
    });
    let oldest = oldest.result().unwrap();
    watched("the oldest", || oldest.result().unwrap());
}
