use crate::support::{Counted, Gate, pool};
use earnest::{Error, ManualExecutor, Shutdown, promise, scope};
use earnest_testing::watched;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

#[test]
fn tasks_that_were_let_go_have_ended_when_the_scope_returns() {
    let pool = pool(3);
    let ended = AtomicUsize::new(0);
    for round in 1..=50 {
        scope(&pool, |s| {
            for _ in 0..10 {
                s.submit(|| {
                    thread::yield_now();
                    ended.fetch_add(1, SeqCst)
                })
                .detach();
            }
        });
        assert_eq!(ended.load(SeqCst), round * 10);
    }
}

#[test]
fn an_early_return_and_a_panic_wait_for_the_tasks_as_well() {
    let pool = pool(2);
    let ended = AtomicUsize::new(0);
    let slow = || {
        thread::sleep(Duration::from_millis(20));
        ended.fetch_add(1, SeqCst);
    };
    let early: Result<(), &str> = scope(&pool, |s| {
        s.submit(slow).detach();
        Err("early")?;
        Ok(())
    });
    assert_eq!((early, ended.load(SeqCst)), (Err("early"), 1));
    let payload = catch_unwind(AssertUnwindSafe(|| {
        scope(&pool, |s| {
            s.submit(slow).detach();
            panic_any(7_u32);
        })
    }));
    let payload: Result<(), _> = payload;
    assert_eq!((*payload.unwrap_err().downcast::<u32>().unwrap(), ended.load(SeqCst)), (7, 2));
}

#[test]
fn a_panic_of_a_task_is_its_future_s_own() {
    let pool = pool(2);
    let (panicked, other) = scope(&pool, |s| {
        let panicked = s.submit(|| panic_any("mine"));
        let other = s.submit(|| 7);
        let panicked: Result<(), Error> = panicked.result();
        (panicked.unwrap_err(), other.result().unwrap())
    });
    assert!(panicked.is_panicked());
    assert_eq!(other, 7);
}

#[test]
fn what_tasks_captured_and_returned_is_dropped_before_the_scope_ends() {
    for workers in [1, 3] {
        let pool = pool(workers);
        let dropped = AtomicUsize::new(0);
        scope(&pool, |s| {
            for _ in 0..20 {
                let captured = Counted(&dropped);
                s.submit(|| {
                    let _captured = captured;
                    Counted(&dropped)
                })
                .detach();
                drop(s.submit(|| Counted(&dropped)));
            }
            s.submit(|| Counted(&dropped)).wait();
            let kept = s.submit(|| Counted(&dropped));
            kept.wait();
        });
        assert_eq!(dropped.into_inner(), 62);
    }
}

#[test]
fn callbacks_borrow_and_have_run_before_the_scope_ends() {
    let pool = pool(2);
    let seen = AtomicUsize::new(0);
    scope(&pool, |s| {
        for _ in 0..20 {
            let future = s.submit(|| 1);
            future.add_done_callback(|one| {
                thread::yield_now();
                seen.fetch_add(*one.unwrap(), SeqCst);
            });
            let captured = Counted(&seen);
            future.add_done_callback(move |_| drop(captured));
        }
    });
    assert_eq!(seen.into_inner(), 40);
}

#[test]
fn a_cancelled_task_is_gone_at_once_and_what_the_queue_keeps_of_it_is_harmless() {
    let manual = ManualExecutor::new();
    // Its memory goes before the queue does.
    let dropped = Box::new(AtomicUsize::new(0));
    let outside = scope(&manual, |s| {
        let captured = Counted(&dropped);
        let future = s.submit(move || drop(captured));
        assert!(future.cancel());
        assert_eq!(dropped.load(SeqCst), 1);
        let other = s.submit(|| Counted(&dropped));
        let outside = other.cancel_handle();
        assert!(outside.cancel());
        drop(other);
        outside
    });
    drop(dropped);
    assert!(outside.is_cancelled());
    // What is left in the queue is run, and finds nothing to do.
    assert_eq!(manual.run_all(), 2);
}

#[test]
fn a_cancellation_from_outside_ends_the_scope() {
    let manual = ManualExecutor::new();
    let dropped = AtomicUsize::new(0);
    watched("a cancellation from outside", || {
        scope(&manual, |s| {
            let captured = Counted(&dropped);
            let future = s.submit(move || drop(captured));
            let handle = future.cancel_handle();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(10));
                assert!(handle.cancel());
            });
        });
    });
    assert_eq!(dropped.into_inner(), 1);
}

#[test]
fn what_the_executor_drops_or_refuses_has_ended() {
    let pool = pool(1);
    pool.shutdown();
    let captured = AtomicUsize::new(0);
    scope(&pool, |s| {
        let counted = Counted(&captured);
        assert!(s.submit(move || drop(counted)).result().unwrap_err().is_rejected());
    });
    assert_eq!(captured.load(SeqCst), 1);
    let manual = ManualExecutor::new();
    scope(&manual, |s| {
        let counted = Counted(&captured);
        let future = s.submit(move || drop(counted));
        manual.abandon_all();
        assert!(future.result().unwrap_err().is_abandoned());
    });
    assert_eq!(captured.into_inner(), 2);
}

#[test]
fn a_shutdown_that_cancels_ends_the_scope() {
    let pool = pool(1);
    let gate = Gate::default();
    let (started, starts) = channel();
    let ran = AtomicBool::new(false);
    watched("a shutdown that cancels", || {
        scope(&pool, |s| {
            let running = s.submit(|| {
                started.send(()).unwrap();
                gate.pass();
            });
            starts.recv().unwrap();
            let pending = s.submit(|| ran.store(true, SeqCst));
            pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() })
                .unwrap();
            assert!(pending.result().unwrap_err().is_cancelled());
            gate.open();
            running.result().unwrap();
        });
    });
    assert!(!ran.into_inner());
}

#[test]
fn a_forgotten_future_leaks_its_value_and_nothing_else() {
    let pool = pool(2);
    let dropped = AtomicUsize::new(0);
    watched("a forgotten future", || {
        scope(&pool, |s| std::mem::forget(s.submit(|| Counted(&dropped))));
    });
    assert_eq!(dropped.into_inner(), 0);
}

#[test]
fn a_value_that_panics_when_dropped_by_the_pool_harms_nobody() {
    struct Bomb<'a>(&'a AtomicUsize);
    impl Drop for Bomb<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
            panic!("a bomb");
        }
    }
    let pool = pool(1);
    let dropped = AtomicUsize::new(0);
    scope(&pool, |s| {
        s.submit(|| Bomb(&dropped)).detach();
        assert_eq!(s.submit(|| 7).result().unwrap(), 7);
    });
    assert_eq!(dropped.into_inner(), 1);
}

#[test]
fn a_task_that_waits_for_what_comes_from_outside_is_waited_for() {
    let pool = pool(2);
    let (promise, future) = promise::<u32>();
    let mut value = 0;
    watched("what comes from outside", || {
        scope(&pool, |s| {
            s.submit(|| value = future.result().unwrap()).detach();
            thread::spawn(move || promise.complete(7).unwrap());
        });
    });
    assert_eq!(value, 7);
}
