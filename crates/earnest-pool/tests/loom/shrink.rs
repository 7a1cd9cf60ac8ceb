//! A worker that has nothing to do leaves, while something is submitted: what is queued is run.

use earnest_pool::ThreadPoolExecutor;
use earnest_sync::{explored, model_bounded};
use std::time::Duration;

#[test]
fn retire_vs_submit() {
    model_bounded("pool::retire_vs_submit", 1..=2, || {
        let builder = ThreadPoolExecutor::builder().max_workers(1).keep_alive(Duration::ZERO);
        let pool = builder.build().unwrap();
        assert_eq!(pool.submit(|| 2).result().unwrap(), 2);
        // The worker has left, or is about to, or has not found out yet that there is nothing to do.
        assert_eq!(pool.submit(|| 3).result().unwrap(), 3);
        explored();
        drop(pool);
    });
}
