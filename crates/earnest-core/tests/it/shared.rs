//! Futures that several see.

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use earnest_core::promise;
use earnest_testing::conform;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::task::Wake;

/// Counts how often it is woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn every_clone_can_be_awaited_at_the_same_time() {
    let (promise, future) = promise();
    let shared = future.shared();
    let clones = [shared.clone(), shared.clone(), shared];
    let counts = [(); 3].map(|()| Arc::new(Count::default()));
    let mut awaited = clones.each_ref().map(|clone| Box::pin(clone.into_future()));
    for (awaited, count) in awaited.iter_mut().zip(&counts) {
        let waker = Waker::from(count.clone());
        assert!(awaited.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    promise.complete(String::from("done")).unwrap();
    for (awaited, count) in awaited.iter_mut().zip(&counts) {
        assert_eq!(count.0.load(SeqCst), 1);
        let Poll::Ready(outcome) = awaited.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it was woken")
        };
        assert_eq!(outcome.unwrap(), "done");
    }
}

#[test]
fn the_waker_of_the_latest_poll_counts() {
    let (promise, future) = promise();
    let shared = future.shared();
    let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let mut awaited = pin!((&shared).into_future());
    for count in [&first, &second] {
        let waker = Waker::from(count.clone());
        assert!(awaited.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    promise.complete(()).unwrap();
    assert_eq!((first.0.load(SeqCst), second.0.load(SeqCst)), (0, 1));
}

#[test]
fn an_await_that_is_dropped_is_not_woken() {
    let (promise, future) = promise();
    let shared = future.shared();
    let count = Arc::new(Count::default());
    {
        let mut awaited = pin!((&shared).into_future());
        let waker = Waker::from(count.clone());
        assert!(awaited.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    promise.complete(()).unwrap();
    assert_eq!(count.0.load(SeqCst), 0);
    assert_eq!(Arc::strong_count(&count), 1, "nothing of it is left behind");
}

#[test]
fn an_outcome_that_is_there_is_ready_at_once() {
    let shared = earnest_core::Future::ready(7).shared();
    let ready = pin!((&shared).into_future()).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(ready, Poll::Ready(Ok(7))));
}

/// Rows 61, 1.2.13: what several look at while it comes about is one outcome, at one place, and seen by all afterwards.
#[test]
fn shared_handles_see_one_outcome() {
    conform("61 1.2.13", |claims| {
        let (promise, future) = promise::<u32>();
        let shared = future.shared();
        let start = Barrier::new(5);
        let looks_each = if cfg!(miri) { 50 } else { 1_000 };
        let looks: Vec<Vec<usize>> = std::thread::scope(|scope| {
            let look = || {
                start.wait();
                let first = std::ptr::from_ref(shared.result().unwrap()).addr();
                let mut seen: Vec<_> = (0..looks_each)
                    .map(|_| {
                        assert!(shared.is_done() && !shared.is_cancelled() && !shared.is_running());
                        std::ptr::from_ref(shared.peek().unwrap().unwrap()).addr()
                    })
                    .collect();
                seen.push(first);
                seen.dedup();
                seen
            };
            let readers: Vec<_> = (0..4).map(|_| scope.spawn(look)).collect();
            start.wait();
            promise.complete(9).unwrap();
            readers.into_iter().map(|reader| reader.join().unwrap()).collect()
        });
        let place = std::ptr::from_ref(shared.result().unwrap()).addr();
        claims.is(looks, vec![vec![place]; 4]);
        claims.is(shared.try_unwrap().unwrap().result().unwrap(), 9);
    });
}
