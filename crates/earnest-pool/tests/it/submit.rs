use crate::gate::{gate, occupy, pool};
use core::future::Future as _;
use core::task::{Context, Poll, Waker};
use earnest_core::{ExecutorExt, State, promise};
use earnest_pool::{BuildError, ThreadPoolExecutor, default_pool};
use earnest_testing::conform;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Wake;
use std::time::Duration;

/// Row 1: a task's value is its future's result.
#[test]
fn every_submission_gives_its_own_value() {
    conform("1", |claims| {
        for workers in [1, 2, 4] {
            let pool = pool(workers);
            let n = if cfg!(miri) { 8 } else { 10_000_u64 };
            let futures: Vec<_> = (0..n).map(|n| pool.submit(move || n * n)).collect();
            let right = futures.into_iter().zip(0_u64..).all(|(future, n)| future.result().unwrap() == n * n);
            claims.that(right, "every future has its own task's value");
        }
    });
}

/// Row 1.3.1: submitting does not block, however many tasks are queued, and gives a pending future.
#[test]
fn submitting_does_not_block() {
    conform("1.3.1", |claims| {
        let pool = pool(1);
        let (open, running) = occupy(&pool, 1);
        let n_tasks = if cfg!(miri) { 10 } else { 10_000 };
        let futures: Vec<_> = (0..n_tasks).map(|n| pool.submit(move || n)).collect();
        claims.that(futures.iter().all(|future| future.state() == State::Pending), "nothing has begun");
        drop(open);
        claims.that(running.into_iter().all(|future| future.result().is_ok()), "what ran ends");
        claims.is(
            futures.into_iter().map(|future| future.result().unwrap()).sum::<i32>(),
            n_tasks * (n_tasks - 1) / 2,
        );
    });
}

/// Row 16: what a task held is released once it has run, though the pool lives and its worker has nothing else to do.
#[test]
fn what_a_task_held_is_released_once_it_has_run() {
    conform("16", |claims| {
        let pool = pool(1);
        let held = Arc::new(());
        let captured = held.clone();
        pool.submit(move || drop(captured)).result().unwrap();
        let captured = held.clone();
        pool.submit(move || Arc::strong_count(&captured)).result().unwrap();
        claims.is(Arc::strong_count(&held), 1);
    });
}

/// Rows 21, 1.4.1: by default there are as many workers as the program can use processors, plus four, and 32 at most.
#[test]
fn the_default_number_of_workers_is_as_documented() {
    conform("21 1.4.1", |claims| {
        let parallelism = std::thread::available_parallelism().map_or(1, usize::from);
        let cap = std::env::var("EARNEST_MAX_WORKERS").ok().and_then(|cap| cap.parse().ok()).unwrap_or(32);
        claims.is(ThreadPoolExecutor::new().max_workers(), 32.min(parallelism + 4).min(cap));
        claims.is(pool(500).max_workers(), 500);
    });
}

/// Row 101: a future is awaited in any runtime, cancelled there, and dropped before its task ends, with nobody to be
/// told then.
#[test]
fn a_future_of_the_pool_can_be_awaited_and_let_go() {
    conform("101", |claims| {
        let pool = pool(1);
        let (open, gate) = gate();
        let mut first = Box::pin(pool.submit(move || gate.pass()));
        let woken = Arc::new(CountsWakes::default());
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        claims.that(first.as_mut().poll(&mut context).is_pending(), "it is pending");
        let mut second = Box::pin(pool.submit(|| 2));
        claims.that(second.as_mut().poll(&mut context).is_pending(), "so is the next");
        claims.that(second.cancel(), "which can be cancelled");
        claims.is(woken.0.load(SeqCst), 1);
        let cancelled =
            matches!(second.as_mut().poll(&mut context), Poll::Ready(Err(error)) if error.is_cancelled());
        claims.that(cancelled, "and says so");
        drop((first, second));
        drop(open);
        pool.shutdown();
    });
}

#[derive(Default)]
struct CountsWakes(AtomicUsize);

