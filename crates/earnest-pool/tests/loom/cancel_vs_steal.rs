//! A queued task is cancelled while a worker takes it: it runs or it does not, and its closure is dropped once.

use crate::pool;
use earnest_sync::model;
use std::sync::Arc;

#[test]
fn cancel_vs_steal() {
    model("pool::cancel_vs_steal", || {
        let pool = pool(1);
        let captured = Arc::new(());
        let future = pool.submit({
            let captured = captured.clone();
            move || drop(captured)
        });
        let cancelled = future.cancel();
        if cancelled {
            assert_eq!(Arc::strong_count(&captured), 1, "gone when `cancel` returns");
        }
        assert_eq!(future.result().is_err(), cancelled);
        drop(pool);
        assert_eq!(Arc::strong_count(&captured), 1);
    });
}
