//! What there is without `std`, used as it would be without threads: `cargo test --no-default-features --test no_std`.
#![cfg(not(earnest_loom))]

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use earnest_core::{
    Broken, CancellationToken, Dismissal, Error, Executor, ExecutorExt, Future, InlineExecutor,
    ManualExecutor, Priority, Refusal, Refused, Runnable, TaskOptions, Waiter, promise, task,
};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::Wake;

/// Counts how often it is woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn bell() -> (Arc<Bell>, Waker) {
    let bell = Arc::new(Bell::default());
    (bell.clone(), Waker::from(bell))
}

#[test]
fn a_promise_completes_its_future() {
    let (promise, future) = promise();
    assert!(!future.is_done());
    let future = future.try_result().unwrap_err();
    promise.complete(7).unwrap();
    assert_eq!(future.try_result().unwrap().unwrap(), 7);
    assert!(matches!(Future::<u8>::from(Err(Error::Rejected)).peek(), Some(Err(Error::Rejected))));
}

#[test]
fn a_poll_is_woken() {
    let (rings, waker) = bell();
    let mut context = Context::from_waker(&waker);
    let (promise, mut future) = promise();
    assert!(pin!(&mut future).poll(&mut context).is_pending());
    promise.complete("done").unwrap();
    assert_eq!(rings.0.load(SeqCst), 1);
    assert!(matches!(pin!(&mut future).poll(&mut context), Poll::Ready(Ok("done"))));
    assert!(future.is_terminated());
}

#[test]
fn each_clone_of_a_shared_future_is_woken() {
    let (promise, future) = promise();
    let (one, other) = (future.shared(), bell());
    let (first, waker) = bell();
    let clone = one.clone();
    let (mut a, mut b) = (pin!(IntoFuture::into_future(&one)), pin!(IntoFuture::into_future(&clone)));
    assert!(a.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(b.as_mut().poll(&mut Context::from_waker(&other.1)).is_pending());
    promise.complete(3).unwrap();
    assert_eq!((first.0.load(SeqCst), other.0.0.load(SeqCst)), (1, 1));
    assert!(matches!(a.poll(&mut Context::from_waker(&waker)), Poll::Ready(Ok(3))));
    assert!(matches!(b.poll(&mut Context::from_waker(&waker)), Poll::Ready(Ok(3))));
}

#[test]
fn callbacks_run_in_order_and_cancelling_tells_the_producer() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (promise, future) = promise::<u8>();
    for n in 0..3 {
        let heard = heard.clone();
        future.add_done_callback(move |outcome| heard.lock().unwrap().push((n, outcome.is_err())));
    }
    let told = heard.clone();
    promise.on_cancel(move || told.lock().unwrap().push((9, true)));
    assert!(future.cancel_handle().cancel());
    assert!(promise.is_cancelled() && future.is_cancelled());
    assert_eq!(*heard.lock().unwrap(), [(0, true), (1, true), (2, true), (9, true)]);
}

#[test]
fn futures_are_made_of_futures_however_long_the_chain() {
    let (promise, future) = promise::<u64>();
    let chain = (0..100_000).fold(future, |future, _| future.map(|n| n + 1));
    let sum = chain.and_then(|n| Future::ready(n * 2)).then_on(InlineExecutor, |n| n + 1);
    promise.complete(0).unwrap();
    assert_eq!(sum.try_result().unwrap().unwrap(), 200_001);
}

#[test]
fn a_task_is_run_dropped_or_dismissed() {
    let (run, value) = task(|| 7);
    run.run();
    assert_eq!(value.try_result().unwrap().unwrap(), 7);
    let (dropped, value) = task(|| 7);
    drop(dropped);
    assert!(value.try_result().unwrap().unwrap_err().is_abandoned());
    let (dismissed, value) = task(|| 7);
    dismissed.dismiss(Dismissal::Broken(Broken::new("no power")));
    assert_eq!(value.try_result().unwrap().unwrap_err().to_string(), "the executor is broken: no power");
}

/// An executor of one's own: a queue with room for two.
#[derive(Default)]
struct Two(Mutex<Vec<Runnable>>);

impl Executor for Two {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        let mut queue = self.0.lock().unwrap();
        if queue.len() == 2 {
            return Err(Refused { task, reason: Refusal::Full });
        }
        queue.push(task);
        Ok(())
    }
}

#[test]
fn an_executor_refuses_with_the_closure() {
    let two = Two::default();
    let futures = [two.submit(|| 1), two.submit(|| 2)];
    let refused = two.try_submit(|| 3).unwrap_err();
    assert!(matches!(refused.reason(), Refusal::Full));
    assert_eq!(refused.into_inner()(), 3);
    assert!(futures[0].cancel());
    two.0.lock().unwrap().drain(..).for_each(Runnable::run);
    let [cancelled, value] = futures.map(|future| future.try_result().unwrap());
    assert!(cancelled.unwrap_err().is_cancelled());
    assert_eq!(value.unwrap(), 2);
}

#[test]
fn a_manual_executor_runs_what_was_queued() {
    let manual = ManualExecutor::new();
    let future = manual.submit(|| 7);
    assert!(!future.is_done());
    manual.run_all();
    assert_eq!(future.try_result().unwrap().unwrap(), 7);
}

#[test]
fn a_token_cancels_its_children_and_tasks() {
    let (rings, waker) = bell();
    let token = CancellationToken::new();
    let child = token.child_token();
    let mut cancelled = pin!(IntoFuture::into_future(&child));
    assert!(cancelled.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let called = rings.clone();
    child.on_cancel(move || called.wake()).detach();

    let manual = ManualExecutor::new();
    let options = TaskOptions::new().name("blink").priority(Priority::High).cancelled_by(&token);
    let named =
        manual.submit_with(options.clone(), |context| (context.name().map(str::len), context.priority()));
    manual.run_all();
    assert_eq!(named.try_result().unwrap().unwrap(), (Some(5), Priority::High));
    let never = manual.submit_with(options, |_| ());

    assert!(token.cancel() && !token.cancel());
    assert_eq!(rings.0.load(SeqCst), 2);
    assert!(cancelled.poll(&mut Context::from_waker(&waker)).is_ready());
    assert!(never.is_cancelled() && child.checkpoint().is_err());
}

#[test]
fn a_waiter_is_polled_for_whichever_is_first() {
    let (rings, waker) = bell();
    let mut context = Context::from_waker(&waker);
    let mut waiter = Waiter::new(2);
    assert!(waiter.poll_next(&mut context).is_pending());
    waiter.inbox().put(1);
    waiter.inbox().put(0);
    assert_eq!(rings.0.load(SeqCst), 1);
    assert_eq!(
        [waiter.poll_next(&mut context), waiter.poll_next(&mut context)],
        [Poll::Ready(1), Poll::Ready(0)]
    );
}
