//! What a child has of its parent's pools: no threads, errors in place of hangs, and no hindrance to pools of its own.

use earnest_core::{Error, Future, promise};
use earnest_pool::{Shutdown, ThreadPoolExecutor};
use earnest_testing::{alone, conform, returns_in_child};
use std::sync::{Arc, Barrier};

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// As many tasks as workers, all of which run, until the promise is kept.
fn occupy(pool: &ThreadPoolExecutor, workers: usize) -> (earnest_core::Promise<()>, Vec<Future<bool>>) {
    let (open, gate) = promise::<()>();
    let gate = gate.shared();
    let all = Arc::new(Barrier::new(workers + 1));
    let occupy = |_| {
        let (gate, all) = (gate.clone(), all.clone());
        pool.submit(move || {
            all.wait();
            gate.result().is_ok()
        })
    };
    let futures = (0..workers).map(occupy).collect();
    all.wait();
    (open, futures)
}

fn names_the_fork(error: &Error) -> bool {
    (error.is_deadlock() || error.is_broken()) && error.to_string().contains("forked")
}

/// Rows 1.4.11, 2b.j, 3.3.7: in a child of `fork`, submitting to the parent's pool and waiting is an error, not a hang.
#[test]
fn what_a_child_submits_to_a_pool_of_its_parent_ends_with_an_error() {
    alone("fork::what_a_child_submits_to_a_pool_of_its_parent_ends_with_an_error", || {
        conform("1.4.11 2b.j 3.3.7", |claims| {
            let idle = pool(2);
            assert_eq!(idle.submit(|| 7).result().unwrap(), 7);
            let in_child = || assert!(names_the_fork(&idle.submit(|| 7).result().unwrap_err()));
            claims.that(returns_in_child(in_child), "the pool's worker was at rest");

            let busy = pool(1);
            let (open, futures) = occupy(&busy, 1);
            let in_child = || assert!(names_the_fork(&busy.submit(|| 7).result().unwrap_err()));
            claims.that(returns_in_child(in_child), "the pool's worker was busy");

            let half = pool(2);
            let (open_too, more) = occupy(&half, 1);
            let in_child = || {
                // It would start a second worker, and is told there; so the pool knows from then on.
                assert!(names_the_fork(&half.submit(|| 7).result().unwrap_err()));
                let refused = half.try_submit(|| 7).unwrap_err();
                assert!(refused.to_string().contains("forked"), "{refused}");
                assert_eq!(half.worker_count(), 0);
            };
            claims.that(returns_in_child(in_child), "a worker would have been started");

            for open in [open, open_too] {
                open.complete(()).unwrap();
            }
            let mut all = futures.into_iter().chain(more);
            claims.that(all.all(|future| future.result().unwrap()), "the parent does not notice");
        });
    });
}

#[test]
fn what_a_parent_has_submitted_ends_with_an_error_in_the_child_and_a_value_in_the_parent() {
    alone(
        "fork::what_a_parent_has_submitted_ends_with_an_error_in_the_child_and_a_value_in_the_parent",
        || {
            let pool = pool(1);
            let (open, mut futures) = occupy(&pool, 1);
            let mut queued = Some(pool.submit(|| 7));
            let derived = pool.submit(|| 8).map(|n| n + 1);
            let running = futures.pop().unwrap();
            assert!(returns_in_child(|| {
                // They are the parent's, and stay its own: the child has copies.
                derived.wait();
                assert!(!derived.is_done());
                running.wait();
                assert!(!running.is_done());
                assert!(names_the_fork(&queued.take().unwrap().result().unwrap_err()));
            }));
            open.complete(()).unwrap();
            assert!(running.result().unwrap());
            assert_eq!((queued.unwrap().result().unwrap(), derived.result().unwrap()), (7, 9));
        },
    );
}

