//! Callbacks: when they run, in which order, on which thread, and what becomes of their panics.

use earnest_core::{Error, Future, Promise, promise, task};
use earnest_testing::{Events, conform};
use std::panic::{catch_unwind, panic_any};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

type Log = Arc<Mutex<Vec<u32>>>;

fn push(log: &Log, entry: u32) -> impl FnOnce(Result<&u32, &Error>) + Send + Clone + 'static + use<> {
    let log = log.clone();
    move |outcome| log.lock().unwrap().push(entry + outcome.copied().unwrap_or(0))
}

/// What a callback of `future` is told, once `end` has ended it.
fn told(end: impl FnOnce(Promise<u32>, &Future<u32>)) -> Result<u32, String> {
    let (tell, told) = channel();
    let (promise, future) = promise();
    future.add_done_callback(move |outcome| tell.send(outcome.copied().map_err(Error::to_string)).unwrap());
    end(promise, &future);
    told.try_recv().expect("the callback has run by now")
}

/// Rows 41, 1.2.7: callbacks see the value, and run in the order in which they were added, each as often as it was.
#[test]
fn callbacks_run_in_registration_order_exactly_once() {
    conform("41 1.2.7", |claims| {
        let log = Log::default();
        let (promise, future) = promise();
        (0..5).for_each(|n| future.add_done_callback(push(&log, n)));
        let twice = push(&log, 7);
        future.add_done_callback(twice.clone());
        future.add_done_callback(twice);
        claims.is(log.lock().unwrap().len(), 0);
        promise.complete(10).unwrap();
        future.add_done_callback(push(&log, 100));
        claims.is(&*log.lock().unwrap(), &[10, 11, 12, 13, 14, 17, 17, 110]);
        claims.is(future.result().unwrap(), 10);
    });
}

/// Row 42: a callback sees the error that the task ended with.
#[test]
fn a_callback_sees_the_error() {
    conform("42", |claims| {
        let failed = told(|promise, _| assert!(promise.fail("disk full")));
        claims.is(failed, Err("the task failed: disk full".to_owned()));
        let abandoned = told(|promise, _| drop(promise));
        claims.is(abandoned, Err(Error::Abandoned.to_string()));

        let (runnable, future) = task(|| -> u32 { panic!("on purpose") });
        let (tell, told) = channel();
        future.add_done_callback(move |outcome| tell.send(outcome.unwrap_err().is_panicked()).unwrap());
        runnable.run();
        claims.is(told.try_recv(), Ok(true));
    });
}

/// Row 43: a callback runs when the future is cancelled, within the call, and sees that.
#[test]
fn callbacks_run_on_cancellation_and_see_it() {
    conform("43", |claims| {
        let mut cancelled = false;
        let seen = told(|_promise, future| cancelled = future.cancel());
        claims.that(cancelled, "the future was cancelled");
        claims.is(seen, Err(Error::Cancelled.to_string()));
    });
}

/// Rows 45, 46, 47: added to a future that is done, whatever it came to, a callback runs at once, in the call.
#[test]
fn a_callback_added_when_all_is_done_runs_at_once_in_the_caller() {
    conform("45 46 47", |claims| {
        let late = |future: Future<u32>| {
            let (tell, told) = channel();
            future.add_done_callback(move |outcome| {
                tell.send((outcome.copied().map_err(Error::to_string), thread::current().id())).unwrap();
            });
            let (outcome, ran_on) = told.try_recv().expect("the callback has run by now");
            (outcome, ran_on == thread::current().id())
        };
        claims.is(late(Future::ready(5)), (Ok(5), true));
        let failed = Future::from(Err(Error::Failed("no".into())));
        claims.is(late(failed), (Err("the task failed: no".to_owned()), true));
        let (_promise, future) = promise();
        future.cancel();
        claims.is(late(future), (Err(Error::Cancelled.to_string()), true));
    });
}

