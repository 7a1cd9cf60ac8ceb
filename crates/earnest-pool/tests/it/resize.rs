//! More workers and fewer, while tasks run; workers that end when they have long been idle.

use crate::gate::{gate, occupy, pool};
use earnest_pool::{BuildError, Shutdown, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

/// Returns when there are `n` threads.
fn settles_at(pool: &ThreadPoolExecutor, n: usize) {
    watched(&format!("settles at {n}"), || {
        while pool.worker_count() != n {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

#[test]
fn a_number_that_makes_no_sense_is_an_error_and_changes_nothing() {
    let pool = pool(3);
    for n in [0, 5_000, usize::MAX] {
        assert_eq!(pool.set_max_workers(n), Err(BuildError::MaxWorkers(n)));
    }
    assert_eq!(pool.max_workers(), 3);
}

#[test]
fn more_workers_come_for_what_is_queued_already() {
    let pool = pool(1);
    let all = Arc::new(Barrier::new(5));
    let meet = |_| {
        let all = all.clone();
        pool.submit(move || {
            all.wait();
        })
    };
    let futures: Vec<_> = (0..4).map(meet).collect();
    pool.set_max_workers(4).unwrap();
    watched("they meet", || all.wait());
    futures.into_iter().for_each(|future| future.result().unwrap());
    assert_eq!((pool.max_workers(), pool.worker_count(), pool.stats().max_workers), (4, 4, 4));
}

#[test]
fn a_pool_can_grow_far_beyond_what_it_was_made_for() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).max_spare_workers(0).build().unwrap();
    for n in [2, 20, 60] {
        pool.set_max_workers(n).unwrap();
        let (open, futures) = occupy(&pool, n);
        assert_eq!(pool.worker_count(), n);
        drop(open);
        futures.into_iter().for_each(|future| future.result().unwrap());
    }
}

#[test]
fn a_pool_that_is_closed_can_be_resized_and_runs_what_is_queued() {
    for n in [1, 2] {
        let pool = pool(1);
        let (open, _running) = occupy(&pool, 1);
        let queued: Vec<_> = (0..3).map(|n| pool.submit(move || n)).collect();
        pool.shutdown_with(Shutdown { wait: false, ..Shutdown::default() }).unwrap();
        pool.set_max_workers(n).unwrap();
        drop(open);
        let values: Vec<_> = queued.into_iter().map(|future| future.result().unwrap()).collect();
        assert_eq!(values, [0, 1, 2]);
    }
}

#[test]
fn idle_workers_end_at_once_when_there_are_to_be_fewer() {
    let pool = pool(8);
    drop(occupy(&pool, 8));
    assert_eq!(pool.worker_count(), 8);
    pool.set_max_workers(3).unwrap();
    settles_at(&pool, 3);
    pool.set_max_workers(1).unwrap();
    settles_at(&pool, 1);
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
}

#[test]
fn busy_workers_end_after_the_task_that_they_are_at() {
    let pool = pool(4);
    let (open, futures) = occupy(&pool, 4);
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    // Each steps aside when it is next to take a task; until all have, the first of these may overlap.
    let queued: Vec<_> = (0..200)
        .map(|n| {
            let (running, most) = (running.clone(), most.clone());
            pool.submit(move || {
                let now = running.fetch_add(1, SeqCst) + 1;
                if n >= 100 {
                    most.fetch_max(now, SeqCst);
                }
                thread::yield_now();
                running.fetch_sub(1, SeqCst);
            })
        })
        .collect();
    pool.set_max_workers(1).unwrap();
    drop(open);
    futures.into_iter().chain(queued).for_each(|future| future.result().unwrap());
    assert_eq!(most.load(SeqCst), 1);
    settles_at(&pool, 1);
}

#[test]
fn what_a_worker_that_ends_had_queued_itself_is_run_by_others() {
    let (rounds, n_tasks) = if cfg!(miri) { (3, 20) } else { (50, 50) };
    for _ in 0..rounds {
        let pool = pool(2);
        let handle = pool.handle();
        let (open, busy) = occupy(&pool, 1);
        let inner = pool.submit(move || (0..n_tasks).map(|n| handle.submit(move || n)).collect::<Vec<_>>());
        pool.set_max_workers(1).unwrap();
        drop(open);
        busy.into_iter().for_each(|future| future.result().unwrap());
        let sum: i32 = watched("what was left", || {
            inner.result().unwrap().into_iter().map(|future| future.result().unwrap()).sum()
        });
        assert_eq!(sum, n_tasks * (n_tasks - 1) / 2);
    }
}

#[test]
fn tasks_that_wait_are_told_when_nobody_else_may_come_any_more() {
    let pool = ThreadPoolExecutor::builder().max_workers(2).max_spare_workers(0).build().unwrap();
    let handle = pool.handle();
    let (open, gate) = gate();
    let (begin, begins) = channel();
    let outer = pool.submit(move || {
        // Another worker runs it, and then this one may have to.
        let inner = handle.submit(move || gate.pass());
        begin.send(()).unwrap();
        inner.result().unwrap();
        handle.submit(|| 7).result().unwrap()
    });
    begins.recv().unwrap();
    pool.set_max_workers(1).unwrap();
    drop(open);
    assert_eq!(watched("a shrunk pool", || outer.result().unwrap()), 7);
}

#[test]
fn nothing_is_lost_in_a_storm_of_sizes_and_the_pool_settles() {
    storm(if cfg!(miri) { 100 } else { 100_000 });
}

/// Sizes from 1 to 64 at random while tasks run, some of which submit others and wait for them.
pub(crate) fn storm(tasks: usize) {
    let pool = pool(4);
    let ran = Arc::new(AtomicUsize::new(0));
    let done = AtomicUsize::new(0);
    watched("a storm of sizes", || {
        thread::scope(|threads| {
            threads.spawn(|| {
                let mut random = 0x9e37_79b9_u64;
                while done.load(SeqCst) == 0 {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    pool.set_max_workers(1 + (random >> 58) as usize).unwrap();
                    thread::yield_now();
                }
            });
            let mut left = tasks;
            while left > 0 {
                let n = left.min(1_000);
                let submit = |n: usize| {
                    let (ran, handle) = (ran.clone(), pool.handle());
                    pool.submit(move || {
                        if n % 50 == 0 {
                            handle.submit(|| ()).result().unwrap();
                        }
                        ran.fetch_add(1, SeqCst);
                    })
                };
                let futures: Vec<_> = (0..n).map(submit).collect();
                futures.into_iter().for_each(|future| future.result().unwrap());
                left -= n;
            }
            done.store(1, SeqCst);
        });
    });
    assert_eq!(ran.load(SeqCst), tasks);
    pool.set_max_workers(64).unwrap();
    drop(occupy(&pool, 64));
    assert_eq!(pool.worker_count(), 64);
    pool.set_max_workers(5).unwrap();
    settles_at(&pool, 5);
    drop(occupy(&pool, 5));
    assert_eq!(pool.worker_count(), 5);
}

#[test]
fn workers_that_have_long_been_idle_end_but_for_the_core() {
    for core in [0, 2] {
        let finalized = Arc::new(AtomicUsize::new(0));
        let seen = finalized.clone();
        let pool = ThreadPoolExecutor::builder()
            .max_workers(4)
            .keep_alive(Duration::from_millis(20))
            .core_workers(core)
            .finalizer(move || {
                seen.fetch_add(1, SeqCst);
            })
            .build()
            .unwrap();
        for round in 1..4 {
            drop(occupy(&pool, 4));
            settles_at(&pool, core);
            thread::sleep(Duration::from_millis(60));
            assert_eq!(pool.worker_count(), core);
            assert!(finalized.load(SeqCst) >= round * (4 - core) - 1);
        }
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
    }
}

#[test]
fn submissions_race_workers_that_end() {
    let pool = ThreadPoolExecutor::builder().max_workers(2).keep_alive(Duration::ZERO).build().unwrap();
    let n_tasks = if cfg!(miri) { 50 } else { 5_000 };
    watched("submissions", || {
        for n in 0..n_tasks {
            assert_eq!(pool.submit(move || n).result().unwrap(), n);
            if n % 100 == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
}

#[test]
fn a_shutdown_races_workers_that_end() {
    let rounds = if cfg!(miri) { 5 } else { 200 };
    for _ in 0..rounds {
        let pool = ThreadPoolExecutor::builder().max_workers(3).keep_alive(Duration::ZERO).build().unwrap();
        drop(occupy(&pool, 3));
        pool.set_max_workers(1).unwrap();
        watched("a shutdown", || pool.shutdown());
        assert_eq!(pool.worker_count(), 0);
    }
}

#[test]
fn a_worker_on_its_way_out_holds_up_nobody() {
    let (open, gate) = gate();
    let (tell, told) = channel();
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .keep_alive(Duration::ZERO)
        .finalizer(move || {
            tell.send(()).unwrap();
            gate.pass();
        })
        .build()
        .unwrap();
    for n in 0..3 {
        // The one before is still in its finalizer, and has its place.
        assert_eq!(watched("another worker", || pool.submit(move || n).result().unwrap()), n);
        told.recv().unwrap();
    }
    drop(open);
}

#[test]
#[cfg(target_os = "linux")]
fn a_worker_of_the_core_that_is_idle_comes_to_rest() {
    let builder = ThreadPoolExecutor::builder().max_workers(2).core_workers(1);
    let pool = builder.keep_alive(Duration::ZERO).build().unwrap();
    let thread = pool.submit(|| std::fs::read_link("/proc/thread-self").unwrap()).result().unwrap();
    let time_run = std::path::Path::new("/proc").join(thread).join("schedstat");
    let time_run = || std::fs::read_to_string(&time_run).unwrap();
    watched("it rests", || {
        let mut before = time_run();
        loop {
            thread::sleep(Duration::from_millis(50));
            let now = time_run();
            if now == before {
                break;
            }
            before = now;
        }
    });
    assert_eq!(pool.worker_count(), 1);
}
