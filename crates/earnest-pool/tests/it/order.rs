use earnest_core::promise;
use earnest_pool::ThreadPoolExecutor;
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
