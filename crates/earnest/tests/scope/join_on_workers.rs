use crate::support::{Counted, Gate, pool};
use earnest::{
    Executor, PoolHandle, RejectionPolicy, SharedFuture, Shutdown, ThreadPoolExecutor, blocking, join,
    promise, scope,
};
use earnest_testing::watched;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;

/// Calls `f` on a worker of `pool`.
fn on_a_worker<R: Send + 'static>(
    pool: &ThreadPoolExecutor,
    f: impl FnOnce(&PoolHandle) -> R + Send + 'static,
) -> R {
    let handle = pool.handle();
    watched("on a worker", || pool.submit(move || f(&handle)).result().unwrap())
}

fn fibonacci(executor: &(impl Executor + Sync + ?Sized), n: u32) -> u64 {
    if n < 2 {
        return u64::from(n);
    }
    let (a, b) = join(executor, || fibonacci(executor, n - 1), || fibonacci(executor, n - 2));
    a + b
}

#[test]
fn recursion_gives_the_same_on_any_number_of_workers_and_behind_any_reference() {
    for workers in [1, 2, 4] {
        let pool = pool(workers);
        assert_eq!(on_a_worker(&pool, |pool| fibonacci(pool, 18)), 2584);
        assert_eq!(on_a_worker(&pool, |pool| fibonacci(&pool, 12)), 144);
        assert_eq!(on_a_worker(&pool, |pool| fibonacci(&Arc::new(pool.clone()), 12)), 144);
        let dynamic = |pool: &PoolHandle| fibonacci(pool as &(dyn Executor + Sync), 12);
        assert_eq!(on_a_worker(&pool, dynamic), 144);
    }
}

#[test]
fn several_recursions_at_a_time_share_the_workers() {
    let pool = pool(2);
    let handle = pool.handle();
    let tasks = [(); 8].map(|()| {
        let handle = handle.clone();
        pool.submit(move || fibonacci(&handle, 14))
    });
    watched("all", || tasks.map(|task| assert_eq!(task.result().unwrap(), 377)));
}

#[test]
fn however_deep_every_closure_is_called_once() {
    fn deep(pool: &PoolHandle, depth: usize, called: &AtomicUsize) {
        if depth > 0 {
            join(pool, || deep(pool, depth - 1, called), || called.fetch_add(1, SeqCst));
        }
    }
    fn deep_in_b(pool: &PoolHandle, depth: usize, called: &AtomicUsize) {
        if depth > 0 {
            join(pool, || called.fetch_add(1, SeqCst), || deep_in_b(pool, depth - 1, called));
        }
    }
    for workers in [1, 2, 4] {
        let builder = ThreadPoolExecutor::builder().max_workers(workers);
        let pool = builder.stack_size(64 << 20).build().unwrap();
        for deep in [deep, deep_in_b] {
            let called = on_a_worker(&pool, move |pool| {
                let called = AtomicUsize::new(0);
                deep(pool, 2_000, &called);
                called.into_inner()
            });
            assert_eq!(called, 2_000);
        }
    }
}

#[test]
fn the_two_run_side_by_side_where_a_worker_is_to_spare() {
    let pool = pool(2);
    on_a_worker(&pool, |pool| {
        let (send, receive) = channel();
        let (received, sender) =
            join(pool, || receive.recv().unwrap(), move || send.send(thread::current().id()).unwrap());
        assert_ne!(received, thread::current().id());
        assert_eq!(sender, ());
    });
    on_a_worker(&pool, |pool| {
        let both = Barrier::new(2);
        join(pool, || both.wait(), || join(pool, || both.wait(), || ()).0);
    });
}

/// How the second half of a join comes to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// Nobody else has come to know of it.
    Private,
    /// Others could have taken it, and have not.
    TakenBack,
    /// Another worker has taken it.
    Stolen,
}

