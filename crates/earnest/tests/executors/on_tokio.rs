//! `TokioExecutor`: how it is tested, and what it promises besides.

use crate::subject::{AnyExecutor, Hold, Queueing, Subject, THREADS};
use earnest::{ExecutorExt, TokioExecutor};
use std::panic::catch_unwind;
use std::sync::{Arc, mpsc};
use tokio::runtime;

pub(crate) struct Runtime {
    executor: TokioExecutor,
    _runtime: runtime::Runtime,
}

impl Runtime {
    pub(crate) fn new() -> Self {
        let runtime = tokio_runtime(THREADS);
        Self { executor: TokioExecutor::new(runtime.handle().clone()), _runtime: runtime }
    }
}

impl Subject for Runtime {
    type Executor = TokioExecutor;
    fn executor(&self) -> &TokioExecutor {
        &self.executor
    }
    fn handle(&self) -> AnyExecutor {
        Arc::new(self.executor.clone())
    }
}

impl Queueing for Runtime {
    fn hold(&self) -> Hold {
        Hold::fill(&self.executor, THREADS)
    }
}

fn tokio_runtime(blocking_threads: usize) -> runtime::Runtime {
    runtime::Builder::new_current_thread().max_blocking_threads(blocking_threads).build().unwrap()
}

#[test]
fn a_task_of_a_runtime_that_has_shut_down_is_abandoned() {
    let runtime = tokio_runtime(1);
    let executor = TokioExecutor::new(runtime.handle().clone());
    assert_eq!(executor.submit(|| 7).result().unwrap(), 7);
    drop(runtime);
    let captured = Arc::new(());
    let future = executor.submit({
        let captured = captured.clone();
        move || captured
    });
    assert!(future.is_done(), "tokio drops it in `submit`");
    assert_eq!(Arc::strong_count(&captured), 1);
    assert!(future.result().unwrap_err().is_abandoned());

    let future = executor.try_submit(|| 7).expect("accepted, as far as one can tell");
    assert!(future.result().unwrap_err().is_abandoned());
}

#[test]
fn what_runs_or_is_queued_when_the_runtime_shuts_down_ends() {
    let runtime = tokio_runtime(1);
    let executor = TokioExecutor::new(runtime.handle().clone());
    let (started, start) = mpsc::channel();
    let (gate, opened) = mpsc::channel::<()>();
    let running = executor.submit(move || {
        started.send(()).unwrap();
        opened.recv().unwrap_err();
        7
    });
    start.recv().unwrap();
    let queued: Vec<_> = (0..10).map(|n| executor.submit(move || n)).collect();
    runtime.shutdown_background();
    drop(gate);
    assert_eq!(running.result().unwrap(), 7, "what runs is not interrupted");
    for (n, future) in queued.into_iter().enumerate() {
        // Which of the two is tokio's decision, and not documented there.
        match future.result() {
            Ok(value) => assert_eq!(value, n),
            Err(error) => assert!(error.is_abandoned()),
        }
    }
}

#[test]
fn dropping_the_runtime_waits_for_what_runs() {
    let runtime = tokio_runtime(1);
    let executor = TokioExecutor::new(runtime.handle().clone());
    let (started, start) = mpsc::channel();
    let running = executor.submit(move || started.send(()).unwrap());
    start.recv().unwrap();
    drop(runtime);
    assert!(running.is_done());
}

#[test]
fn within_a_runtime_the_current_one_is_meant() {
    let runtime = tokio_runtime(1);
    let answer = runtime.block_on(async { TokioExecutor::current().submit(|| 6 * 7).await });
    assert_eq!(answer.unwrap(), 42);
}

#[test]
fn outside_of_a_runtime_there_is_no_current_one() {
    assert!(catch_unwind(TokioExecutor::current).is_err());
}

#[test]
fn a_task_may_use_the_runtime() {
    let runtime = tokio_runtime(2);
    let executor = TokioExecutor::new(runtime.handle().clone());
    let outer = executor.submit(|| TokioExecutor::current().submit(|| 7));
    assert_eq!(outer.result().unwrap().result().unwrap(), 7);
}
