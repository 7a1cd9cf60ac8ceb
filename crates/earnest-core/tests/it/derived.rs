use earnest_core::{Error, Executor, Future, Refused, Runnable, promise, task};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

#[test]
fn a_mapped_future_has_the_mapped_value() {
    let (promise, future) = promise();
    let mapped = future.map(|n: u32| n + 1).map(|n| n.to_string());
    assert!(!mapped.is_done());
    promise.complete(41).unwrap();
    assert_eq!(mapped.result().unwrap(), "42");
    assert_eq!(Future::ready(1).map(|n| n * 2).result().unwrap(), 2);
}

#[test]
fn an_error_passes_through_as_what_it_is() {
    let called = Arc::new(AtomicUsize::new(0));
    let count = || {
        let called = called.clone();
        move |()| called.fetch_add(1, SeqCst)
    };
    let (promise, future) = promise::<()>();
    let mapped = future.map(count());
    promise.fail("broken");
    assert!(mapped.result().unwrap_err().is_failed());
    let (promise, future) = earnest_core::promise::<()>();
    let mapped = future.map(count());
    drop(promise);
    assert!(mapped.result().unwrap_err().is_abandoned());
    let (_promise, future) = earnest_core::promise::<()>();
    let handle = future.cancel_handle();
    let mapped = future.map(count());
    handle.cancel();
    assert!(mapped.is_cancelled());
    assert_eq!(called.load(SeqCst), 0);
}

#[test]
fn a_panic_in_between_is_the_derived_future_s_outcome() {
    let line = line!() + 1;
    let mapped = Future::ready(1).map(|_| -> u32 { panic!("on purpose") }).map(|n| n + 1);
    let panic = mapped.result().unwrap_err().into_panic().unwrap();
    assert_eq!((panic.message(), panic.location().line()), (Some("on purpose"), line));
}

#[test]
fn cancelling_a_derived_future_cancels_its_pending_source() {
    let captured = Arc::new(());
    let (runnable, future) = task({
        let captured = captured.clone();
        move || drop(captured)
    });
    let derived = future.map(|()| 1).map(|n| n + 1);
    assert!(derived.cancel());
    assert_eq!(Arc::strong_count(&captured), 1, "the source's closure is gone");
    runnable.run();
    assert!(derived.result().unwrap_err().is_cancelled());
}

#[test]
fn cancelling_after_the_source_has_begun_leaves_it_running() {
    let (promise, future) = promise();
    assert!(promise.start());
    let called = Arc::new(AtomicUsize::new(0));
    let count = called.clone();
    let derived = future.map(move |()| count.fetch_add(1, SeqCst));
    assert!(derived.cancel());
    promise.complete(()).unwrap();
    assert_eq!(called.load(SeqCst), 0, "what nobody wants is not computed");
}

#[test]
fn and_then_waits_for_the_inner_future_and_cancels_it() {
    let (first, future) = promise();
    let (second, inner) = promise();
    let derived = future.and_then(move |n: u32| inner.map(move |m: u32| n + m));
    first.complete(1).unwrap();
    assert!(!derived.is_done());
    second.complete(2).unwrap();
    assert_eq!(derived.result().unwrap(), 3);

    let (second, inner) = promise::<u32>();
    let derived = Future::ready(()).and_then(move |()| inner);
    assert!(derived.cancel());
    assert!(second.is_cancelled());
}

#[derive(Clone, Default)]
struct Queue(Arc<Mutex<Vec<Runnable>>>);

impl Executor for Queue {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.0.lock().unwrap().push(task);
        Ok(())
    }
}

#[test]
fn then_on_runs_the_function_as_a_task_of_the_executor() {
    let queue = Queue::default();
    let derived = Future::ready(20).then_on(queue.clone(), |n| n + 1);
    assert!(!derived.is_done());
    let tasks = std::mem::take(&mut *queue.0.lock().unwrap());
    tasks.into_iter().for_each(Runnable::run);
    assert_eq!(derived.result().unwrap(), 21);

    let abandoned = Future::ready(20).then_on(queue.clone(), |n| n + 1);
    queue.0.lock().unwrap().clear();
    assert!(abandoned.result().unwrap_err().is_abandoned());
}

#[test]
fn flatten_makes_one_error_of_two() {
    let ok: Future<Result<u32, String>> = Future::ready(Ok(1));
    assert_eq!(ok.flatten().result().unwrap(), 1);
    let failed: Future<Result<u32, String>> = Future::ready(Err("no".to_owned()));
    assert!(matches!(failed.flatten().result(), Err(Error::Failed(error)) if error.to_string() == "no"));
}

#[test]
fn callbacks_and_waits_come_before_what_follows() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let push = |entry: &'static str| {
        let log = log.clone();
        move || log.lock().unwrap().push(entry)
    };
    let (promise, future) = promise();
    let (first, second) = (push("callback"), push("mapped"));
    future.add_done_callback(move |_| first());
    let mapped = future.map(move |()| second());
    let third = push("callback of the mapped");
    mapped.add_done_callback(move |_| third());
    promise.complete(()).unwrap();
    assert_eq!(*log.lock().unwrap(), ["callback", "mapped", "callback of the mapped"]);
}

/// Runs `f` on a stack on which a chain that recurses would not get far.
fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(64 << 10).spawn(f).unwrap().join().unwrap();
}

fn chain(source: Future<u32>, length: u32) -> Future<u32> {
    (0..length).fold(source, |future, _| future.map(|n| n + 1))
}

/// So many that one call for each would not fit on the stack; under Miri there is no such limit.
const LONG: u32 = if cfg!(miri) { 20 } else { 200_000 };

#[test]
fn a_long_chain_completes_on_a_small_stack() {
    on_a_small_stack(|| {
        let (promise, future) = promise();
        let end = chain(future, 5 * LONG);
        promise.complete(0).unwrap();
        assert_eq!(end.result().unwrap(), 5 * LONG);
    });
}

#[test]
fn a_long_chain_is_cancelled_and_dropped_on_a_small_stack() {
    on_a_small_stack(|| {
        let (promise, future) = promise();
        let end = chain(future, LONG);
        assert!(end.cancel());
        assert!(promise.is_cancelled());
        let (promise, future) = earnest_core::promise();
        drop(chain(future, LONG));
        drop(promise);
        let (promise, future) = earnest_core::promise();
        let end = chain(future, LONG);
        drop(promise);
        assert!(end.result().unwrap_err().is_abandoned());
    });
}

/// An error whose conversion panics.
#[derive(Debug)]
struct Odd;

impl From<Odd> for Box<dyn std::error::Error + Send + Sync> {
    fn from(_: Odd) -> Self {
        panic!("no words for it")
    }
}

#[test]
fn an_error_that_panics_where_it_is_flattened_is_the_derived_future_s_outcome() {
    let (promise, future) = promise::<Result<u32, Odd>>();
    let flat = future.flatten();
    promise.complete(Err(Odd)).unwrap();
    assert_eq!(flat.result().unwrap_err().into_panic().unwrap().message(), Some("no words for it"));
}
