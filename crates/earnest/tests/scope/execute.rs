use crate::support::{Counted, Gate, pool};
use earnest::{Error, Executor, InlineExecutor, ManualExecutor, scope};
use earnest_testing::{Events, watched};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;

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

/// A closure of which nobody has a future is known by its place to those who look for circles: its worker is the only one
/// that could run what the task of the other pool waits for, which it waits for itself.
#[test]
fn a_circle_through_an_executed_closure_is_found() {
    let (one, other) = (pool(1), pool(1));
    let (to_one, to_other) = (one.handle(), other.handle());
    let (tell, told) = channel();
    watched("a circle through an executed closure", || {
        one.execute(move || {
            let waits = to_other.submit(move || {
                let unbegun = to_one.submit(|| 7);
                matches!(unbegun.result(), Err(Error::Deadlock(_)))
            });
            let is_refused = match waits.result() {
                Err(Error::Deadlock(_)) => true,
                outcome => outcome.unwrap(),
            };
            tell.send(is_refused).unwrap();
        })
        .unwrap();
        assert!(told.recv().unwrap(), "one of the two is told");
    });
}
