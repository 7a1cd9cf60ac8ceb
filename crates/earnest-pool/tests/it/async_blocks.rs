//! Async blocks on the workers of a pool.

use crate::gate::{gate, occupy, pool};
use core::future::poll_fn;
use core::task::{Poll, Waker};
use earnest_core::{Error, promise};
use earnest_pool::{RejectionPolicy, Shutdown, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

/// Gives the worker up once, and asks to be polled again.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if core::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn a_block_gives_its_value_and_awaits_futures_of_any_kind() {
    for workers in 1..4 {
        let pool = pool(workers);
        let handle = pool.handle();
        let sum = pool.spawn_async(async move {
            let mut sum = 0;
            for n in 1..=100 {
                sum += handle.submit(move || n).await.unwrap();
                yield_now().await;
            }
            sum + handle.spawn_async(async { 7 }).await.unwrap()
        });
        assert_eq!(watched("a block", || sum.result().unwrap()), 5_057);
    }
}

#[test]
fn ten_thousand_that_wait_hold_no_worker_and_all_come_to_their_end() {
    let pool = pool(1);
    let n = if cfg!(miri) { 100 } else { 10_000 };
    let (promises, futures): (Vec<_>, Vec<_>) = (0..n).map(|_| promise::<usize>()).unzip();
    let blocks: Vec<_> =
        futures.into_iter().map(|future| pool.spawn_async(async { future.await.unwrap() + 1 })).collect();
    assert_eq!(watched("another task", || pool.submit(|| 7).result().unwrap()), 7);
    for (n, promise) in promises.into_iter().enumerate().rev() {
        promise.complete(n).unwrap();
    }
    let sum: usize = watched("all", || blocks.into_iter().map(|block| block.result().unwrap()).sum());
    assert_eq!(sum, n * (n + 1) / 2);
    assert_eq!(pool.worker_count(), 1);
}

#[test]
fn a_block_that_wakes_itself_lets_others_run() {
    let pool = pool(1);
    let stop = Arc::new(AtomicUsize::new(0));
    let seen = stop.clone();
    let spins = pool.spawn_async(async move {
        while seen.load(SeqCst) == 0 {
            yield_now().await;
        }
    });
    pool.submit(move || stop.store(1, SeqCst)).result().unwrap();
    watched("spins", || spins.result().unwrap());
}

#[test]
fn a_task_of_the_same_worker_can_wait_for_a_block() {
    for policy in [None, Some(RejectionPolicy::Block)] {
        let builder = ThreadPoolExecutor::builder().max_workers(1).max_spare_workers(0);
        let builder = match policy {
            Some(policy) => builder.queue_capacity(1).rejection_policy(policy),
            None => builder,
        };
        let pool = builder.build().unwrap();
        let handle = pool.handle();
        let outer = pool.submit(move || {
            let inner = handle.spawn_async(async {
                for _ in 0..10 {
                    yield_now().await;
                }
                7
            });
            inner.result().unwrap()
        });
        assert_eq!(watched("in place", || outer.result().unwrap()), 7);
    }
}

#[test]
fn a_panic_is_the_future_s_own() {
    let pool = pool(1);
    let panicked = pool.spawn_async(async {
        yield_now().await;
        assert_eq!(1, 2, "not equal");
    });
    let panic = watched("a panic", || panicked.result().unwrap_err()).into_panic().unwrap();
    assert!(panic.message().unwrap().contains("not equal"));
    assert!(panic.location().file().ends_with("async_blocks.rs"));
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
}

#[test]
fn cancelling_drops_a_block_that_waits_or_is_queued_at_once() {
    let pool = pool(1);
    let captured = Arc::new(());
    let (unkept, never) = promise::<()>();
    let held = captured.clone();
    let waits = pool.spawn_async(async move {
        let _held = held;
        never.await
    });
    pool.submit(|| ()).result().unwrap();
    assert_eq!(Arc::strong_count(&captured), 2);
    assert!(waits.cancel());
    assert_eq!(Arc::strong_count(&captured), 1);
    assert!(waits.result().unwrap_err().is_cancelled());
    drop(unkept);
    let (open, _busy) = occupy(&pool, 1);
    let held = captured.clone();
    let queued = pool.spawn_async(async move { drop(held) });
    assert!(queued.cancel());
    assert_eq!(Arc::strong_count(&captured), 1);
    drop(open);
}

