//! What is called when a token is cancelled: in which order, where, and what becomes of what is not called.

use crate::token::{Log, push};
use earnest_core::CancellationToken;
use earnest_testing::{Events, watched};
use std::panic::{catch_unwind, panic_any};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

#[test]
fn callbacks_run_on_the_cancelling_thread_in_registration_order_and_parents_first() {
    let log = Log::default();
    let parent = CancellationToken::new();
    let child = parent.child_token();
    let grandchild = child.child_token();
    let sibling = parent.child_token();
    for (token, entry) in [(&sibling, 40), (&grandchild, 30), (&child, 20), (&parent, 10), (&child, 21)] {
        token.on_cancel(push(&log, entry)).detach();
    }
    let (tell, told) = channel();
    parent.on_cancel(move || tell.send(thread::current().id()).unwrap()).detach();
    parent.on_cancel(push(&log, 11)).detach();
    parent.cancel();
    assert_eq!(*log.lock().unwrap(), [10, 11, 20, 21, 30, 40]);
    assert_eq!(told.recv(), Ok(thread::current().id()));
}

#[test]
fn a_callback_added_while_others_run_comes_after_them_and_a_later_one_at_once() {
    let log = Log::default();
    let token = CancellationToken::new();
    let (inner, inner_log) = (token.clone(), log.clone());
    token
        .on_cancel(move || {
            inner.on_cancel(push(&inner_log, 3)).detach();
            inner_log.lock().unwrap().push(1);
        })
        .detach();
    token.on_cancel(push(&log, 2)).detach();
    token.cancel();
    assert_eq!(*log.lock().unwrap(), [1, 2, 3]);
    let registration = token.on_cancel(push(&log, 4));
    assert_eq!(*log.lock().unwrap(), [1, 2, 3, 4]);
    assert!(!registration.unregister());
}

#[test]
fn callbacks_may_do_anything_with_their_token() {
    watched("callbacks_may_do_anything_with_their_token", || {
        let parent = CancellationToken::new();
        let child = parent.child_token();
        let slot = Arc::new(Mutex::new(None));
        let (tell, told) = channel();
        let (inner, itself, registration) = (parent.clone(), child.clone(), slot.clone());
        child
            .on_cancel(move || {
                drop::<Option<earnest_core::Registration>>(registration.lock().unwrap().take());
                inner.wait();
                itself.wait();
                let seen = (
                    inner.cancel(),
                    itself.cancel(),
                    inner.child_token().is_cancelled(),
                    itself.is_cancelled(),
                );
                drop((inner, itself));
                tell.send(seen).unwrap();
            })
            .detach();
        *slot.lock().unwrap() = Some(child.on_cancel(|| panic!("it was taken off")));
        drop(child);
        // The child's callback holds its token.
        parent.cancel();
        assert_eq!(told.recv(), Ok((false, false, true, true)));
        assert!(slot.lock().unwrap().is_none());
    });
}

#[test]
fn a_panicking_callback_is_reported_and_keeps_nobody_from_being_told() {
    let events = Events::record();
    let log = Log::default();
    let parent = CancellationToken::new();
    let child = parent.child_token();
    parent.on_cancel(|| panic!("a callback of a token")).detach();
    parent.on_cancel(push(&log, 1)).detach();
    child.on_cancel(|| panic_any(5)).detach();
    child.on_cancel(push(&log, 2)).detach();
    assert_eq!(catch_unwind(|| parent.cancel()).ok(), Some(true));
    assert_eq!(*log.lock().unwrap(), [1, 2]);
    assert_eq!(events.containing("a cancellation callback: a callback of a token").len(), 1);
    child.on_cancel(|| panic!("a late callback of a token")).detach();
    assert_eq!(events.containing("a cancellation callback: a late callback of a token").len(), 1);
}

/// Panics when it is dropped.
struct Hostile(&'static str);

impl Drop for Hostile {
    fn drop(&mut self) {
        panic_any(self.0);
    }
}

#[test]
fn a_callback_that_is_taken_off_is_dropped_uncalled() {
    let token = CancellationToken::new();
    let captured = Arc::new(());
    let called = |capture: Arc<()>| {
        move || {
            drop(capture);
            panic!("it was taken off")
        }
    };
    drop(token.on_cancel(called(captured.clone())));
    assert!(token.on_cancel(called(captured.clone())).unregister());
    assert_eq!(Arc::strong_count(&captured), 1);

    let events = Events::record();
    let hostile = Hostile("a hostile capture");
    drop(token.on_cancel(move || drop(hostile)));
    assert_eq!(events.containing("the destructor of a cancellation callback: a hostile capture").len(), 1);
    token.cancel();
}

#[test]
fn callbacks_are_dropped_uncalled_with_their_token() {
    let events = Events::record();
    let token = CancellationToken::new();
    for _ in 0..3 {
        let hostile = Hostile("a capture of three");
        token.on_cancel(move || drop(hostile)).detach();
    }
    drop(token);
    assert_eq!(events.containing("the destructor of a cancellation callback: a capture of three").len(), 3);
}

#[test]
fn taking_a_callback_off_while_it_runs_does_not_wait_for_it() {
    watched("taking_a_callback_off_while_it_runs_does_not_wait_for_it", || {
        let token = CancellationToken::new();
        let (begun, begins) = channel();
        let (go_on, goes_on) = channel::<()>();
        let (ended, end) = channel();
        let registration = token.on_cancel(move || {
            begun.send(()).unwrap();
            goes_on.recv().unwrap();
            ended.send(()).unwrap();
        });
        thread::scope(|scope| {
            scope.spawn(|| token.cancel());
            begins.recv().unwrap();
            assert!(!registration.unregister());
            assert!(end.try_recv().is_err());
            go_on.send(()).unwrap();
        });
        end.recv().unwrap();
    });
}

#[test]
fn a_token_without_handles_drops_its_callbacks_uncalled_and_its_registrations_are_void() {
    let parent = CancellationToken::new();
    let child = parent.child_token();
    let captured = Arc::new(());
    let callback = |captured: Arc<()>| {
        move || {
            drop(captured);
            panic!("nobody has cancelled it")
        }
    };
    let registration = child.on_cancel(callback(captured.clone()));
    child.on_cancel(callback(captured.clone())).detach();
    drop(child);
    assert_eq!(Arc::strong_count(&captured), 1);
    parent.cancel();
    assert!(!registration.unregister());
}
