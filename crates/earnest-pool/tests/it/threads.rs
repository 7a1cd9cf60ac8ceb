use crate::gate::{occupy, pool};
use earnest_core::State;
use earnest_pool::ThreadPoolExecutor;
use earnest_testing::conform;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;

/// Rows 87, 88: tasks that need each other all start, up to the limit.
#[test]
fn tasks_that_need_each_other_all_start() {
    conform("87 88", |claims| {
        for workers in [1, 2, 3, 8] {
            for _ in 0..if cfg!(miri) { 1 } else { 50 } {
                let pool = pool(workers);
                claims.is(leaders_of_tasks_that_meet(&pool, workers), 1);
                claims.is(pool.worker_count(), workers);
            }
        }
    });
}

/// Rows 2b.h, 3.2.1: however many tasks have run before, and whoever has gone to rest since, tasks that need each other
/// all start.
#[test]
fn tasks_that_need_each_other_all_start_whatever_came_before() {
    conform("2b.h 3.2.1", |claims| {
        let rested = pool(4);
        let (before, rounds) = if cfg!(miri) { (1, 3) } else { (300, 200) };
        for _ in 0..before {
            claims.is(leaders_of_tasks_that_meet(&rested, 4), 1);
        }
        for round in 0..rounds {
            let busy = pool(4);
            // Some run, and others are queued behind them, when those come that need each other.
            let (open, running) = occupy(&busy, 1 + round % 4);
            let queued: Vec<_> = (0..round % 50).map(|_| busy.submit(|| ())).collect();
            drop(open);
            claims.is(leaders_of_tasks_that_meet(&busy, 4), 1);
            running.into_iter().chain(queued).for_each(|future| future.result().unwrap());
        }
    });
}

/// How many of `n` tasks that wait for each other at a barrier lead there: one, if they all come.
fn leaders_of_tasks_that_meet(pool: &ThreadPoolExecutor, n: usize) -> usize {
    let all = Arc::new(Barrier::new(n));
    let meet = |_| {
        let all = all.clone();
        pool.submit(move || usize::from(all.wait().is_leader()))
    };
    let futures: Vec<_> = (0..n).map(meet).collect();
    futures.into_iter().map(|future| future.result().unwrap()).sum()
}

#[test]
fn nested_tasks_that_need_each_other_all_start() {
    let rounds = if cfg!(miri) { 1 } else { 100 };
    for _ in 0..rounds {
        let pool = ThreadPoolExecutor::builder().max_workers(4).build().unwrap();
        let handle = pool.handle();
        let all = Arc::new(Barrier::new(4));
        let leader = pool.submit(move || {
            for _ in 0..3 {
                let all = all.clone();
                handle.submit(move || all.wait()).detach();
            }
            all.wait();
        });
        leader.result().unwrap();
    }
}

/// Rows 23, 1.4.6: a worker counts as free before its outcome is seen, so that one is enough for tasks that are submitted
/// one after the other.
#[test]
fn submit_result_submit_uses_one_thread() {
    conform("23 1.4.6", |claims| {
        let pool = pool(8);
        let n_tasks = if cfg!(miri) { 10 } else { 2_000 };
        for n in 0..n_tasks {
            claims.is(pool.submit(move || n).result().unwrap(), n);
        }
        claims.is(pool.worker_count(), 1);
    });
}

/// Rows 22, 1.4.6: threads are started on demand; fifteen times as many tasks as workers, all of which hold their
/// threads, have as many threads as there may be, and all run in the end.
#[test]
fn threads_are_started_on_demand_up_to_the_limit() {
    conform("22 1.4.6", |claims| {
        let pool = pool(3);
        let mut occupied = Vec::new();
        for n in 0..3 {
            claims.is(pool.worker_count(), n);
            occupied.push(occupy(&pool, 1));
        }
        let queued: Vec<_> = (0..42).map(|n| pool.submit(move || n)).collect();
        claims.is(pool.worker_count(), 3);
        claims.that(queued.iter().all(|future| future.state() == State::Pending), "nothing runs beyond that");
        for (open, running) in occupied {
            drop(open);
            running.into_iter().for_each(|future| future.result().unwrap());
        }
        claims.is(queued.into_iter().map(|future| future.result().unwrap()).sum::<i32>(), 861);
        claims.is(pool.worker_count(), 3);
    });
}

