//! Callbacks: each is called once, in the order in which its thread has added it.

use crate::{on_threads, pool};
use earnest_sync::storm;
use std::sync::{Arc, Mutex};

#[test]
fn callbacks_of_many_threads_are_called_once_and_in_order() {
    storm("callbacks_of_many_threads_are_called_once_and_in_order", || {
        const EACH: usize = 20;
        let pool = pool(3);
        let (promise, gate) = earnest::promise::<()>();
        let future = pool.submit(move || gate.result().unwrap()).shared();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (shared, log) = (future.clone(), calls.clone());
        let promise = Mutex::new(Some(promise));
        let promise = Arc::new(promise);
        on_threads(4, move |thread| {
            if thread == 3 {
                let promise = promise.lock().unwrap().take();
                promise.unwrap().complete(()).unwrap();
                return;
            }
            for n in 0..EACH {
                let log = log.clone();
                shared.add_done_callback(move |outcome| {
                    outcome.unwrap();
                    log.lock().unwrap().push((thread, n));
                });
            }
        });
        pool.shutdown();
        let calls = calls.lock().unwrap();
        for thread in 0..3 {
            let of_thread: Vec<usize> =
                calls.iter().filter(|call| call.0 == thread).map(|call| call.1).collect();
            assert_eq!(of_thread.len(), EACH, "each is called once");
        }
        // One future's callbacks are not called by two threads at once, so that order holds among those added before the end.
        assert_eq!(calls.len(), 3 * EACH);
    });
}

#[test]
fn chains_are_passed_on() {
    storm("chains_are_passed_on", || {
        let pool = pool(4);
        let ends: Vec<_> = (0..20)
            .map(|n| {
                let handle = pool.handle();
                pool.submit(move || n)
                    .map(|n| n + 1)
                    .and_then(move |n| handle.submit(move || n * 2))
                    .map(|n| n + 1)
            })
            .collect();
        for (n, end) in ends.into_iter().enumerate() {
            assert_eq!(end.result().unwrap(), 2 * (n + 1) + 1);
        }
        pool.shutdown();
    });
}
