use earnest_core::{Error, promise};
use std::sync::{Arc, Mutex};

type Log = Arc<Mutex<Vec<u32>>>;

fn push(log: &Log, entry: u32) -> impl FnOnce(Result<&u32, &Error>) + Send + 'static + use<> {
    let log = log.clone();
    move |outcome| log.lock().unwrap().push(entry + outcome.copied().unwrap_or(0))
}

#[test]
fn callbacks_run_in_registration_order_exactly_once() {
    let log = Log::default();
    let (promise, future) = promise();
    (0..5).for_each(|n| future.add_done_callback(push(&log, n)));
    promise.complete(10).unwrap();
    future.add_done_callback(push(&log, 100));
    assert_eq!(*log.lock().unwrap(), [10, 11, 12, 13, 14, 110]);
    assert_eq!(future.result().unwrap(), 10);
}

#[test]
fn callbacks_run_on_cancellation_and_see_it() {
    let seen = Arc::new(Mutex::new(false));
    let (_promise, future) = promise::<u32>();
    future.add_done_callback({
        let seen = seen.clone();
        move |outcome| *seen.lock().unwrap() = outcome.unwrap_err().is_cancelled()
    });
    future.cancel();
    assert!(*seen.lock().unwrap());
}

#[test]
fn a_panicking_callback_changes_nothing_else() {
    let log = Log::default();
    let (promise, future) = promise();
    future.add_done_callback(|_| panic!("a callback's own fault"));
    future.add_done_callback(push(&log, 1));
    promise.complete(0).unwrap();
    future.add_done_callback(|_| panic!("and a late one's"));
    assert_eq!(*log.lock().unwrap(), [1]);
    assert_eq!(future.result().unwrap(), 0);
}

#[test]
fn a_callback_added_by_a_callback_joins_the_end() {
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
    assert_eq!(*log.lock().unwrap(), [1, 2, 3]);
}

#[test]
fn inside_a_callback_its_own_future_answers_at_once() {
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
    assert_eq!(*log.lock().unwrap(), [8]);
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
