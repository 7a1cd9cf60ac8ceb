//! Shutdowns while others submit, cancel and wait.

use crate::tally::{Outcome, Tally};
use crate::{on_threads, pool};
use earnest::Shutdown;
use earnest_sync::storm;
use std::sync::{Arc, Mutex};

/// Each submission runs, is cancelled, or is refused with its closure: never two of these, never none.
#[test]
fn every_submission_is_accounted_for() {
    storm("every_submission_is_accounted_for", || {
        const EACH: usize = 40;
        let (pool, tally) = (Arc::new(pool(6)), Tally::new(3 * EACH));
        let futures = Arc::new(Mutex::new(Vec::new()));
        let (shared, counted, kept) = (pool.clone(), tally.clone(), futures.clone());
        on_threads(5, move |thread| match thread {
            0 => shared.shutdown(),
            1 => shared.shutdown_with(Shutdown { cancel_pending: true, ..Shutdown::default() }).unwrap(),
            _ => {
                for task in (thread - 2) * EACH..(thread - 1) * EACH {
                    let tally = counted.clone();
                    let submitted = shared.try_submit(move || {
                        tally.add(task);
                        task
                    });
                    match submitted {
                        Ok(future) => kept.lock().unwrap().push((task, future)),
                        // The closure comes back, unrun.
                        Err(refused) => assert!(!counted.has_run(task), "{refused}"),
                    }
                }
            }
        });
        // Both have returned: nothing is left to run.
        let kept = futures.lock().unwrap().drain(..).collect::<Vec<_>>();
        let n_ran = kept.into_iter().fold(0, |n_ran, (task, future)| {
            let outcome = tally.settle(task, future);
            assert_ne!(outcome, Outcome::Refused, "task {task} was taken");
            n_ran + usize::from(outcome == Outcome::Ran)
        });
        assert_eq!(n_ran, tally.n_run());
        assert_eq!(pool.worker_count(), 0);
    });
}

#[test]
fn a_dropped_pool_runs_what_it_has_taken() {
    storm("a_dropped_pool_runs_what_it_has_taken", || {
        const TASKS: usize = 60;
        let (pool, tally) = (pool(4), Tally::new(2 * TASKS));
        let futures: Vec<_> = (0..TASKS)
            .map(|task| {
                let (tally, handle) = (tally.clone(), pool.handle());
                pool.submit(move || {
                    tally.add(task);
                    // From inside, which may come too late.
                    let (inner, counted) = (TASKS + task, tally.clone());
                    let submitted = handle.submit(move || {
                        counted.add(inner);
                        inner
                    });
                    (inner, submitted)
                })
            })
            .collect();
        drop(pool);
        for (task, future) in futures.into_iter().enumerate() {
            assert!(future.is_done(), "the future of task {task} is left");
            let (inner, submitted) = future.result().unwrap();
            tally.settle(inner, submitted);
            assert!(tally.has_run(task));
        }
    });
}

#[test]
fn cancelling_shuts_out_running_and_running_cancelling() {
    storm("cancelling_shuts_out_running_and_running_cancelling", || {
        const TASKS: usize = 80;
        let (pool, tally) = (pool(4), Tally::new(TASKS));
        let futures: Vec<_> = (0..TASKS)
            .map(|task| {
                let tally = tally.clone();
                pool.submit(move || {
                    tally.add(task);
                    task
                })
            })
            .collect();
        let handles: Arc<[_]> = futures.iter().map(earnest::Future::cancel_handle).collect();
        let n_cancelled = Arc::new(Mutex::new(0));
        let (cancelled, counted) = (n_cancelled.clone(), tally.clone());
        on_threads(3, move |thread| {
            for (task, handle) in handles.iter().enumerate().skip(thread).step_by(2) {
                if handle.cancel() {
                    assert!(!counted.has_run(task));
                    *cancelled.lock().unwrap() += 1;
                }
            }
        });
        pool.shutdown();
        let outcomes: Vec<_> =
            futures.into_iter().enumerate().map(|(task, future)| tally.settle(task, future)).collect();
        let n = outcomes.iter().filter(|outcome| **outcome == Outcome::Cancelled).count();
        assert!(n <= *n_cancelled.lock().unwrap(), "more are cancelled than were asked to be");
    });
}
