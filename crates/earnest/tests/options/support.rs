use earnest::{Executor, ExecutorExt, Future, TaskContext, TaskOptions, ThreadPoolExecutor};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

pub(crate) fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// A task that has begun when this returns, and ends when it is asked to, with what `f` makes of its context.
pub(crate) fn begun<T: Send + 'static>(
    executor: &impl Executor,
    options: TaskOptions,
    f: impl FnOnce(&TaskContext<'_>) -> T + Send + 'static,
) -> Future<T> {
    let (begin, begins) = channel();
    let future = executor.submit_with(options, move |context| {
        begin.send(()).unwrap();
        context.token().wait();
        f(context)
    });
    begins.recv().unwrap();
    future
}

/// Like `begun`, for a task whose time is up soon after that, whatever the machine is doing.
pub(crate) fn begun_in_time<T: Send + 'static>(
    executor: &impl Executor,
    f: impl FnOnce(&TaskContext<'_>) -> T + Clone + Send + 'static,
) -> Future<T> {
    let mut timeout = Duration::from_millis(10);
    loop {
        let (begin, begins) = channel();
        let f = f.clone();
        let future = executor.submit_with(TaskOptions::new().timeout(timeout), move |context| {
            begin.send(()).unwrap();
            context.token().wait();
            f(context)
        });
        if begins.recv().is_ok() {
            return future;
        }
        timeout *= 2;
    }
}

/// Holds up a worker until the sender is dropped, once it has begun.
pub(crate) fn hold_up(pool: &ThreadPoolExecutor) -> std::sync::mpsc::Sender<()> {
    let (open, gate): (_, Receiver<()>) = channel();
    let (begin, begins) = channel();
    pool.submit(move || {
        begin.send(()).unwrap();
        gate.recv().unwrap_err();
    })
    .detach();
    begins.recv().unwrap();
    open
}
