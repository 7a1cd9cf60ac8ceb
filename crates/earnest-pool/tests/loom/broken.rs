//! A worker cannot be made ready, or a task panics, while others submit, cancel and shut down: each submission comes to
//! something, and the pool to its end.

use earnest_pool::ThreadPoolExecutor;
use earnest_sync::{explored, model_bounded, thread};

/// A worker whose initializer fails breaks the pool, and with it what is queued.
#[test]
fn initializer_failure_vs_submit_vs_cancel() {
    // With two the search does not end: two of the three may be about to empty the queue, and may yield to each other for ever
    // while the one preemption more holds up who has a place in it and is to fill it.
    model_bounded("pool::initializer_failure_vs_submit_vs_cancel", 1..=1, || {
        let builder = ThreadPoolExecutor::builder().max_workers(1);
        let pool = builder.initializer(|| Err::<(), _>("on purpose")).build().unwrap();
        let handle = pool.handle();
        let other = thread::spawn(move || handle.submit(|| ()).result().unwrap_err());
        let future = pool.submit(|| ());
        let is_cancelled = future.cancel();
        let error = future.result().unwrap_err();
        assert_eq!((error.is_cancelled(), error.is_broken()), (is_cancelled, !is_cancelled));
        assert!(other.join().unwrap().is_broken());
        explored();
        drop(pool);
    });
}

/// The same of one who submits, with more preemptions.
#[test]
fn initializer_failure_vs_cancel() {
    model_bounded("pool::initializer_failure_vs_cancel", 2..=3, || {
        let builder = ThreadPoolExecutor::builder().max_workers(1);
        let pool = builder.initializer(|| Err::<(), _>("on purpose")).build().unwrap();
        let future = pool.submit(|| ());
        let is_cancelled = future.cancel();
        let error = future.result().unwrap_err();
        assert_eq!((error.is_cancelled(), error.is_broken()), (is_cancelled, !is_cancelled));
        assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
        drop(pool);
    });
}

#[test]
fn panic_vs_shutdown() {
    model_bounded("pool::panic_vs_shutdown", 2..=3, || {
        let pool = crate::pool(1);
        let panics = pool.submit(|| -> u32 { std::panic::panic_any(3) });
        let follows = pool.submit(|| 4);
        pool.shutdown();
        assert!(panics.result().unwrap_err().is_panicked());
        assert_eq!(follows.result().unwrap(), 4);
        drop(pool);
    });
}