/// The names of the threads of `pool` when `n` tasks run side by side.
fn names(pool: &ThreadPoolExecutor, n: usize) -> BTreeSet<String> {
    let all = Arc::new(Barrier::new(n));
    let name = |_| {
        let all = all.clone();
        pool.submit(move || {
            all.wait();
            thread::current().name().unwrap_or_default().to_owned()
        })
    };
    let futures: Vec<_> = (0..n).map(name).collect();
    futures.into_iter().map(|future| future.result().unwrap()).collect()
}

fn numbered(prefix: &str, n: usize) -> BTreeSet<String> {
    (0..n).map(|n| format!("{prefix}_{n}")).collect()
}

/// Rows 73, 1.4.2: threads are named by the prefix and a number that counts from zero.
#[test]
fn threads_are_named_by_the_prefix_given() {
    conform("73 1.4.2", |claims| {
        let builder = ThreadPoolExecutor::builder().max_workers(5);
        let pool = builder.thread_name_prefix("SpecialPool").build().unwrap();
        claims.is(names(&pool, 5), numbered("SpecialPool", 5));
    });
}

/// Rows 74, 1.4.2: without a prefix, pools are numbered, each with a number of its own.
#[test]
fn threads_of_pools_without_a_prefix_are_named_by_a_number() {
    conform("74 1.4.2", |claims| {
        let pools = [pool(5), pool(5)];
        let prefixes = pools.each_ref().map(|pool| {
            let names = names(pool, 5);
            let prefix = names.first().unwrap().strip_suffix("_0").unwrap().to_owned();
            claims.is(names, numbered(&prefix, 5));
            prefix
        });
        for prefix in &prefixes {
            let number = prefix.strip_prefix("ThreadPoolExecutor-").map(str::parse::<usize>);
            claims.that(matches!(number, Some(Ok(_))), "the prefix ends in a number");
        }
        claims.that(prefixes[0] != prefixes[1], "no two pools have the same");
    });
}

/// Row 99: the system knows the name too, as much of it as it keeps.
#[test]
#[cfg(target_os = "linux")]
#[cfg_attr(miri, ignore = "Miri's system says nothing of the program's threads")]
fn the_system_knows_the_names_of_threads() {
    conform("99", |claims| {
        let read = || std::fs::read_to_string("/proc/thread-self/comm").unwrap();
        claims.is(pool(1).submit(read).result().unwrap().trim_end(), "ThreadPoolExecu");
    });
}

#[test]
fn threads_have_the_stack_they_were_given() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).stack_size(8 << 20).build().unwrap();
    let uses_half = || {
        let big = [1_u8; if cfg!(miri) { 4 << 10 } else { 4 << 20 }];
        std::hint::black_box(&big)[7]
    };
    assert_eq!(pool.submit(uses_half).result().unwrap(), 1);
}

/// Rows 1.4.14, 2b.i, 3.2.2: where no thread can be started for it, a task is refused with its closure, and never runs;
/// where there is a worker, the task waits for that one.
#[test]
#[cfg_attr(miri, ignore = "under Miri there is a thread for everything")]
fn a_task_for_which_there_is_no_thread_is_refused_or_runs_and_never_both() {
    conform("1.4.14 2b.i 3.2.2", |claims| {
        let impossible = ThreadPoolExecutor::builder().max_workers(2).stack_size(1 << 46).build().unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let refused = impossible.try_submit(move || counted.fetch_add(1, SeqCst)).unwrap_err();
        claims.is(impossible.worker_count(), 0);
        let counted = runs.clone();
        let submitted = impossible.submit(move || counted.fetch_add(1, SeqCst));
        claims.that(submitted.result().unwrap_err().is_rejected(), "a submission that is refused says so");
        impossible.shutdown();
        claims.is(runs.load(SeqCst), 0);
        claims.is(refused.into_inner()(), 0);
    });
}
