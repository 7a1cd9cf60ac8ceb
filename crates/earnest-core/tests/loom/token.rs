//! A token is cancelled while children are born and die, callbacks come and go, and threads begin to wait: everybody is
//! told once, or was gone before.

use crate::support::{Counted, count};
use earnest_core::CancellationToken;
use earnest_sync::{UnsafeCell, model, thread};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Counts how often it is called, and is dropped once however that ends.
fn counting() -> (impl FnOnce() + Send + 'static, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (captured, drops) = Counted::new();
    let called = calls.clone();
    let f = move || {
        called.fetch_add(1, SeqCst);
        drop(captured);
    };
    (f, calls, drops)
}

/// A place that may be written before the cancellation, and read by who has seen it.
struct Written(UnsafeCell<u32>);

// SAFETY: the models below read it only after they have seen the token cancelled, as they are there to show.
unsafe impl Sync for Written {}
// SAFETY: there is nothing in it but a number.
unsafe impl Send for Written {}

impl Written {
    fn new() -> Arc<Written> {
        Arc::new(Written(UnsafeCell::new(0)))
    }

    fn write(&self) {
        // SAFETY: as the models are to show, nobody reads meanwhile.
        self.0.with_mut(|place| unsafe { *place = 7 });
    }

    fn read(&self) -> u32 {
        // SAFETY: as the models are to show, nobody writes meanwhile.
        self.0.with(|place| unsafe { *place })
    }
}

#[test]
fn cancel_vs_is_cancelled() {
    model("core::cancel_vs_is_cancelled", || {
        let token = CancellationToken::new();
        let written = Written::new();
        let (other, place) = (token.clone(), written.clone());
        let canceller = thread::spawn(move || {
            place.write();
            assert!(other.cancel());
        });
        if token.is_cancelled() {
            assert_eq!(written.read(), 7);
        }
        canceller.join().unwrap();
        assert!(token.is_cancelled() && !token.cancel());
    });
}

#[test]
fn cancel_vs_cancel() {
    model("core::cancel_vs_cancel", || {
        let token = CancellationToken::new();
        let child = token.child_token();
        let (f, calls, drops) = counting();
        child.on_cancel(f).detach();
        let other = child.clone();
        let canceller = thread::spawn(move || other.cancel());
        assert!(token.cancel());
        canceller.join().unwrap();
        assert_eq!((count(&calls), count(&drops)), (1, 1));
    });
}

/// The first child: the tree is made while the token is cancelled.
#[test]
fn cancel_vs_first_child() {
    model("core::cancel_vs_first_child", || {
        let token = CancellationToken::new();
        let other = token.clone();
        let canceller = thread::spawn(move || other.cancel());
        let child = token.child_token();
        let (f, calls, drops) = counting();
        child.on_cancel(f).detach();
        assert!(canceller.join().unwrap());
        assert!(child.is_cancelled(), "the child is told");
        assert_eq!((count(&calls), count(&drops)), (1, 1));
    });
}

/// A further child, of a token in the middle of a tree.
#[test]
fn cancel_vs_child() {
    model("core::cancel_vs_child", || {
        let root = CancellationToken::new();
        let token = root.child_token();
        let canceller = thread::spawn(move || root.cancel());
        let child = token.child_token();
        let (f, calls, drops) = counting();
        child.on_cancel(f).detach();
        assert!(canceller.join().unwrap());
        assert!(child.is_cancelled(), "the child is told");
        assert_eq!((count(&calls), count(&drops)), (1, 1));
    });
}

/// A token goes while its parent is cancelled: its callbacks are called or dropped, and its own child is told.
#[test]
fn cancel_vs_drop_of_the_middle() {
    model("core::cancel_vs_drop_of_the_middle", || {
        let root = CancellationToken::new();
        let middle = root.child_token();
        let (f, calls, drops) = counting();
        middle.on_cancel(f).detach();
        let child = middle.child_token();
        let other = root.clone();
        let canceller = thread::spawn(move || other.cancel());
        drop(middle);
        assert!(canceller.join().unwrap());
        assert!(child.is_cancelled(), "the child is told");
        assert!(count(&calls) <= 1);
        assert_eq!(count(&drops), 1);
        // The slots that were left are used again, each once.
        let late = (root.child_token(), child.child_token());
        assert!(late.0.is_cancelled() && late.1.is_cancelled());
    });
}

#[test]
fn cancel_vs_on_cancel() {
    model("core::cancel_vs_on_cancel", || {
        let token = CancellationToken::new();
        let written = Written::new();
        let (other, place) = (token.clone(), written.clone());
        let canceller = thread::spawn(move || {
            place.write();
            other.cancel()
        });
        let (f, calls, drops) = counting();
        let registration = token.on_cancel(move || {
            assert_eq!(written.read(), 7);
            f();
        });
        assert!(canceller.join().unwrap());
        assert_eq!((count(&calls), count(&drops)), (1, 1));
        assert!(!registration.unregister());
    });
}

#[test]
fn cancel_vs_drop_of_the_registration() {
    model("core::cancel_vs_drop_of_the_registration", || {
        let token = CancellationToken::new();
        let (f, calls, drops) = counting();
        let registration = token.on_cancel(f);
        let canceller = thread::spawn(move || token.cancel());
        let taken_off = registration.unregister();
        if taken_off {
            assert_eq!((count(&calls), count(&drops)), (0, 1));
        }
        assert!(canceller.join().unwrap());
        assert_eq!((count(&calls), count(&drops)), (usize::from(!taken_off), 1));
    });
}

#[test]
fn cancel_vs_wait_for_a_token() {
    model("core::cancel_vs_wait_for_a_token", || {
        let token = CancellationToken::new();
        let written = Written::new();
        let (other, place) = (token.clone(), written.clone());
        let canceller = thread::spawn(move || {
            place.write();
            other.cancel()
        });
        token.wait();
        assert_eq!(written.read(), 7);
        assert!(canceller.join().unwrap());
    });
}

#[test]
fn drop_vs_wait_for_a_token() {
    model("core::drop_vs_wait_for_a_token", || {
        let token = CancellationToken::new();
        let cancelled = token.cancelled();
        let dropper = thread::spawn(move || drop(token));
        assert!(cancelled.result().unwrap_err().is_abandoned());
        dropper.join().unwrap();
    });
}