/// Rows 1.1.3, 1.2.9, 44: a panic in a callback is reported as an error; the next callback runs all the same.
#[test]
fn a_panicking_callback_is_reported_and_changes_nothing_else() {
    conform("1.1.3 1.2.9 44", |claims| {
        let events = Events::record();
        let log = Log::default();
        let (promise, future) = promise();
        future.add_done_callback(|_| panic!("a callback's own fault"));
        future.add_done_callback(push(&log, 1));
        promise.complete(0).unwrap();
        claims.is(&*log.lock().unwrap(), &[1]);
        let reports = events.containing("a callback's own fault");
        claims.is(reports.len(), 1);
        claims.that(reports[0].starts_with("ERROR "), "it is reported as an error");
        claims.that(reports[0].contains("a done callback"), "the report says where the panic came from");
        claims.is(future.result().unwrap(), 0);
    });
}

/// Rows 48, 1.2.9: a panic in a callback that is added late is reported too, and does not come back to who added it.
#[test]
fn a_late_callback_that_panics_is_reported_to_nobody_but_the_log() {
    conform("48 1.2.9", |claims| {
        let events = Events::record();
        let future = Future::ready(3);
        let adding = catch_unwind(|| future.add_done_callback(|_| panic!("a late one's fault")));
        claims.that(adding.is_ok(), "adding the callback returns");
        claims.is(events.containing("a late one's fault").len(), 1);
        claims.is(future.result().unwrap(), 3);
    });
}

/// Row 1.2.8: callbacks run on the thread that completes, or cancels, or adds them when all is done.
#[test]
fn callbacks_run_on_the_thread_that_ends_the_future() {
    conform("1.2.8", |claims| {
        let ran_on = |future: &Future<u32>| {
            let (tell, told) = channel();
            future.add_done_callback(move |_| tell.send(thread::current().id()).unwrap());
            told
        };
        let (promise, future) = promise();
        let told = ran_on(&future);
        let completer = thread::spawn(move || promise.complete(1).unwrap());
        let completed_by = completer.thread().id();
        completer.join().unwrap();
        claims.is(told.recv(), Ok(completed_by));
        claims.is(ran_on(&future).recv(), Ok(thread::current().id()));

        let (_promise, future) = earnest_core::promise();
        let told = ran_on(&future);
        let handle = future.cancel_handle();
        let canceller = thread::spawn(move || assert!(handle.cancel()));
        let cancelled_by = canceller.thread().id();
        canceller.join().unwrap();
        claims.is(told.recv(), Ok(cancelled_by));
    });
}

/// Dropping it panics, with a payload that takes no memory: that one is leaked.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic_any(());
    }
}

/// Rows 1.2.10, 3.2.3: whatever a callback panics with, the rest run, and neither who completes nor who cancels sees it.
#[test]
fn a_callback_s_panic_kills_nothing() {
    conform("1.2.10 3.2.3", |claims| {
        let events = Events::record();
        let log = Log::default();
        let worst = |future: &Future<u32>| {
            future.add_done_callback(|_| panic_any("kills nothing"));
            future.add_done_callback(|_| panic_any(Bomb));
            future.add_done_callback(push(&log, 1));
        };
        let (promise, future) = promise();
        worst(&future);
        let completer = thread::spawn(move || promise.complete(0).is_ok());
        claims.that(completer.join().is_ok_and(|done| done), "the completing thread goes on");
        claims.is(log.lock().unwrap().len(), 1);
        claims.is(future.result().unwrap(), 0);

        let (_promise, future) = earnest_core::promise();
        worst(&future);
        claims.that(future.cancel(), "cancelling says so, though callbacks panicked");
        claims.is(log.lock().unwrap().len(), 2);

        let (runnable, future) = task(|| 5);
        worst(&future);
        runnable.run();
        claims.is(future.result().unwrap(), 5);
        claims.is(log.lock().unwrap().len(), 3);
        claims.is(events.containing("kills nothing").len(), 3);
    });
}

