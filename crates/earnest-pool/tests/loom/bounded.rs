//! A queue with room for one: whoever waits for room comes in, and a shutdown turns those away who still wait.

use earnest_core::{ExecutorExt, promise};
use earnest_pool::{RejectionPolicy, Shutdown, ThreadPoolExecutor};
use earnest_sync::{Arc, Mutex, explored, model_bounded, thread};

fn pool(policy: RejectionPolicy) -> ThreadPoolExecutor {
    let builder = ThreadPoolExecutor::builder().max_workers(1).queue_capacity(1);
    builder.rejection_policy(policy).build().unwrap()
}

#[test]
fn submit_vs_begin() {
    model_bounded("pool::submit_vs_begin", 1..=2, || {
        let pool = pool(RejectionPolicy::Block);
        let futures = [1, 2, 3].map(|n| pool.submit(move || n));
        // The second or the third found the queue full, and came in when a task began.
        assert_eq!(futures.map(|future| future.result().unwrap()), [1, 2, 3]);
        explored();
        drop(pool);
    });
}

#[test]
fn wait_for_room_vs_shutdown() {
    model_bounded("pool::wait_for_room_vs_shutdown", 2..=3, || {
        let pool = pool(RejectionPolicy::Block);
        let handle = pool.handle();
        let submits = thread::spawn(move || [1, 2].map(|n| handle.submit(move || n)));
        pool.shutdown_with(Shutdown::default()).unwrap();
        for (future, n) in submits.join().unwrap().into_iter().zip([1, 2]) {
            match future.result() {
                Ok(value) => assert_eq!(value, n),
                Err(error) => assert!(error.is_rejected()),
            }
        }
        drop(pool);
    });
}

/// The worker is held up, and two come for the one place: the later of them discards the other, whose task may have its
/// place and not be in the queue yet.
#[test]
fn submit_vs_discard() {
    model_bounded("pool::submit_vs_discard", 1..=2, || {
        let pool = pool(RejectionPolicy::DiscardOldest);
        let gate = Arc::new(Mutex::new(()));
        let (begins, began) = promise();
        let (held, closed) = (gate.clone(), gate.lock());
        let busy = pool.submit(move || {
            begins.complete(()).unwrap();
            drop(held.lock());
        });
        began.result().unwrap();
        let handle = pool.handle();
        let other = thread::spawn(move || handle.execute(|| ()).is_ok());
        assert!(pool.execute(|| ()).is_ok(), "the newest is never refused");
        assert!(other.join().unwrap(), "the newest is never refused");
        drop(closed);
        busy.result().unwrap();
        explored();
        drop(pool);
    });
}