/// Joins `a` and `b` on a worker, where `b` is called as is said.
fn joined<A: Send + 'static, B: Send + 'static>(
    how: How,
    a: impl FnOnce() -> A + Send + 'static,
    b: impl FnOnce() -> B + Send + 'static,
) -> (thread::Result<(A, B)>, bool) {
    let pool = pool(2);
    let other_is_busy = Arc::new(Gate::default());
    let gate = other_is_busy.clone();
    let both = Barrier::new(2);
    let (tell, told) = channel();
    let result = on_a_worker(&pool, move |pool| {
        if how != How::Stolen {
            let (tell, told) = channel();
            let gate = gate.clone();
            pool.submit(move || {
                tell.send(()).unwrap();
                gate.pass();
            })
            .detach();
            told.recv().unwrap();
        }
        let here = thread::current().id();
        let a = || {
            if how == How::Stolen {
                both.wait();
            }
            a()
        };
        let b = || {
            if how == How::Stolen {
                both.wait();
            }
            tell.send(thread::current().id()).unwrap();
            b()
        };
        let result = catch_unwind(AssertUnwindSafe(|| match how {
            // The outer join is the one that others know of.
            How::Private => join(pool, || join(pool, a, b), || ()).0,
            _ => join(pool, a, b),
        }));
        gate.open();
        let elsewhere = told.try_recv().map(|thread| thread != here);
        assert!(elsewhere.is_err() || elsewhere == Ok(how == How::Stolen), "{how:?}");
        (result, elsewhere.is_ok())
    });
    other_is_busy.open();
    result
}

const EVERY_HOW: [How; 3] = [How::Private, How::TakenBack, How::Stolen];

fn payload<T>(result: thread::Result<T>) -> u32 {
    *result.err().unwrap().downcast::<u32>().unwrap()
}

#[test]
fn values_come_from_both_however_the_second_is_called() {
    for how in EVERY_HOW {
        let (result, was_called) = joined(how, || String::from("a"), || vec![2]);
        assert_eq!(result.unwrap(), (String::from("a"), vec![2]));
        assert!(was_called);
    }
}

#[test]
fn the_panic_of_the_first_goes_before_that_of_the_second() {
    for how in EVERY_HOW {
        let (result, was_called) = joined(how, || panic_any(1_u32), || 2);
        assert_eq!(payload(result), 1);
        // What has not begun is not called any more.
        assert_eq!(was_called, how == How::Stolen);
        let (result, was_called) = joined(how, || 1, || panic_any(2_u32));
        assert_eq!((payload(result), was_called), (2, true));
        let (result, was_called) = joined(how, || panic_any(1_u32), || panic_any(2_u32));
        assert_eq!((payload(result), was_called), (1, how == How::Stolen));
    }
}

#[test]
fn what_is_captured_and_returned_is_dropped_once_whatever_happens() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    for how in EVERY_HOW {
        for (a_panics, b_panics) in [(false, false), (false, true), (true, false), (true, true)] {
            DROPS.store(0, SeqCst);
            let half = |panics: bool| {
                let captured = Counted(&DROPS);
                move || {
                    let returned = Counted(&DROPS);
                    if panics {
                        panic_any(0_u32);
                    }
                    (captured, returned)
                }
            };
            let (result, was_called) = joined(how, half(a_panics), half(b_panics));
            assert_eq!(result.is_err(), a_panics || b_panics);
            drop(result);
            assert_eq!(DROPS.load(SeqCst), if was_called { 4 } else { 3 }, "{how:?} {a_panics} {b_panics}");
        }
    }
}

#[test]
fn a_destructor_that_panics_does_not_take_the_place_of_the_panic_of_the_first() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any(3_u32);
        }
    }
    for how in EVERY_HOW {
        let bomb = Bomb;
        let (result, _) = joined(how, || panic_any(1_u32), move || bomb);
        assert_eq!(payload(result), 1);
    }
}

