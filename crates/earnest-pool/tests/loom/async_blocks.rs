//! An async block is woken while it is polled, or just before or after: it is polled again.

use core::future::poll_fn;
use core::task::{Poll, Waker};
use earnest_core::promise;
use earnest_sync::{Arc, AtomicBool, Mutex, Ordering::Relaxed, explored, model_bounded, thread};

#[test]
fn wake_vs_poll() {
    model_bounded("pool::wake_vs_poll", 1..=2, || {
        let pool = crate::pool(1);
        let place = Arc::new(Mutex::new((None::<Waker>, false)));
        let seen = place.clone();
        let waker = thread::spawn(move || {
            let waker = {
                let mut place = seen.lock();
                place.1 = true;
                place.0.take()
            };
            waker.into_iter().for_each(Waker::wake);
        });
        let block = pool.spawn_async(poll_fn(move |context| {
            let mut place = place.lock();
            if place.1 {
                return Poll::Ready(3);
            }
            place.0 = Some(context.waker().clone());
            Poll::Pending
        }));
        assert_eq!(block.result().unwrap(), 3);
        waker.join().unwrap();
        explored();
        drop(pool);
    });
}

#[test]
fn pending_vs_shutdown() {
    // At two preemptions it finds nothing to be wrong without the fences.
    model_bounded("pool::pending_vs_shutdown", 3..=3, || {
        let pool = crate::pool(1);
        let place = Arc::new(Mutex::new(None::<Waker>));
        let kept = place.clone();
        let block = pool.spawn_async(poll_fn(move |context| {
            *kept.lock() = Some(context.waker().clone());
            Poll::<()>::Pending
        }));
        // It is polled before, meanwhile, or after: nobody wakes it, and it ends with the pool.
        pool.shutdown();
        assert!(block.is_done());
        drop(place);
    });
}

/// Whoever wakes a block that is about to be polled anyway has its part seen by that poll, without any ordering of its own.
#[test]
fn wake_vs_wake() {
    // With two, and all of the pool, it does not end within minutes.
    model_bounded("pool::wake_vs_wake", 1..=1, || {
        let pool = crate::pool(1);
        let parts = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let (give, given) = promise::<Waker>();
        let (mut give, seen) = (Some(give), parts.clone());
        let block = pool.spawn_async(poll_fn(move |context| {
            if let Some(give) = give.take() {
                give.complete(context.waker().clone()).map_err(drop).unwrap();
            }
            if seen.iter().all(|part| part.load(Relaxed)) { Poll::Ready(3) } else { Poll::Pending }
        }));
        let waker = given.result().unwrap();
        let (other, others) = (waker.clone(), parts.clone());
        let other = thread::spawn(move || {
            others[0].store(true, Relaxed);
            other.wake();
        });
        parts[1].store(true, Relaxed);
        waker.wake();
        assert_eq!(block.result().unwrap(), 3);
        other.join().unwrap();
        explored();
        drop(pool);
    });
}
