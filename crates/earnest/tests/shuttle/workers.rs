//! Many tasks on many workers.

use crate::tally::{Outcome, Tally};
use crate::{on_threads, pool};
use earnest_sync::storm;
use std::sync::{Arc, Mutex};

#[test]
fn each_of_hundreds_of_tasks_runs_once() {
    storm("each_of_hundreds_of_tasks_runs_once", || {
        const EACH: usize = 70;
        let (pool, tally) = (Arc::new(pool(8)), Tally::new(3 * EACH));
        let (submit_to, counted) = (pool.clone(), tally.clone());
        on_threads(3, move |thread| {
            let tasks = thread * EACH..(thread + 1) * EACH;
            let futures: Vec<_> = tasks
                .clone()
                .map(|task| {
                    let tally = counted.clone();
                    submit_to.submit(move || {
                        tally.add(task);
                        task
                    })
                })
                .collect();
            for (task, future) in tasks.zip(futures) {
                assert_eq!(future.result().unwrap(), task);
            }
        });
        assert_eq!(tally.n_run(), 3 * EACH);
        pool.shutdown();
    });
}

#[test]
fn tasks_that_submit_tasks_feed_sixteen_workers() {
    storm("tasks_that_submit_tasks_feed_sixteen_workers", || {
        const LEVELS: u32 = 6;
        fn grow(pool: &earnest::PoolHandle, tally: &Tally, node: usize, levels: u32) {
            tally.add(node);
            if levels > 0 {
                for child in [2 * node + 1, 2 * node + 2] {
                    let (next, tally) = (pool.clone(), tally.clone());
                    pool.submit(move || grow(&next, &tally, child, levels - 1)).detach();
                }
            }
        }
        let nodes = (2 << LEVELS) - 1;
        let (pool, tally) = (pool(16), Tally::new(nodes));
        let (handle, counted) = (pool.handle(), tally.clone());
        pool.submit(move || grow(&handle, &counted, 0, LEVELS)).result().unwrap();
        while tally.n_run() < nodes {
            earnest_sync::thread::yield_now();
        }
        pool.shutdown();
    });
}

#[test]
fn a_pool_that_is_resized_loses_nothing() {
    storm("a_pool_that_is_resized_loses_nothing", || {
        const TASKS: usize = 120;
        let (pool, tally) = (Arc::new(pool(4)), Tally::new(TASKS));
        let futures = Arc::new(Mutex::new(Vec::new()));
        let (resized, counted, kept) = (pool.clone(), tally.clone(), futures.clone());
        on_threads(2, move |thread| {
            if thread == 0 {
                for size in [1, 8, 2, 5, 1, 6] {
                    resized.set_max_workers(size).unwrap();
                }
            } else {
                for task in 0..TASKS {
                    let tally = counted.clone();
                    let future = resized.submit(move || {
                        tally.add(task);
                        task
                    });
                    kept.lock().unwrap().push(future);
                }
            }
        });
        for (task, future) in futures.lock().unwrap().drain(..).enumerate() {
            future.wait();
            assert_eq!(tally.settle(task, future), Outcome::Ran);
        }
        pool.shutdown();
        assert_eq!(pool.worker_count(), 0);
    });
}

#[test]
fn panics_cost_nobody_else_anything() {
    storm("panics_cost_nobody_else_anything", || {
        const TASKS: usize = 90;
        let pool = pool(5);
        let futures: Vec<_> = (0..TASKS)
            .map(|task| {
                pool.submit(move || {
                    if task % 3 == 0 {
                        std::panic::resume_unwind(Box::new(task));
                    }
                    task
                })
            })
            .collect();
        for (task, future) in futures.into_iter().enumerate() {
            match future.result() {
                Ok(value) => assert!(value == task && task % 3 != 0),
                Err(error) => {
                    let panic = error.into_panic().unwrap().into_panic();
                    assert_eq!(*panic.downcast::<usize>().unwrap(), task);
                }
            }
        }
        pool.shutdown();
    });
}

#[test]
fn a_full_queue_lets_nothing_be_lost() {
    storm("a_full_queue_lets_nothing_be_lost", || {
        const EACH: usize = 25;
        let pool = earnest::ThreadPoolExecutor::builder()
            .max_workers(3)
            .queue_capacity(2)
            .rejection_policy(earnest::RejectionPolicy::Block)
            .build()
            .unwrap();
        let (pool, tally) = (Arc::new(pool), Tally::new(3 * EACH));
        let (submit_to, counted) = (pool.clone(), tally.clone());
        on_threads(3, move |thread| {
            for task in thread * EACH..(thread + 1) * EACH {
                let tally = counted.clone();
                submit_to.submit(move || tally.add(task)).detach();
            }
        });
        pool.shutdown();
        assert_eq!(tally.n_run(), 3 * EACH);
    });
}