/// Rows 1.2.7, 2b.x: a callback that is added by another thread while earlier ones run goes to the end of the list, and
/// is run by the thread that works it off.
#[test]
fn a_callback_added_while_earlier_ones_run_joins_the_end() {
    conform("1.2.7 2b.x", |claims| {
        let log = Log::default();
        let (promise, future) = promise();
        let (entered, inside) = channel();
        let (open, gate) = channel::<()>();
        let first = push(&log, 1);
        future.add_done_callback(move |outcome| {
            entered.send(()).unwrap();
            gate.recv().unwrap();
            first(outcome);
        });
        future.add_done_callback(push(&log, 2));
        let completer = thread::spawn(move || promise.complete(0).unwrap());
        let completed_by = completer.thread().id();
        inside.recv().unwrap();
        let (tell, told) = channel();
        let third = push(&log, 3);
        future.add_done_callback(move |outcome| {
            third(outcome);
            tell.send(thread::current().id()).unwrap();
        });
        claims.is(log.lock().unwrap().len(), 0);
        open.send(()).unwrap();
        claims.is(told.recv(), Ok(completed_by));
        claims.is(&*log.lock().unwrap(), &[1, 2, 3]);
        completer.join().unwrap();
    });
}

/// Row 2b.x: the same holds for one that a callback adds to its own future.
#[test]
fn a_callback_added_by_a_callback_joins_the_end() {
    conform("2b.x", |claims| {
        let log = Log::default();
        let (promise, future) = promise();
        let shared = future.shared();
        shared.add_done_callback({
            let (log, inner) = (log.clone(), shared.clone());
            move |_| {
                inner.add_done_callback(push(&log, 3));
                push(&log, 1)(Ok(&0));
            }
        });
        shared.add_done_callback(push(&log, 2));
        promise.complete(0).unwrap();
        claims.is(&*log.lock().unwrap(), &[1, 2, 3]);
    });
}

/// Row 1.2.7: a callback that captures its future can ask it, and is answered at once.
#[test]
fn inside_a_callback_its_own_future_answers_at_once() {
    conform("1.2.7", |claims| {
        let log = Log::default();
        let (promise, future) = promise();
        let shared = future.shared();
        shared.add_done_callback({
            let (log, inner) = (log.clone(), shared.clone());
            move |_| {
                inner.wait();
                log.lock().unwrap().push(*inner.result().unwrap());
            }
        });
        promise.complete(8).unwrap();
        claims.is(&*log.lock().unwrap(), &[8]);
    });
}

#[test]
fn a_callback_that_takes_its_own_future_is_told_so() {
    let slot = Arc::new(Mutex::new(None));
    let (told, tell) = std::sync::mpsc::channel();
    let (promise, future) = promise::<u32>();
    future.add_done_callback({
        let slot = slot.clone();
        move |_| {
            let future: earnest_core::Future<u32> = slot.lock().unwrap().take().unwrap();
            told.send(future.result().unwrap_err().is_deadlock()).unwrap();
        }
    });
    *slot.lock().unwrap() = Some(future);
    promise.complete(1).unwrap();
    assert!(tell.recv().unwrap());
}

/// Completes its promise while its thread ends.
struct OnExit(std::cell::RefCell<Option<earnest_core::Promise<u32>>>);

impl Drop for OnExit {
    fn drop(&mut self) {
        if let Some(promise) = self.0.borrow_mut().take() {
            promise.complete(1).unwrap();
        }
    }
}

std::thread_local! {
    static ON_EXIT: OnExit = const { OnExit(std::cell::RefCell::new(None)) };
}

#[test]
fn callbacks_run_while_a_thread_ends_and_their_future_answers_there_too() {
    let (promise, future) = promise::<u32>();
    let shared = future.shared();
    let (told, tell) = std::sync::mpsc::channel();
    let inner = shared.clone();
    shared.add_done_callback(move |_| told.send(*inner.result().unwrap()).unwrap());
    std::thread::spawn(move || {
        // Registered first, hence destroyed last.
        ON_EXIT.with(|on_exit| *on_exit.0.borrow_mut() = Some(promise));
        let (other, future) = earnest_core::promise::<u32>();
        future.add_done_callback(|_| ());
        other.complete(2).unwrap();
    })
    .join()
    .unwrap();
    assert_eq!(tell.recv().unwrap(), 1);
}