#[test]
fn cancelling_a_block_that_is_polled_drops_it_afterwards() {
    let pool = pool(1);
    let captured = Arc::new(());
    let held = captured.clone();
    let (open, gate) = gate();
    let (begin, begins) = channel();
    let block = pool.spawn_async(async move {
        let _held = held;
        begin.send(()).unwrap();
        gate.pass();
        core::future::pending::<()>().await;
    });
    begins.recv().unwrap();
    assert!(block.cancel());
    assert!(block.result().unwrap_err().is_cancelled());
    drop(open);
    watched("a shutdown", || pool.shutdown());
    assert_eq!(Arc::strong_count(&captured), 1);
}

#[test]
fn a_shutdown_polls_what_is_queued_and_ends_what_waits() {
    let pool = pool(1);
    let (promise, never) = promise::<u32>();
    let waits = pool.spawn_async(never);
    pool.submit(|| ()).result().unwrap();
    let (open, _busy) = occupy(&pool, 1);
    let queued = pool.spawn_async(async { 7 });
    let stuck = pool.spawn_async(core::future::pending::<()>());
    pool.shutdown_with(Shutdown { wait: false, ..Shutdown::default() }).unwrap();
    assert!(waits.result().unwrap_err().is_abandoned());
    assert!(pool.spawn_async(async {}).result().unwrap_err().is_rejected());
    drop(open);
    assert_eq!(watched("queued", || queued.result().unwrap()), 7);
    assert!(watched("stuck", || stuck.result().unwrap_err()).is_abandoned());
    // Waking what has ended does nothing, and what it awaited is gone.
    promise.complete(1).unwrap();
    watched("a shutdown", || pool.shutdown());
}

#[test]
fn a_shutdown_that_cancels_ends_what_is_queued() {
    let pool = pool(1);
    let (open, _busy) = occupy(&pool, 1);
    let queued = pool.spawn_async(async { 7 });
    pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() }).unwrap();
    assert!(matches!(queued.result(), Err(Error::Cancelled)));
    drop(open);
}

#[test]
fn wakes_from_elsewhere_at_any_time_are_not_lost() {
    let pool = pool(2);
    let rounds = if cfg!(miri) { 20 } else { 2_000 };
    watched("wakes", || {
        for _ in 0..rounds {
            let place = Arc::new(Mutex::new((None::<Waker>, false)));
            let seen = place.clone();
            let block = pool.spawn_async(poll_fn(move |context| {
                let mut place = seen.lock().unwrap();
                if place.1 {
                    return Poll::Ready(());
                }
                place.0 = Some(context.waker().clone());
                Poll::Pending
            }));
            let waker = loop {
                let waker = place.lock().unwrap().0.take();
                match waker {
                    Some(waker) => break waker,
                    None => thread::yield_now(),
                }
            };
            // It may still be in the middle of the poll that has left the waker.
            place.lock().unwrap().1 = true;
            waker.wake();
            block.result().unwrap();
        }
    });
}

#[test]
fn a_block_that_wakes_itself_goes_behind_what_is_queued() {
    let pool = pool(1);
    let (open, _busy) = occupy(&pool, 1);
    let (polls, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, seen) = (polls.clone(), stop.clone());
    let spins = pool.spawn_async(async move {
        while seen.load(SeqCst) == 0 {
            counted.fetch_add(1, SeqCst);
            yield_now().await;
        }
    });
    let last = [(); 10].map(|()| pool.submit(|| ())).into_iter().last();
    let stops = pool.submit(move || stop.store(1, SeqCst));
    drop(open);
    watched("spins", || spins.result().unwrap());
    stops.result().unwrap();
    assert!(last.is_some_and(|last| last.is_done()));
    // It may come in the middle of a batch, which is over before the next.
    assert!(polls.load(SeqCst) <= 4, "{polls:?}");
}

#[test]
fn a_block_that_wakes_itself_lets_those_run_that_its_worker_had_queued_before() {
    let pool = pool(1);
    let handle = pool.handle();
    let blocks = pool.submit(move || {
        let stop = Arc::new(AtomicUsize::new(0));
        let seen = stop.clone();
        let stops = handle.spawn_async(async move { stop.store(1, SeqCst) });
        let spins = handle.spawn_async(async move {
            while seen.load(SeqCst) == 0 {
                yield_now().await;
            }
        });
        [stops, spins]
    });
    let blocks = blocks.result().unwrap();
    watched("both", || blocks.into_iter().for_each(|block| block.result().unwrap()));
}
