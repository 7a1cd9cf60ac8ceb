//! Tokens: who is cancelled, who is told, by whom, in which order, and what is left of those that are gone.

use crate::asleep::blocked_in;
use earnest_core::{CancellationToken, Cancelled, Error, promise};
use earnest_testing::{Events, watched};
use std::pin::pin;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

pub(crate) type Log = Arc<Mutex<Vec<u32>>>;

pub(crate) fn push(log: &Log, entry: u32) -> impl FnOnce() + Send + 'static + use<> {
    let log = log.clone();
    move || log.lock().unwrap().push(entry)
}

#[test]
fn cancelling_is_seen_by_all_clones_and_done_by_one_call() {
    let token = CancellationToken::default();
    let clone = token.clone();
    assert!(!clone.is_cancelled());
    assert_eq!(clone.checkpoint(), Ok(()));
    assert!(token.cancel());
    assert!(!token.cancel() && !clone.cancel());
    assert!(clone.is_cancelled());
    assert_eq!(clone.checkpoint(), Err(Cancelled));
}

#[test]
fn of_several_threads_that_cancel_one_does_it() {
    let token = CancellationToken::new().child_token();
    let start = Barrier::new(4);
    let cancel = || {
        start.wait();
        token.cancel()
    };
    let n_who_did = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(cancel)).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum::<usize>()
    });
    assert_eq!(n_who_did, 1);
}

#[test]
fn a_checkpoint_can_be_used_where_an_error_is_returned() {
    fn work(token: &CancellationToken) -> Result<u32, Error> {
        token.checkpoint()?;
        Ok(7)
    }
    fn boxed(token: &CancellationToken) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
        token.checkpoint()?;
        Ok(7)
    }
    let token = CancellationToken::new();
    assert_eq!((work(&token).unwrap(), boxed(&token).unwrap()), (7, 7));
    token.cancel();
    assert!(work(&token).unwrap_err().is_cancelled());
    assert!(boxed(&token).unwrap_err().is::<Cancelled>());
}

#[test]
fn a_child_is_cancelled_with_its_parent_and_not_the_other_way_round() {
    let parent = CancellationToken::new();
    let (one, other) = (parent.child_token(), parent.child_token());
    let grandchild = one.child_token();
    assert!(one.cancel());
    assert!(grandchild.is_cancelled());
    assert!(!parent.is_cancelled() && !other.is_cancelled());
    assert!(parent.cancel());
    assert!(other.is_cancelled());
    assert!(!one.cancel() && !other.cancel());
}

#[test]
fn a_child_of_a_cancelled_token_is_cancelled_from_the_start() {
    let with_family = CancellationToken::new();
    let _child = with_family.child_token();
    for parent in [CancellationToken::new(), with_family] {
        parent.cancel();
        let log = Log::default();
        let child = parent.child_token();
        assert!(child.is_cancelled() && !child.cancel());
        let _called = child.on_cancel(push(&log, 1));
        assert_eq!(*log.lock().unwrap(), [1]);
        assert!(child.child_token().is_cancelled());
        assert!(child.cancelled().result().is_ok());
        child.wait();
    }
}

#[test]
fn children_of_a_token_that_is_gone_are_those_of_its_parent() {
    let first = CancellationToken::new();
    let middle = first.child_token();
    let last = [middle.child_token(), middle.child_token()];
    drop(middle);
    assert!(last.iter().all(|token| !token.is_cancelled()));
    first.cancel();
    assert!(last.iter().all(CancellationToken::is_cancelled));

    let first = CancellationToken::new();
    let orphans = [first.child_token(), first.child_token()];
    drop(first);
    let child = orphans[0].child_token();
    assert!(orphans[0].cancel());
    assert!(child.is_cancelled() && !orphans[1].is_cancelled());
}

const DEEP: usize = if cfg!(miri) { 30 } else { 100_000 };

/// On a stack that a few frames per level would exhaust.
fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(64 << 10).spawn(f).unwrap().join().unwrap();
}

/// Every token of a line of descent, the oldest first.
fn line() -> Vec<CancellationToken> {
    let mut line = vec![CancellationToken::new()];
    for n in 1..DEEP {
        line.push(line[n - 1].child_token());
    }
    line
}

#[test]
fn deep_trees_need_no_deep_stack() {
    watched("deep trees", || {
        on_a_small_stack(|| {
            let line = line();
            let last = line.last().unwrap().clone();
            assert!(line[0].cancel());
            assert!(line.iter().all(CancellationToken::is_cancelled));
            drop(line);
            assert!(last.is_cancelled());
        });
        on_a_small_stack(|| line().into_iter().for_each(drop));
        on_a_small_stack(|| line().into_iter().rev().for_each(drop));
        on_a_small_stack(|| {
            let mut last = CancellationToken::new();
            let first = last.clone();
            for _ in 0..DEEP {
                last = last.child_token();
            }
            first.cancel();
            assert!(last.is_cancelled());
        });
    });
}

#[test]
fn a_wait_ends_with_the_cancellation() {
    watched("a_wait_ends_with_the_cancellation", || {
        let parent = CancellationToken::new();
        let child = parent.child_token();
        assert!(!child.wait_timeout(Duration::ZERO));
        assert!(!child.wait_timeout(Duration::from_millis(1)));
        let (one, other, above) = (child.clone(), child.clone(), parent.clone());
        let waits = [
            blocked_in(move || one.wait()),
            blocked_in(move || assert!(other.wait_timeout(Duration::MAX))),
            blocked_in(move || above.wait()),
        ];
        parent.cancel();
        for wait in waits {
            wait.join().unwrap();
        }
        child.wait();
        assert!(child.wait_timeout(Duration::ZERO));
    });
}