#[test]
fn what_a_wait_needs_is_among_what_others_can_take() {
    for workers in [2, 3] {
        let pool = pool(workers);
        // Of several joins within each other, one is known to others until the first half waits.
        let waited = on_a_worker(&pool, |pool| {
            let (promise, future) = promise();
            let inner = || join(pool, || future.result().unwrap(), move || _ = promise.complete(7));
            join(pool, || join(pool, inner, || ()), || ()).0.0.0
        });
        assert_eq!(waited, 7);
        let blocked = on_a_worker(&pool, |pool| {
            let (send, receive) = channel();
            let inner = || join(pool, || blocking(|| receive.recv().unwrap()), move || send.send(7).unwrap());
            join(pool, || join(pool, inner, || ()), || ()).0.0.0
        });
        assert_eq!(blocked, 7);
        let scoped = on_a_worker(&pool, |pool| {
            let (promise, future) = promise();
            let mut got = 0;
            let waits = || scope(pool, |s| s.submit(|| got = future.result().unwrap()).detach());
            join(pool, || join(pool, waits, move || _ = promise.complete(7)), || ());
            got
        });
        assert_eq!(scoped, 7);
    }
}

#[test]
fn a_task_that_runs_in_place_of_a_wait_can_need_what_was_put_off() {
    let pool = pool(2);
    let got = on_a_worker(&pool, |pool| {
        let (send, receive) = channel();
        let in_place = || pool.submit(move || receive.recv().unwrap()).result().unwrap();
        join(pool, || join(pool, in_place, move || send.send(7).unwrap()), || ()).0.0
    });
    assert_eq!(got, 7);
}

#[test]
fn after_a_shutdown_the_second_is_called_here() {
    for cancel_pending in [false, true] {
        let pool = pool(2);
        let (busy, gate) = (Arc::new(Gate::default()), Arc::new(Gate::default()));
        let begun = Arc::new(Barrier::new(3));
        let other = (busy.clone(), begun.clone());
        pool.submit(move || {
            other.1.wait();
            other.0.pass();
        })
        .detach();
        let handle = pool.handle();
        let (pass, both) = (gate.clone(), begun.clone());
        let task = pool.submit(move || {
            let here = || thread::current().id();
            let first = || {
                // The second is known to others now, and is still when the pool is shut down.
                both.wait();
                pass.pass();
                join(&handle, || fibonacci(&handle, 10), here)
            };
            let ((sum, inner), outer) = join(&handle, first, here);
            assert_eq!((sum, inner, outer), (55, here(), here()));
        });
        begun.wait();
        pool.shutdown_with(Shutdown { wait: false, cancel_pending, ..Shutdown::default() }).unwrap();
        gate.open();
        watched("the task goes on", || task.result().unwrap());
        busy.open();
    }
}

#[test]
fn what_does_not_come_into_a_full_queue_is_called_here() {
    for policy in [RejectionPolicy::Reject, RejectionPolicy::Block, RejectionPolicy::CallerRuns] {
        let builder = ThreadPoolExecutor::builder().max_workers(2).queue_capacity(1).rejection_policy(policy);
        let pool = builder.build().unwrap();
        assert_eq!(on_a_worker(&pool, |pool| fibonacci(pool, 15)), 610);
    }
}

#[test]
fn a_worker_of_another_pool_is_as_any_other_thread() {
    let (one, other) = (pool(1), pool(2));
    let handle = other.handle();
    on_a_worker(&one, move |_| {
        let both = Barrier::new(2);
        join(&handle, || both.wait(), || both.wait());
        assert_eq!(fibonacci(&handle, 10), 55);
    });
}

#[test]
fn a_second_half_that_waits_for_the_task_of_the_first_is_told() {
    for workers in [2, 3] {
        let pool = pool(workers);
        let handle = pool.handle();
        let board = Arc::new(OnceLock::<SharedFuture<bool>>::new());
        let (ready, start) = channel::<()>();
        let itself = board.clone();
        let task = pool.submit(move || {
            start.recv().unwrap();
            let itself = itself.get().unwrap().clone();
            let both = Barrier::new(2);
            let (_, is_told) = join(
                &handle,
                || both.wait(),
                || {
                    both.wait();
                    itself.result().is_err_and(earnest::Error::is_deadlock)
                },
            );
            is_told
        });
        let (tell, told) = channel();
        task.add_done_callback(move |outcome| tell.send(*outcome.unwrap()).unwrap());
        assert!(board.set(task.shared()).is_ok());
        ready.send(()).unwrap();
        assert!(watched("the circle is seen", || told.recv().unwrap()));
    }
}