#[test]
fn a_child_can_shut_down_and_drop_what_it_has_of_its_parent_s_pools() {
    alone("fork::a_child_can_shut_down_and_drop_what_it_has_of_its_parent_s_pools", || {
        let [one, two] = [pool(2), pool(2)];
        let ((open, _one), (open_too, _two)) = (occupy(&one, 2), occupy(&two, 1));
        let mut one = Some(one);
        assert!(returns_in_child(|| {
            drop(one.take());
            two.shutdown_with(Shutdown { cancel_pending: true, ..Shutdown::default() }).unwrap();
            assert!(two.submit(|| ()).result().unwrap_err().is_broken());
            two.shutdown();
        }));
        open.complete(()).unwrap();
        open_too.complete(()).unwrap();
    });
}

#[test]
#[cfg_attr(earnest_sanitizer, ignore = "ThreadSanitizer lets no forked child start a thread")]
fn a_child_can_use_pools_of_its_own_and_those_that_had_no_threads_yet() {
    alone("fork::a_child_can_use_pools_of_its_own_and_those_that_had_no_threads_yet", || {
        let (used, unused) = (pool(2), pool(2));
        used.submit(|| ()).result().unwrap();
        assert!(returns_in_child(|| {
            assert_eq!(unused.submit(|| 7).result().unwrap(), 7);
            unused.shutdown();
            let own = pool(2);
            assert_eq!(own.submit(|| 8).result().unwrap(), 8);
            let (promise, future) = promise();
            own.execute(move || promise.complete(9).unwrap()).unwrap();
            assert_eq!(future.result().unwrap(), 9);
        }));
        assert_eq!(unused.submit(|| 7).result().unwrap(), 7);
        assert_eq!(used.submit(|| 8).result().unwrap(), 8);
    });
}

/// Row 25: a fork inside a pool's task, the child of which ends as it should.
#[test]
fn a_task_can_fork() {
    alone("fork::a_task_can_fork", || {
        conform("25", |claims| {
            let pool = pool(2);
            let handle = pool.handle();
            let child = pool.submit(move || {
                returns_in_child(|| {
                    // The child is on a worker's thread, and can run in place what has not begun.
                    let result = handle.submit(|| 7).result();
                    assert!(result.is_ok_and(|seven| seven == 7));
                })
            });
            claims.that(child.result().unwrap(), "the child has ended as it should");
            claims.is(pool.submit(|| 8).result().unwrap(), 8);
        });
    });
}

/// Writes over much of its stack, and keeps it.
#[inline(never)]
fn overwrite(n: usize) -> u8 {
    let page = std::hint::black_box([0xff_u8; 4096]);
    if n == 0 { page[0] } else { overwrite(n - 1).min(page[n % 4096]) }
}

/// A child has the stacks of its parent's threads to give to its own, and nothing looks there for what waited.
#[test]
fn nothing_in_a_child_looks_for_the_parent_s_waiting_threads() {
    alone("fork::nothing_in_a_child_looks_for_the_parent_s_waiting_threads", || {
        let pool = pool(4);
        let (open, futures) = occupy(&pool, 4);
        while pool.stats().waiting < 4 {
            std::thread::yield_now();
        }
        let in_child = || {
            let (tell, told) = std::sync::mpsc::channel();
            for _ in 0..8 {
                let tell = tell.clone();
                std::thread::spawn(move || {
                    tell.send(overwrite(64)).unwrap();
                    std::thread::sleep(std::time::Duration::from_secs(3600));
                });
            }
            assert!(told.into_iter().take(8).all(|byte| byte == 0xff));
            assert_eq!(Future::ready(1).and_then(Future::ready).result().unwrap(), 1);
            let (gate, opens) = (promise::<u32>(), 6);
            let derived = gate.1.and_then(|n| Future::ready(n + 1));
            gate.0.complete(opens).unwrap();
            assert_eq!(derived.result().unwrap(), 7);
        };
        assert!(returns_in_child(in_child));
        open.complete(()).unwrap();
        assert!(futures.into_iter().all(|future| future.result().unwrap()));
    });
}