impl Wake for CountsWakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Rows 97, 1.4.7: a panic, whatever its payload, goes into the task's future, with its message and origin, and the worker
/// lives on.
#[test]
fn a_panic_is_the_future_s_and_the_worker_lives_on() {
    conform("97 1.4.7", |claims| {
        struct Exit(i32);
        let pool = pool(1);
        let thread = pool.submit(|| std::thread::current().id()).result().unwrap();
        let panic =
            pool.submit(|| -> u32 { panic!("on purpose") }).result().unwrap_err().into_panic().unwrap();
        claims.is(panic.message(), Some("on purpose"));
        claims.that(panic.location().file().ends_with("submit.rs"), "it says where it was submitted");
        claims.that(panic.thread_name().unwrap().starts_with("ThreadPoolExecutor-"), "and where it ran");
        let error = pool.submit(|| std::panic::panic_any(Exit(3))).result().unwrap_err();
        let payload = error.into_panic().unwrap().into_panic();
        claims.is(payload.downcast::<Exit>().ok().map(|exit| exit.0), Some(3));
        claims.is(pool.submit(|| std::thread::current().id()).result().unwrap(), thread);
    });
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
    const DEPTH: u32 = if cfg!(miri) { 3 } else { 12 };
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
        fan_out(&handle, DEPTH, &counter);
        finished.complete(()).unwrap();
    })
    .unwrap();
    wait.result().unwrap();
    while done.load(SeqCst) < (2 << DEPTH) - 1 {
        std::thread::yield_now();
    }
    pool.shutdown();
    assert_eq!(done.load(SeqCst), (2 << DEPTH) - 1);
}

#[test]
fn executed_closures_run_and_their_panics_are_survived() {
    let pool = pool(1);
    let (promise, future) = promise();
    pool.execute(|| panic!("nobody asks")).unwrap();
    pool.execute(move || promise.complete(3).unwrap()).unwrap();
    assert_eq!(future.result().unwrap(), 3);
}

/// In the shared queue each takes as much room as it captures, be it none, a part of a word, or more than there is without a
/// cell.
#[test]
fn executed_closures_of_every_size_keep_what_they_capture() {
    let sum = Arc::new(AtomicUsize::new(0));
    static ADD: AtomicUsize = AtomicUsize::new(0);
    let add = &ADD;
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    let most = if cfg!(miri) { 3 } else { 500_usize };
    for n in 1..=most {
        let (byte, odd, many) = ((n % 251) as u8, [n as u32, 1, 2], [n; 5]);
        pool.execute(|| _ = CALLS.fetch_add(1, SeqCst)).unwrap();
        pool.execute(move || _ = CALLS.fetch_add(usize::from(byte > 250), SeqCst)).unwrap();
        pool.execute(move || _ = add.fetch_add(n, SeqCst)).unwrap();
        pool.execute(move || _ = add.fetch_add(odd.iter().sum::<u32>() as usize, SeqCst)).unwrap();
        pool.execute(move || _ = add.fetch_add(n + usize::from(byte), SeqCst)).unwrap();
        pool.execute(move || _ = add.fetch_add(many.iter().sum::<usize>(), SeqCst)).unwrap();
        let sum = sum.clone();
        pool.execute(move || _ = sum.fetch_add(n + usize::from(byte), SeqCst)).unwrap();
    }
    pool.shutdown();
    let (numbers, bytes) = ((1..=most).sum::<usize>(), (1..=most).map(|n| n % 251).sum::<usize>());
    assert_eq!(CALLS.load(SeqCst), most);
    assert_eq!(add.load(SeqCst), numbers + (numbers + 3 * most) + (numbers + bytes) + 5 * numbers);
    assert_eq!((sum.load(SeqCst), Arc::strong_count(&sum)), (numbers + bytes, 1));
}

/// Row 17: no workers are refused, with a message that says so, and so is whatever else makes no sense.
#[test]
fn settings_that_make_no_sense_are_refused() {
    conform("17", |claims| {
        let zero = ThreadPoolExecutor::builder().max_workers(0).build().unwrap_err();
        claims.is(zero.to_string(), "max_workers must be greater than 0");
        claims.is(zero, BuildError::MaxWorkers(0));
        let name = ThreadPoolExecutor::builder().thread_name_prefix("a\0b").build().unwrap_err();
        claims.that(matches!(name, BuildError::ThreadName(_)), "a name that no thread can have");
        let too_many = ThreadPoolExecutor::builder().max_workers(usize::MAX).build();
        claims.that(too_many.is_err(), "more workers than can be counted");
    });
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
