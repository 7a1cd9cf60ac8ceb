//! Wakers that panic when they are woken, and when they are dropped.

use core::future::Future as _;
use core::pin::{Pin, pin};
use core::task::{Context, Waker};
use earnest::promise;
use earnest_testing::{Events, watched};
use std::sync::Arc;
use std::task::Wake;

/// Panics when it is woken, or otherwise when it is dropped unwoken.
struct Panics {
    in_wake: bool,
    which: &'static str,
}

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        assert!(!self.in_wake, "{} was woken", self.which);
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        assert!(self.in_wake, "{} was dropped", self.which);
    }
}

#[test]
fn a_waker_that_panics_is_reported_and_its_future_completes() {
    watched("a waker that panics", || {
        let events = Events::record();
        let which = "the waker of a future";
        let (promise, mut future) = promise();
        let waker = Waker::from(Arc::new(Panics { in_wake: true, which }));
        assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
        drop(waker);
        promise.complete(7).unwrap();
        assert_eq!(events.containing("the waker of a future was woken").len(), 1);
        assert_eq!(future.result().unwrap(), 7);
    });
}

#[test]
fn a_waker_that_panics_does_not_keep_others_from_being_woken() {
    watched("a waker among others", || {
        let (promise, future) = promise();
        let shared = future.shared();
        let which = "a waker among others";
        let waker = Waker::from(Arc::new(Panics { in_wake: true, which }));
        let mut awaited = pin!((&shared).into_future());
        assert!(awaited.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        drop(waker);
        let thread = std::thread::spawn({
            let shared = shared.clone();
            move || *shared.result().unwrap()
        });
        promise.complete(7).unwrap();
        assert_eq!(thread.join().unwrap(), 7);
        assert!(awaited.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    });
}

#[test]
fn a_waker_that_panics_when_dropped_is_reported_wherever_it_is_dropped() {
    watched("a waker's destructor", || {
        let events = Events::record();
        // When another takes its place, when it has been woken, and when the future goes.
        for (which, end) in [("a replaced waker", 0), ("a woken waker", 1), ("a waker of what is gone", 2)] {
            let (promise, mut future) = promise();
            let waker = Waker::from(Arc::new(Panics { in_wake: false, which }));
            assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
            drop(waker);
            match end {
                0 => {
                    let mut context = Context::from_waker(Waker::noop());
                    assert!(Pin::new(&mut future).poll(&mut context).is_pending());
                }
                1 => assert_eq!(promise.complete(7), Ok(())),
                _ => drop((future, promise)),
            }
            assert_eq!(events.containing(&format!("{which} was dropped")).len(), 1, "{which}");
        }
    });
}
