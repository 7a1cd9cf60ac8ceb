//! User code that does its worst, where it can: nobody else has to suffer for it.

use earnest_core::{Future, promise, task};
use earnest_pool::{Shutdown, ThreadPoolExecutor};
use std::cell::RefCell;
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

#[test]
fn a_callback_that_blocks_holds_up_its_worker_and_no_other() {
    let pool = pool(2);
    let (go, gate) = promise::<()>();
    let (release, block) = promise::<()>();
    let (entered, inside) = promise::<()>();
    let future = pool.submit(move || drop(gate.result()));
    future.add_done_callback(move |_| {
        entered.complete(()).unwrap();
        drop(block.result());
    });
    go.complete(()).unwrap();
    inside.result().unwrap();
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
    release.complete(()).unwrap();
}

#[test]
fn a_callback_can_wait_for_what_it_submits_if_there_is_another_worker() {
    let pool = pool(2);
    // Both workers there, and at rest or nearly so.
    let both = Arc::new(Barrier::new(2));
    let meet = [(); 2].map(|()| {
        let both = both.clone();
        pool.submit(move || both.wait().is_leader())
    });
    assert_eq!(
        meet.into_iter().filter_map(|future| future.result().ok()).filter(|&leader| leader).count(),
        1
    );
    let rounds = if cfg!(miri) { 5 } else { 100 };
    for _ in 0..rounds {
        let (go, gate) = promise::<()>();
        let (told, tell) = promise();
        let handle = pool.handle();
        let future = pool.submit(move || drop(gate.result()));
        future.add_done_callback(move |_| told.complete(handle.submit(|| 7).result().unwrap()).unwrap());
        go.complete(()).unwrap();
        assert_eq!(tell.result().unwrap(), 7);
    }
}

#[test]
fn a_mapped_function_that_blocks_holds_up_its_worker_and_no_other() {
    let pool = pool(2);
    let (go, gate) = promise::<()>();
    let (release, block) = promise::<()>();
    let (entered, inside) = promise::<()>();
    let mapped = pool.submit(move || drop(gate.result())).map(move |()| {
        entered.complete(()).unwrap();
        block.result().unwrap();
    });
    go.complete(()).unwrap();
    inside.result().unwrap();
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
    release.complete(()).unwrap();
    mapped.result().unwrap();
}

#[test]
fn a_hook_that_panics_leaves_no_future_open() {
    let (runnable, future) = task(|| 1);
    let host = Nowhere;
    let worker = earnest_core::Worker::new(earnest_core::Owner::next(), &host, 1 << 20);
    assert!(runnable.run_on(&worker, |_| panic!("a hook's own fault")));
    assert_eq!(future.result().unwrap(), 1);
}

#[test]
fn a_cause_that_panics_when_dropped_breaks_the_pool_all_the_same() {
    #[derive(Debug)]
    struct Bomb;
    impl std::fmt::Display for Bomb {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a bomb")
        }
    }
    impl std::error::Error for Bomb {}
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic!("going off");
            }
        }
    }
    // Both workers fail, and there can be one cause only: the other one is dropped.
    let both = Arc::new(Barrier::new(2));
    let initializer = move || {
        both.wait();
        Err::<(), _>(Bomb)
    };
    let pool = ThreadPoolExecutor::builder().max_workers(2).initializer(initializer).build().unwrap();
    let futures = [pool.submit(|| ()), pool.submit(|| ())];
    assert!(futures.iter().all(|future| future.wait_timeout(Duration::from_secs(20))));
    pool.shutdown();
    assert_eq!(pool.worker_count(), 0);
    // The first cause goes off where it is dropped, which would be here.
    static KEPT: Mutex<Option<([Future<()>; 2], ThreadPoolExecutor)>> = Mutex::new(None);
    *KEPT.lock().unwrap() = Some((futures, pool));
}

/// Shuts a pool down, and drops it, while its own worker's thread-locals are dropped.
struct OnExit(RefCell<Option<Arc<ThreadPoolExecutor>>>);

impl Drop for OnExit {
    fn drop(&mut self) {
        if let Some(pool) = self.0.borrow_mut().take() {
            pool.shutdown();
        }
    }
}

std::thread_local! {
    static ON_EXIT: OnExit = const { OnExit(RefCell::new(None)) };
}

#[test]
fn a_worker_s_thread_local_can_shut_its_pool_down_and_drop_it() {
    for drop_elsewhere_first in [false, true] {
        let pool = Arc::new(pool(1));
        let inner = pool.clone();
        pool.submit(move || ON_EXIT.with(|on_exit| *on_exit.0.borrow_mut() = Some(inner))).result().unwrap();
        if drop_elsewhere_first {
            let begin = Shutdown { wait: false, ..Shutdown::default() };
            pool.shutdown_with(begin).unwrap();
            drop(pool);
        } else {
            pool.shutdown();
        }
    }
}

struct Slow;

impl Drop for Slow {
    fn drop(&mut self) {
        std::thread::sleep(Duration::from_millis(500));
    }
}

std::thread_local! {
    static SLOW: Slow = const { Slow };
}

#[test]
fn a_timed_shutdown_does_not_wait_for_slow_thread_locals() {
    let pool = pool(1);
    pool.submit(|| SLOW.with(|_| ())).result().unwrap();
    let begin = Instant::now();
    let timed = Shutdown { timeout: Some(Duration::from_millis(5)), ..Shutdown::default() };
    let ended = pool.shutdown_with(timed);
    // Either it says so, or the machine was so slow that they were gone.
    assert!(ended.is_err() || begin.elapsed() >= Duration::from_millis(500));
    pool.shutdown();
}

/// A pool that does nothing about waits.
struct Nowhere;

impl earnest_core::Host for Nowhere {
    fn wait_begins(&self, _: &std::sync::Arc<earnest_core::Inbox>) {}
    fn wait_ends(&self, _: &std::sync::Arc<earnest_core::Inbox>) {}

    fn is_jammed(&self) -> bool {
        false
    }

    fn call_all(&self) {}

    fn n_workers(&self) -> usize {
        1
    }
}
