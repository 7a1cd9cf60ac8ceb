//! Callbacks in numbers, callbacks that add callbacks, and callbacks that turn on their own future.

use crate::support::pool;
use core::pin::Pin;
use core::task::{Context, Waker};
use earnest::{Future, Promise, SharedFuture, promise};
use earnest_testing::watched;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

#[test]
fn ten_thousand_callbacks_run_in_order() {
    watched("ten thousand callbacks", || {
        let pool = pool(1);
        let (go, gate) = channel::<()>();
        let future = pool.submit(move || gate.recv().is_ok());
        let (tell, told) = channel();
        for n in 0..10_000 {
            let tell = tell.clone();
            future.add_done_callback(move |_| tell.send(n).unwrap());
        }
        drop(tell);
        go.send(()).unwrap();
        assert!(told.iter().eq(0..10_000));
        assert!(future.result().unwrap());
    });
}

/// Adds a callback to `future` that adds another, and so on, `depth` times.
fn add(future: &SharedFuture<u32>, depth: u32, tell: Sender<u32>) {
    let inner = future.clone();
    future.add_done_callback(move |_| {
        tell.send(depth).unwrap();
        if depth > 0 {
            add(&inner, depth - 1, tell);
        }
    });
}

#[test]
fn callbacks_added_by_callbacks_take_no_stack_while_they_are_worked_off() {
    watched("callbacks a hundred thousand deep", || {
        let (promise, future) = promise();
        let shared = future.shared();
        let (tell, told) = channel();
        add(&shared, 100_000, tell);
        let small = thread::Builder::new().stack_size(64 << 10);
        small.spawn(move || promise.complete(7).unwrap()).unwrap().join().unwrap();
        assert!(told.iter().eq((0..=100_000).rev()));
    });
}

#[test]
fn callbacks_added_late_by_late_callbacks_run_within_each_other() {
    watched("late callbacks a thousand deep", || {
        let shared = earnest::Future::ready(7).shared();
        let (tell, told) = channel();
        let roomy = thread::Builder::new().stack_size(16 << 20);
        roomy.spawn(move || add(&shared, 1_000, tell)).unwrap().join().unwrap();
        assert!(told.iter().eq((0..=1_000).rev()));
    });
}

#[test]
fn a_callback_may_drop_its_own_future() {
    watched("a callback that drops its future", || {
        let value = Arc::new(());
        let (promise, future) = promise();
        let slot = Arc::new(Mutex::new(None::<Future<Arc<()>>>));
        let own = slot.clone();
        let (tell, told) = channel();
        future.add_done_callback(move |outcome| {
            drop(own.lock().unwrap().take());
            // The outcome is there as long as the callback has it.
            tell.send(Arc::strong_count(outcome.unwrap())).unwrap();
        });
        *slot.lock().unwrap() = Some(future);
        promise.complete(value.clone()).unwrap();
        assert_eq!(told.recv().unwrap(), 2);
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn a_callback_may_poll_and_cancel_its_own_future() {
    watched("a callback that polls its future", || {
        let (promise, future) = promise();
        let slot = Arc::new(Mutex::new(None::<Future<u32>>));
        let own = slot.clone();
        let (tell, told) = channel();
        future.add_done_callback(move |_| {
            let mut own = own.lock().unwrap();
            let future = own.as_mut().unwrap();
            let mut context = Context::from_waker(Waker::noop());
            let is_pending = core::future::Future::poll(Pin::new(&mut *future), &mut context).is_pending();
            tell.send((is_pending, future.is_done(), future.cancel())).unwrap();
        });
        *slot.lock().unwrap() = Some(future);
        promise.complete(7).unwrap();
        // The value is to be seen by callbacks first, and can be taken afterwards.
        assert_eq!(told.recv().unwrap(), (true, true, false));
        assert_eq!(slot.lock().unwrap().take().unwrap().result().unwrap(), 7);
    });
}

#[test]
fn a_promise_that_is_kept_by_its_own_cancellation_comes_too_late() {
    watched("a promise in its own hook", || {
        let (promise, future) = promise::<u32>();
        let slot = Arc::new(Mutex::new(None::<Promise<u32>>));
        let own = slot.clone();
        let (tell, told) = channel();
        promise.on_cancel(move || tell.send(own.lock().unwrap().take().unwrap().complete(7)).unwrap());
        *slot.lock().unwrap() = Some(promise);
        assert!(future.cancel());
        assert_eq!(told.recv().unwrap(), Err(7));
        assert!(future.result().unwrap_err().is_cancelled());
    });
}

#[test]
fn within_callbacks_that_end_other_futures_all_of_them_answer() {
    watched("callbacks within callbacks", || {
        let (outer, future) = promise();
        let first = future.shared();
        let (inner, future) = promise();
        let second = future.shared();
        let (tell, told) = channel();
        first.add_done_callback(move |outcome| inner.complete(outcome.unwrap() + 1).unwrap());
        let both = (first.clone(), second.clone());
        second.add_done_callback(move |_| {
            tell.send(both.0.result().unwrap() + both.1.result().unwrap()).unwrap()
        });
        outer.complete(1).unwrap();
        assert_eq!(told.recv().unwrap(), 3);
    });
}
