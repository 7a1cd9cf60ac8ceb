use earnest_core::{ExecutorExt, promise};
use earnest_pool::{BuildError, ThreadPoolExecutor, default_pool};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

#[test]
fn every_submission_gives_its_own_value() {
    for workers in [1, 2, 4] {
        let pool = pool(workers);
        let futures: Vec<_> = (0..10_000_u64).map(|n| pool.submit(move || n * n)).collect();
        for (n, future) in futures.into_iter().enumerate() {
            assert_eq!(future.result().unwrap(), (n * n) as u64);
        }
    }
}

#[test]
fn a_panic_is_the_future_s_and_the_worker_lives_on() {
    let pool = pool(1);
    let future = pool.submit(|| -> u32 { panic!("on purpose") });
    let panic = future.result().unwrap_err().into_panic().unwrap();
    assert_eq!(panic.message(), Some("on purpose"));
    assert!(panic.location().file().ends_with("submit.rs"), "{}", panic.location());
    assert!(panic.thread_name().unwrap().starts_with("ThreadPoolExecutor-"));
    assert_eq!(pool.submit(|| 1).result().unwrap(), 1);
    assert_eq!(pool.worker_count(), 1);
}

#[test]
fn the_submit_location_is_kept_through_dyn() {
    let pool = pool(1);
    let executor: &dyn earnest_core::Executor = &pool;
    let line = line!() + 1;
    let future = executor.submit(|| -> () { panic!("on purpose") });
    assert_eq!(future.result().unwrap_err().into_panic().unwrap().location().line(), line);
}

#[test]
fn tasks_submit_tasks() {
    let pool = pool(2);
    let done = Arc::new(AtomicUsize::new(0));
    fn fan_out(handle: &earnest_pool::PoolHandle, depth: u32, done: &Arc<AtomicUsize>) {
        done.fetch_add(1, SeqCst);
        for _ in 0..if depth == 0 { 0 } else { 2 } {
            let (handle, done) = (handle.clone(), done.clone());
            handle.clone().execute(move || fan_out(&handle, depth - 1, &done)).unwrap();
        }
    }
    let (handle, counter) = (pool.handle(), done.clone());
    let (finished, wait) = promise();
    pool.execute(move || {
        fan_out(&handle, 12, &counter);
        finished.complete(()).unwrap();
    })
    .unwrap();
    wait.result().unwrap();
    while done.load(SeqCst) < (1 << 13) - 1 {
        std::thread::yield_now();
    }
    pool.shutdown();
    assert_eq!(done.load(SeqCst), (1 << 13) - 1);
}

#[test]
fn executed_closures_run_and_their_panics_are_survived() {
    let pool = pool(1);
    let (promise, future) = promise();
    pool.execute(|| panic!("nobody asks")).unwrap();
    pool.execute(move || promise.complete(3).unwrap()).unwrap();
    assert_eq!(future.result().unwrap(), 3);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let zero = ThreadPoolExecutor::builder().max_workers(0).build().unwrap_err();
    assert_eq!(zero.to_string(), "max_workers must be greater than 0");
    let name = ThreadPoolExecutor::builder().thread_name_prefix("a\0b").build().unwrap_err();
    assert!(matches!(name, BuildError::ThreadName(_)));
    assert!(ThreadPoolExecutor::builder().max_workers(usize::MAX).build().is_err());
}

#[test]
fn the_default_pool_is_one_for_all() {
    assert_eq!(default_pool().submit(|| 5).result().unwrap(), 5);
    assert!(std::ptr::eq(default_pool(), default_pool()));
}

#[test]
fn a_future_can_time_out_and_still_be_taken() {
    let pool = pool(1);
    let (promise, gate) = promise::<()>();
    let future = pool.submit(move || gate.result().is_ok());
    let future = future.result_timeout(Duration::from_millis(5)).unwrap_err().into_inner();
    promise.complete(()).unwrap();
    assert!(future.result().unwrap());
}
