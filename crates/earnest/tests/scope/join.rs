use crate::support::{Gate, pool};
use earnest::{Executor, InlineExecutor, ManualExecutor, join, scope};
use earnest_testing::watched;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::channel;

#[test]
fn both_give_their_values_and_may_borrow() {
    let text = String::from("text");
    let mut written = 0;
    let pool = pool(2);
    let (length, ()) = join(&pool, || text.len(), || written = text.len());
    assert_eq!((length, written), (4, 4));
    assert_eq!(join(&InlineExecutor, || 1, || 2), (1, 2));
}

#[test]
fn the_two_run_side_by_side() {
    let pool = pool(1);
    let both = Barrier::new(2);
    watched("side by side", || {
        join(
            &pool,
            || {
                both.wait();
            },
            || {
                both.wait();
            },
        )
    });
}

#[test]
fn what_has_not_begun_is_called_here() {
    let here = || std::thread::current().id();
    let manual = ManualExecutor::new();
    assert_eq!(join(&manual, here, here), (here(), here()));
    manual.run_all();
    let closed = pool(1);
    closed.shutdown();
    assert_eq!(join(&closed, here, here), (here(), here()));
    let busy = pool(1);
    let gate = Gate::default();
    let (started, starts) = channel();
    scope(&busy, |s| {
        s.submit(|| {
            started.send(()).unwrap();
            gate.pass();
        })
        .detach();
        starts.recv().unwrap();
        assert_eq!(join(&busy, here, here), (here(), here()));
        gate.open();
    });
}

fn fibonacci(executor: &(impl Executor + Sync), n: u32) -> u64 {
    if n < 2 {
        return u64::from(n);
    }
    let (a, b) = join(executor, || fibonacci(executor, n - 1), || fibonacci(executor, n - 2));
    a + b
}

#[test]
fn recursion_ends_on_any_number_of_workers() {
    for workers in 1..4 {
        let pool = pool(workers);
        let handle = pool.handle();
        watched("fibonacci", || {
            assert_eq!(fibonacci(&pool, 15), 610);
            assert_eq!(pool.submit(move || fibonacci(&handle, 15)).result().unwrap(), 610);
        });
    }
}

#[test]
fn a_panic_comes_out_when_both_are_done() {
    let pool = pool(1);
    let payload = |result: std::thread::Result<((), ())>| *result.unwrap_err().downcast::<u32>().unwrap();
    let both = Barrier::new(2);
    let other_is_done = AtomicBool::new(false);
    let a_panics = catch_unwind(AssertUnwindSafe(|| {
        let a = || {
            both.wait();
            panic_any(1_u32)
        };
        join(&pool, a, || {
            both.wait();
            std::thread::sleep(std::time::Duration::from_millis(10));
            other_is_done.store(true, SeqCst);
        })
    }));
    assert_eq!((payload(a_panics), other_is_done.into_inner()), (1, true));
    let b_panics = catch_unwind(AssertUnwindSafe(|| {
        join(
            &pool,
            || {
                both.wait();
            },
            || {
                both.wait();
                panic_any(2_u32)
            },
        )
    }));
    assert_eq!(payload(b_panics), 2);
    let both_panic = catch_unwind(AssertUnwindSafe(|| {
        let panics = |n: u32| {
            both.wait();
            panic_any(n)
        };
        join(&pool, || panics(1), || panics(2))
    }));
    assert_eq!(payload(both_panic), 1);
    let unbegun = catch_unwind(|| join(&ManualExecutor::new(), || panic_any(1_u32), || unreachable!()));
    assert_eq!(payload(unbegun), 1);
}

#[test]
fn an_executor_that_panics_has_no_part_in_what_comes_next() {
    /// Keeps its tasks, and panics.
    #[derive(Default)]
    struct Panics(std::sync::Mutex<Vec<earnest::Runnable>>);
    impl Executor for Panics {
        fn spawn(&self, task: earnest::Runnable) -> Result<(), earnest::Refused> {
            self.0.lock().unwrap().push(task);
            panic_any(7_u32)
        }
    }
    let executor = Panics::default();
    let text = String::from("text");
    let thrown =
        catch_unwind(AssertUnwindSafe(|| join(&executor, || unreachable!(), || panic!("{}", text.clone()))));
    assert_eq!(*thrown.map(|((), ())| ()).unwrap_err().downcast::<u32>().unwrap(), 7);
    drop(text);
    // What it has kept can do nothing any more.
    executor.0.into_inner().unwrap().into_iter().for_each(earnest::Runnable::run);
}

#[test]
fn a_second_half_that_borrows_has_ended_when_the_join_returns() {
    /// Runs each task on a thread of its own.
    struct Threads;
    impl Executor for Threads {
        fn spawn(&self, task: earnest::Runnable) -> Result<(), earnest::Refused> {
            std::thread::spawn(move || task.run());
            Ok(())
        }
    }
    for _ in 0..100 {
        let mut written = [0; 2];
        let [one, other] = &mut written;
        join(&Threads, || *one += 1, || *other += 1);
        assert_eq!(written, [1, 1]);
    }
}
