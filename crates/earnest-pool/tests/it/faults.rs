//! Faults of the system: threads that cannot be had, memory that cannot be had, waits that are interrupted.

use crate::gate::gate;
use earnest_core::promise;
use earnest_pool::ThreadPoolExecutor;
use earnest_sync::fail_spawns;
use earnest_testing::{alone, watched};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// Whichever thread it is, and however many after it: a task is refused only where there is no worker at all, and all others
/// run. Once threads are to be had again, the pool has as many as it may.
#[test]
fn a_thread_that_cannot_be_started_costs_no_task_that_was_taken() {
    alone("faults::a_thread_that_cannot_be_started_costs_no_task_that_was_taken", || {
        for (nth, n) in (1..=5).flat_map(|nth| [1, 2, 3].map(|n| (nth, n))) {
            let pool = pool(4);
            fail_spawns(nth, n);
            let (open, gate) = gate();
            let futures: Vec<_> = (0..8)
                .map(|task| {
                    let gate = gate.clone();
                    pool.submit(move || {
                        gate.pass();
                        task
                    })
                })
                .collect();
            drop(open);
            let outcomes = watched("what was taken", || {
                futures.into_iter().map(earnest_core::Future::result).collect::<Vec<_>>()
            });
            let n_refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
            assert!(outcomes.iter().flatten().copied().eq(n_refused..8), "{nth}, {n}: {outcomes:?}");
            assert_eq!(n_refused, if nth == 1 { n as usize } else { 0 }, "{nth}, {n}");
            fail_spawns(0, 0);
            // All four meet.
            let barrier = Arc::new(std::sync::Barrier::new(4));
            let meeting: Vec<_> = (0..4)
                .map(|_| {
                    let barrier = barrier.clone();
                    pool.submit(move || _ = barrier.wait())
                })
                .collect();
            watched("four workers", || meeting.into_iter().for_each(|future| future.result().unwrap()));
            watched("the end", || pool.shutdown());
        }
    });
}

/// The system has room for some of the threads only.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(earnest_sanitizer, ignore = "a sanitizer needs the address space for itself")]
fn where_there_is_no_memory_for_threads_what_was_taken_runs() {
    alone("faults::where_there_is_no_memory_for_threads_what_was_taken_runs", || {
        let pool = ThreadPoolExecutor::builder().max_workers(64).stack_size(8 << 20).build().unwrap();
        earnest_testing::limit_address_space(200 << 20);
        let started = Arc::new(AtomicUsize::new(0));
        let (open, gate) = gate();
        let futures: Vec<_> = (0..64)
            .map(|task| {
                let (gate, started) = (gate.clone(), started.clone());
                pool.submit(move || {
                    started.fetch_add(1, SeqCst);
                    gate.pass();
                    task
                })
            })
            .collect();
        drop(open);
        let values: Vec<i32> = watched("what was taken", || {
            futures.into_iter().map(|future| future.result().unwrap()).collect()
        });
        assert!(values.into_iter().eq(0..64));
        assert_eq!(started.load(SeqCst), 64);
        assert!((1..64).contains(&pool.worker_count()), "{} workers", pool.worker_count());
        watched("the end", || pool.shutdown());
    });
}

/// Memory that cannot be had is the end of a program in Rust, in a task as elsewhere: it is no hang.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(earnest_sanitizer, ignore = "a sanitizer needs the address space for itself")]
fn a_task_for_which_there_is_no_memory_ends_the_program() {
    const CHILD: &str = "EARNEST_TEST_NO_MEMORY";
    if std::env::var_os(CHILD).is_some() {
        let pool = pool(1);
        assert_eq!(pool.submit(|| 1).result().unwrap(), 1);
        earnest_testing::limit_address_space(64 << 20);
        let mut kept = Vec::new();
        let (_open, gate) = gate();
        pool.submit(move || gate.pass()).detach();
        loop {
            let large = [7_u8; 4096];
            kept.push(pool.submit(move || large[0]));
        }
    }
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "faults::a_task_for_which_there_is_no_memory_ends_the_program", "--nocapture"]);
    let output = watched("the program", || child.env(CHILD, "1").output().unwrap());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("memory allocation of"), "{said}");
    let signal = std::os::unix::process::ExitStatusExt::signal(&output.status);
    assert_eq!(signal, Some(6), "it aborts");
}

/// A wait that the system ends for no reason goes on, and one with a time limit neither ends early nor begins anew.
#[cfg(target_os = "linux")]
#[test]
fn signals_end_no_wait() {
    alone("faults::signals_end_no_wait", || {
        let pool = pool(1);
        let (promise, future) = promise::<u32>();
        let waits = pool.submit(move || earnest_testing::interrupted(2_000, || future.result().unwrap()));
        let (other, unkept) = earnest_core::promise::<u32>();
        let timed_out = earnest_testing::interrupted(2_000, || {
            let begun = std::time::Instant::now();
            let timed_out = unkept.result_timeout(Duration::from_millis(60)).is_err();
            (timed_out, begun.elapsed() >= Duration::from_millis(60))
        });
        assert_eq!(timed_out, (true, true));
        drop(other);
        promise.complete(7).unwrap();
        assert_eq!(watched("the wait", || waits.result().unwrap()), 7);
    });
}