#[test]
fn who_waits_is_woken_before_callbacks_run() {
    watched("who_waits_is_woken_before_callbacks_run", || {
        let parent = CancellationToken::new();
        let child = parent.child_token();
        let (tell, told) = channel();
        parent.on_cancel(move || told.recv().unwrap()).detach();
        thread::scope(|scope| {
            scope.spawn(|| {
                child.wait();
                tell.send(()).unwrap();
            });
            parent.cancel();
        });
    });
}

#[test]
fn a_token_can_be_awaited() {
    let token = CancellationToken::new();
    let mut context = Context::from_waker(Waker::noop());
    let mut pending = pin!((&token).into_future());
    assert_eq!(pending.as_mut().poll(&mut context), Poll::Pending);
    token.cancel();
    assert_eq!(pending.as_mut().poll(&mut context), Poll::Ready(()));
    assert_eq!(pending.as_mut().poll(&mut context), Poll::Ready(()));
    assert_eq!(pin!((&token).into_future()).poll(&mut context), Poll::Ready(()));
}

#[test]
fn its_future_is_one_for_all_and_cannot_be_cancelled() {
    let token = CancellationToken::new();
    let (one, other) = (token.cancelled(), token.clone().cancelled());
    assert_eq!(one.id(), other.id());
    assert!(!one.cancel() && !other.cancel_handle().cancel());
    assert!(!one.is_done());
    token.cancel();
    assert!(matches!(one.peek(), Some(Ok(()))));
    assert_eq!(token.cancelled().id(), one.id());
}

#[test]
fn the_future_of_a_token_without_handles_is_abandoned_and_nobody_reports_it() {
    let events = Events::record();
    let parent = CancellationToken::new();
    let child = parent.child_token();
    let cancelled = child.cancelled();
    let location = line!() - 1;
    assert!(!child.wait_timeout(Duration::ZERO));
    drop(child);
    assert!(cancelled.result().unwrap_err().is_abandoned());
    parent.cancel();
    assert!(cancelled.result().unwrap_err().is_abandoned());

    drop(parent.child_token().cancelled());
    let unseen = CancellationToken::new();
    let cancelled = unseen.cancelled();
    drop(unseen);
    drop(cancelled);
    let reports = events.containing("nobody looked at");
    let ours = |report: &&String| report.contains("it/token.rs");
    assert_eq!(reports.iter().find(ours), None, "made at line {location} and below");
}

#[test]
fn who_waits_for_a_token_that_ends_is_told() {
    watched("who_waits_for_a_token_that_ends_is_told", || {
        let token = CancellationToken::new();
        let cancelled = token.cancelled();
        let wait = blocked_in(move || assert!(cancelled.result().unwrap_err().is_abandoned()));
        drop(token);
        wait.join().unwrap();
    });
}

#[test]
fn a_callback_of_its_future_may_drop_the_last_handle() {
    let token = CancellationToken::new();
    let slot = Arc::new(Mutex::new(Some(token.clone())));
    let inner = slot.clone();
    token.cancelled().add_done_callback(move |outcome| {
        assert!(outcome.is_ok());
        inner.lock().unwrap().take();
    });
    let canceller = token.clone();
    drop(token);
    assert!(canceller.cancel());
    assert!(slot.lock().unwrap().is_none());
}

#[test]
fn a_promise_can_follow_a_token() {
    let token = CancellationToken::new();
    let (promise, future) = promise::<u32>();
    let handle = future.cancel_handle();
    let _registration = token.on_cancel(move || assert!(handle.cancel()));
    token.cancel();
    assert!(promise.is_cancelled());
    assert!(future.result().unwrap_err().is_cancelled());
}

/// Children are born, dropped and cancelled on several threads while their parent is cancelled: each that lives is told
/// once.
#[test]
fn children_of_a_token_that_is_cancelled_meanwhile_are_told_once() {
    let rounds = if cfg!(miri) { 3 } else { 300 };
    watched("children_of_a_token_that_is_cancelled_meanwhile_are_told_once", || {
        for _ in 0..rounds {
            let parent = CancellationToken::new();
            let log = Log::default();
            let start = Barrier::new(3);
            let children = || {
                start.wait();
                let mut kept = Vec::new();
                for n in 0..40 {
                    let child = parent.child_token();
                    let token = if n % 3 == 0 { child.child_token() } else { child };
                    if n % 2 == 0 {
                        token.on_cancel(push(&log, n)).detach();
                        kept.push(token);
                    }
                }
                kept
            };
            thread::scope(|scope| {
                let threads = [scope.spawn(children), scope.spawn(children)];
                start.wait();
                parent.cancel();
                for thread in threads {
                    assert!(thread.join().unwrap().iter().all(CancellationToken::is_cancelled));
                }
            });
            let mut told = log.lock().unwrap().clone();
            told.sort_unstable();
            let expected: Vec<u32> = (0..40).filter(|n| n % 2 == 0).flat_map(|n| [n, n]).collect();
            assert_eq!(told, expected);
        }
    });
}
