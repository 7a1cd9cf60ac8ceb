use crate::support::{Counted, Gate, pool};
use earnest::{Error, Executor, InlineExecutor, ManualExecutor, scope};
use earnest_testing::{Events, watched};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[test]
fn closures_borrow_and_have_run_when_the_scope_ends() {
    for workers in 1..4 {
        let pool = pool(workers);
        let (total, large) = (AtomicUsize::new(0), [1_usize; 20]);
        scope(&pool, |s| {
            for n in 0..1_000 {
                let total = &total;
                s.execute(move || _ = total.fetch_add(n, SeqCst));
            }
            let total = &total;
            // Too large for a place in the queue.
            s.execute(move || _ = total.fetch_add(large.iter().sum(), SeqCst));
        });
        assert_eq!(total.into_inner(), 499_500 + 20);
    }
}

#[test]
fn they_execute_others_in_the_same_scope() {
    let pool = pool(2);
    let count = AtomicUsize::new(0);
    watched("closures that execute others", || {
        scope(&pool, |s| {
            let count = &count;
            for _ in 0..10 {
                s.execute(move || {
                    (0..10).for_each(|_| s.execute(|| _ = count.fetch_add(1, SeqCst)));
                });
            }
        });
    });
    assert_eq!(count.into_inner(), 100);
}

#[test]
fn a_scope_inside_a_task_runs_them_too() {
    let pool = pool(1);
    let handle = pool.handle();
    let count = watched("a scope inside a task", || {
        let inner = pool.submit(move || {
            let count = AtomicUsize::new(0);
            scope(&handle, |s| (0..50).for_each(|_| s.execute(|| _ = count.fetch_add(1, SeqCst))));
            count.into_inner()
        });
        inner.result().unwrap()
    });
    assert_eq!(count, 50);
}

#[test]
fn a_panic_is_reported_and_the_scope_ends() {
    let events = Events::record();
    let (pool, dropped) = (pool(1), AtomicUsize::new(0));
    scope(&pool, |s| {
        let captured = Counted(&dropped);
        s.execute(move || {
            let _captured = captured;
            panic!("scope: executed");
        });
        s.execute(|| ());
    });
    assert_eq!(dropped.into_inner(), 1, "what was captured is gone when the scope has ended");
    assert_eq!(events.containing("scope: executed").len(), 1);
}

#[test]
fn what_is_refused_or_abandoned_is_dropped_before_the_scope_ends() {
    let dropped = AtomicUsize::new(0);
    let manual = ManualExecutor::new();
    scope(&manual, |s| {
        let captured = Counted(&dropped);
        s.execute(move || drop(captured));
        assert_eq!(manual.abandon_all(), 1);
        manual.close();
        let captured = Counted(&dropped);
        s.execute(move || drop(captured));
    });
    assert_eq!(dropped.into_inner(), 2);
}

#[test]
fn the_scope_waits_for_the_last_of_them() {
    let (pool, gate, log) = (pool(2), Gate::default(), Mutex::new(Vec::new()));
    scope(&pool, |s| {
        s.execute(|| {
            gate.pass();
            log.lock().unwrap().push("the last");
        });
        s.execute(|| log.lock().unwrap().push("another"));
        s.execute(|| gate.open());
    });
    assert!(log.into_inner().unwrap().contains(&"the last"));
}

#[test]
fn any_executor_will_do() {
    let count = AtomicUsize::new(0);
    let executor: &dyn Executor = &InlineExecutor;
    scope(executor, |s| s.execute(|| _ = count.fetch_add(1, SeqCst)));
    assert_eq!(count.into_inner(), 1);
}

/// A closure of which nobody has a future is known by its place where it is part of a circle.
#[test]
fn a_circle_through_an_executed_closure_is_found() {
    let pool = pool(1);
    let (tell, told) = std::sync::mpsc::channel();
    let handle = pool.handle();
    watched("a circle", || {
        pool.execute(move || {
            let (inner, tell_inner) = (handle.clone(), tell.clone());
            let stuck = handle.submit(move || {
                // The only worker is in the middle of this, and of what waits for it.
                let (promise, future) = earnest::promise::<()>();
                let waits = inner.submit(move || future.result());
                drop(promise);
                tell_inner.send(waits.result().is_ok()).unwrap();
            });
            tell.send(stuck.result().is_ok()).unwrap();
        })
        .unwrap();
        assert_eq!(told.iter().take(2).collect::<Vec<_>>(), [true, true]);
    });
    let pool = crate::support::pool(2);
    let (to_first, first) = std::sync::mpsc::channel::<earnest::Future<()>>();
    let (tell, told) = std::sync::mpsc::channel();
    watched("two that wait for each other", || {
        let tell_other = tell.clone();
        let (begun, begins) = earnest::promise();
        let second = pool.submit(move || {
            begun.complete(()).unwrap();
            let refused = first.recv().unwrap().result();
            tell_other.send(matches!(refused, Err(Error::Deadlock(_)))).unwrap();
        });
        begins.result().unwrap();
        let handle = pool.handle();
        pool.execute(move || {
            // Waits for `second`, which waits for what waits for it.
            let third = handle.submit(move || second.result().is_ok());
            let done = third.map(|_| ());
            to_first.send(done).unwrap();
        })
        .unwrap();
        assert!(told.recv().unwrap());
    });
}
