//! A thread that cannot be started, for which others have queued something meanwhile: their tasks run, or end refused.

use crate::pool;
use earnest_sync::{fail_spawns, model_bounded, thread};

/// Of two who submit at once the one may have relied on the worker that the other was to start, and that does not come.
#[test]
fn queued_behind_a_failed_start() {
    // The one is interrupted when it has counted on its worker. With two preemptions this did not end in 18 minutes of a
    // processor: who empties the queue and who fills it yield to each other.
    model_bounded("pool::queued_behind_a_failed_start", 1..=1, || {
        fail_spawns(1, 1);
        let pool = pool(1);
        let handle = pool.handle();
        let submitter = thread::spawn(move || handle.submit(|| ()).result());
        let results = [pool.submit(|| ()).result(), submitter.join().unwrap()];
        for error in results.into_iter().filter_map(Result::err) {
            assert!(error.is_rejected(), "{error}");
        }
    });
}
