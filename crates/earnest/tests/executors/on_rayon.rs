//! `RayonExecutor`: how it is tested, and what it promises besides.

use crate::subject::{AnyExecutor, Hold, Queueing, Subject, THREADS};
use earnest::{ExecutorExt, RayonExecutor};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Arc;
use std::thread;

pub(crate) struct OwnPool(RayonExecutor);

impl OwnPool {
    pub(crate) fn new() -> Self {
        Self(RayonExecutor::new(rayon_pool(THREADS)))
    }
}

impl Subject for OwnPool {
    type Executor = RayonExecutor;
    fn executor(&self) -> &RayonExecutor {
        &self.0
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(self.0.clone())
    }
}

impl Queueing for OwnPool {
    fn hold(&self) -> Hold {
        Hold::fill(&self.0, THREADS)
    }
}

pub(crate) struct GlobalPool(RayonExecutor);

impl GlobalPool {
    pub(crate) fn new() -> Self {
        Self(RayonExecutor::global())
    }
}

impl Subject for GlobalPool {
    type Executor = RayonExecutor;
    fn executor(&self) -> &RayonExecutor {
        &self.0
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(self.0.clone())
    }
}

fn rayon_pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("rayon's own {index}"))
        .build()
        .unwrap()
}

fn thread_name() -> Option<String> {
    thread::current().name().map(str::to_owned)
}

#[test]
fn what_was_submitted_runs_though_the_pool_is_dropped() {
    let executor = RayonExecutor::new(rayon_pool(1));
    let hold = Hold::fill(&executor, 1);
    let futures = [0, 1, 2].map(|n| executor.submit(move || n));
    drop(executor);
    assert!(!futures.iter().any(|future| future.is_done()));
    drop(hold);
    assert_eq!(futures.map(|future| future.result().unwrap()), [0, 1, 2]);
}

#[test]
fn a_task_may_be_the_last_to_hold_the_pool() {
    let executor = RayonExecutor::new(rayon_pool(1));
    let hold = Hold::fill(&executor, 1);
    let future = executor.submit({
        let executor = executor.clone();
        move || drop(executor)
    });
    drop(executor);
    drop(hold);
    future.result().unwrap();
}

#[test]
fn the_pool_can_be_shared_with_others() {
    let pool = Arc::new(rayon_pool(1));
    let executor = RayonExecutor::new(pool.clone());
    let ours = executor.submit(thread_name).result().unwrap();
    assert_eq!(ours.as_deref(), Some("rayon's own 0"));
    assert_eq!(ours, pool.install(thread_name));
}

#[test]
fn on_a_thread_of_another_pool_global_means_that_pool() {
    let future = rayon_pool(1).install(|| RayonExecutor::global().submit(thread_name));
    assert_eq!(future.result().unwrap().as_deref(), Some("rayon's own 0"));
}
