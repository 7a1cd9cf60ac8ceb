//! Threads that do not start, whichever: what was taken runs or ends, and nobody waits for ever.

use crate::tally::{Outcome, Tally};
use crate::{on_threads, pool};
use earnest::{PoolHandle, ReturnWhen, wait};
use earnest_sync::{Condvar, draw, fail_spawns, storm};
use std::sync::{Arc, Mutex};

/// Some starts of threads fail from now on, the first of them `first` at the earliest; in some schedules all after it. Says
/// which is the first.
fn fail_some(first: u32) -> u32 {
    let nth = first + draw(5);
    fail_spawns(nth, if draw(4) == 0 { 1_000 } else { 1 + draw(4) });
    nth
}

/// Each submission runs, is cancelled or is refused, whether others shut the pool down meanwhile or not. While the pool is
/// open and the first start succeeds, none is refused.
#[test]
fn every_submission_comes_to_something() {
    storm("every_submission_comes_to_something", || {
        const EACH: usize = 25;
        let nth = fail_some(1);
        let shuts_down = draw(2) == 0;
        let (pool, tally) = (Arc::new(pool(5)), Tally::new(3 * EACH));
        let futures = Arc::new(Mutex::new(Vec::new()));
        let (shared, counted, kept) = (pool.clone(), tally.clone(), futures.clone());
        on_threads(4, move |thread| {
            if thread == 3 {
                if shuts_down {
                    shared.shutdown();
                }
                return;
            }
            for task in thread * EACH..(thread + 1) * EACH {
                let tally = counted.clone();
                let run = move || {
                    tally.add(task);
                    task
                };
                // The one gives the closure back, the other a future that says so.
                let future = if task % 2 == 0 {
                    match shared.try_submit(run) {
                        Ok(future) => future,
                        Err(refused) => {
                            assert!(shuts_down || nth == 1, "{refused}");
                            assert!(!counted.has_run(task), "{refused}");
                            continue;
                        }
                    }
                } else {
                    shared.submit(run)
                };
                if task % 5 == 0 {
                    future.cancel();
                }
                kept.lock().unwrap().push((task, future));
            }
        });
        pool.shutdown();
        fail_spawns(0, 0);
        let kept = futures.lock().unwrap().drain(..).collect::<Vec<_>>();
        let n_ran = kept.into_iter().fold(0, |n_ran, (task, future)| {
            let outcome = tally.settle(task, future);
            assert!(outcome != Outcome::Refused || shuts_down || nth == 1, "task {task} is refused");
            n_ran + usize::from(outcome == Outcome::Ran)
        });
        assert_eq!(n_ran, tally.n_run());
        assert_eq!(pool.worker_count(), 0);
    });
}

/// Whoever waits is stood in for by nobody, and does what it waits for itself.
#[test]
fn waits_in_waits_without_spare_threads() {
    fn fib(pool: &PoolHandle, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (next, other) = (pool.clone(), pool.clone());
        let first = pool.submit(move || fib(&next, n - 1));
        let second = pool.submit(move || fib(&other, n - 2));
        if n % 2 == 0 {
            return first.result().unwrap() + second.result().unwrap();
        }
        // Either of the two first: what is claimed only where nobody else runs anything.
        let one = wait([first, second], ReturnWhen::FirstCompleted, None);
        let both = one.done.into_iter().chain(one.not_done);
        both.map(|future| future.result().unwrap()).sum()
    }
    for workers in [2, 5] {
        storm(&format!("waits_in_waits_without_spare_threads/{workers}"), move || {
            let pool = pool(workers);
            fail_some(2);
            let handle = pool.handle();
            assert_eq!(pool.submit(move || fib(&handle, 7)).result().unwrap(), 13);
            pool.shutdown();
            fail_spawns(0, 0);
        });
    }
}

#[test]
fn joins_and_scopes_without_help() {
    fn fib(pool: &PoolHandle, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (a, b) = earnest::join(pool, || fib(pool, n - 1), || fib(pool, n - 2));
        a + b
    }
    storm("joins_and_scopes_without_help", || {
        let pool = pool(4);
        fail_some(2);
        let handle = pool.handle();
        let sum = pool.submit(move || {
            let sums = [const { std::sync::atomic::AtomicU64::new(0) }; 3];
            earnest::scope(&handle, |scope| {
                for sum in &sums {
                    scope.execute(|| _ = sum.fetch_add(fib(&handle, 6), std::sync::atomic::Ordering::SeqCst));
                }
            });
            sums.map(std::sync::atomic::AtomicU64::into_inner).iter().sum::<u64>()
        });
        assert_eq!(sum.result().unwrap(), 3 * 8);
        pool.shutdown();
        fail_spawns(0, 0);
    });
}

/// Submissions that wait for room, from outside and from tasks.
#[test]
fn a_full_queue_is_worked_off() {
    storm("a_full_queue_is_worked_off", || {
        const EACH: usize = 12;
        let pool = earnest::ThreadPoolExecutor::builder().max_workers(3).queue_capacity(2).build().unwrap();
        fail_some(2);
        let (pool, tally) = (Arc::new(pool), Tally::new(3 * EACH));
        let (submit_to, counted) = (pool.clone(), tally.clone());
        on_threads(3, move |thread| {
            let tasks = thread * EACH..(thread + 1) * EACH;
            let submit = {
                let (handle, tally) = (submit_to.handle(), counted.clone());
                move || {
                    for task in tasks {
                        let tally = tally.clone();
                        handle.submit(move || tally.add(task)).detach();
                    }
                }
            };
            if thread == 0 { submit() } else { submit_to.submit(submit).result().unwrap() }
        });
        pool.shutdown();
        fail_spawns(0, 0);
        assert_eq!(tally.n_run(), 3 * EACH);
    });
}

/// When threads are to be had again, the pool has as many as it may.
#[test]
fn the_pool_recovers() {
    storm("the_pool_recovers", || {
        const WORKERS: usize = 4;
        let nth = fail_some(1);
        let pool = Arc::new(pool(WORKERS));
        let submit_to = pool.clone();
        on_threads(3, move |_| {
            for n in 0..6 {
                let outcome = submit_to.submit(move || n).result();
                assert!(outcome.is_ok() || nth == 1, "{outcome:?}");
            }
        });
        fail_spawns(0, 0);
        let met = Arc::new((earnest_sync::Mutex::new(0), Condvar::new()));
        let meeting: Vec<_> = (0..WORKERS)
            .map(|_| {
                let met = met.clone();
                pool.submit(move || {
                    let mut n = met.0.lock();
                    *n += 1;
                    met.1.notify_all();
                    while *n < WORKERS {
                        n = met.1.wait(n);
                    }
                })
            })
            .collect();
        meeting.into_iter().for_each(|future| future.result().unwrap());
        pool.shutdown();
    });
}
