use earnest_core::{ExecutorExt, promise};
use earnest_pool::{Shutdown, ThreadPoolExecutor};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::time::Duration;

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

#[test]
fn shutdown_runs_what_is_queued() {
    let pool = pool(2);
    let futures: Vec<_> = (0..1_000).map(|n| pool.submit(move || n)).collect();
    pool.shutdown();
    assert!(futures.iter().all(earnest_core::Future::is_done));
    assert!(futures.into_iter().enumerate().all(|(n, future)| future.result().unwrap() == n));
    assert_eq!(pool.worker_count(), 0);
    pool.shutdown();
}

#[test]
fn shutdown_can_cancel_what_is_queued() {
    let pool = pool(1);
    let (open, gate) = promise::<()>();
    let (started, running) = promise::<()>();
    let first = pool.submit(move || {
        started.complete(()).unwrap();
        gate.result().is_ok()
    });
    running.result().unwrap();
    let queued: Vec<_> = (0..50).map(|_| pool.submit(|| ())).collect();
    let begin = Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() };
    pool.shutdown_with(begin).unwrap();
    assert!(queued.iter().all(earnest_core::Future::is_cancelled));
    open.complete(()).unwrap();
    pool.shutdown();
    assert!(first.result().unwrap());
}

#[test]
fn a_shutdown_that_runs_out_of_time_names_who_still_runs() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).thread_name_prefix("slow").build().unwrap();
    let (open, gate) = promise::<()>();
    let future = pool.submit(move || gate.result().is_ok());
    let timed = Shutdown { timeout: Some(Duration::from_millis(5)), ..Shutdown::default() };
    let error = pool.shutdown_with(timed).unwrap_err();
    assert_eq!(error.thread_names(), ["slow_0"]);
    assert_eq!(error.to_string(), "1 workers are still running: slow_0");
    open.complete(()).unwrap();
    pool.shutdown_with(Shutdown { timeout: Some(Duration::MAX), ..Shutdown::default() }).unwrap();
    assert!(future.result().unwrap());
}

#[test]
fn after_shutdown_submissions_are_refused() {
    let pool = pool(1);
    let handle = pool.handle();
    drop(pool);
    assert!(handle.submit(|| ()).result().unwrap_err().is_rejected());
    assert_eq!(handle.try_submit(|| 3).unwrap_err().into_inner()(), 3);
}

#[test]
fn a_task_can_shut_its_own_pool_down() {
    let pool = Arc::new(pool(2));
    let inner = pool.clone();
    pool.submit(move || inner.shutdown()).result().unwrap();
    assert!(pool.submit(|| ()).result().unwrap_err().is_rejected());
    pool.shutdown();
}

#[test]
fn a_task_can_drop_its_own_pool() {
    let pool = Arc::new(pool(2));
    let (open, gate) = promise::<()>();
    let inner = pool.clone();
    let future = pool.submit(move || {
        gate.result().unwrap();
        drop(inner);
    });
    drop(pool);
    open.complete(()).unwrap();
    future.result().unwrap();
}

#[test]
fn a_callback_can_shut_the_pool_down() {
    let pool = Arc::new(pool(1));
    let (open, gate) = promise::<()>();
    let future = pool.submit(move || drop(gate.result()));
    let inner = pool.clone();
    future.add_done_callback(move |_| inner.shutdown());
    open.complete(()).unwrap();
    future.result().unwrap();
    pool.shutdown();
    assert_eq!(pool.worker_count(), 0);
}

#[test]
fn unwinding_cancels_what_is_queued() {
    let (open, gate) = promise::<()>();
    let (started, running) = promise::<()>();
    let (queue, queued) = std::sync::mpsc::channel();
    let owner = std::thread::spawn(move || {
        let pool = pool(1);
        pool.submit(move || {
            started.complete(()).unwrap();
            drop(gate.result());
        })
        .detach();
        running.result().unwrap();
        queue.send(pool.submit(|| ())).unwrap();
        panic!("on purpose");
    });
    let future = queued.recv().unwrap();
    assert!(future.result().unwrap_err().is_cancelled());
    open.complete(()).unwrap();
    assert!(owner.join().is_err());
}

/// Eight threads submit while the pool shuts down, in every way that there is: each submission is executed, cancelled
/// or rejected, and none is two of these.
#[test]
fn submissions_that_race_a_shutdown_are_all_accounted_for() {
    for round in 0..100 {
        let pool = pool(1 + round % 4);
        let executed = Arc::new(AtomicUsize::new(0));
        let start = Arc::new(Barrier::new(9));
        let submitters: Vec<_> = (0..8)
            .map(|_| {
                let (handle, executed, start) = (pool.handle(), executed.clone(), start.clone());
                std::thread::spawn(move || {
                    start.wait();
                    let submit = |_| {
                        let executed = executed.clone();
                        handle.submit(move || executed.fetch_add(1, SeqCst))
                    };
                    (0..200).map(submit).collect::<Vec<_>>()
                })
            })
            .collect();
        start.wait();
        let cancel_pending = round % 3 == 1;
        if round % 3 == 2 {
            std::thread::yield_now();
            drop(pool);
        } else {
            pool.shutdown_with(Shutdown { cancel_pending, ..Shutdown::default() }).unwrap();
            assert_eq!(pool.worker_count(), 0);
        }
        let (mut ran, mut cancelled, mut rejected) = (0, 0, 0);
        for future in submitters.into_iter().flat_map(|thread| thread.join().unwrap()) {
            match future.result() {
                Ok(_) => ran += 1,
                Err(error) if error.is_cancelled() => cancelled += 1,
                Err(error) if error.is_rejected() => rejected += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(ran, executed.load(SeqCst));
        assert_eq!(ran + cancelled + rejected, 8 * 200);
        assert!(cancelled == 0 || cancel_pending);
    }
}
