//! The operations that are measured: by criterion in `benches/`, and counted by `bin/counts.rs`.
//!
//! Each does what it does so many times, so that what it needs once, such as a pool, is no part of it. What needs a worker
//! happens on the only worker of a pool, inside of one task: there nothing depends on when threads come to run.

use earnest::{
    CompletionSet, ExecutorExt, Future, MapExt, MapOptions, PoolHandle, ThreadPoolExecutor, as_completed,
    join, promise, scope, task,
};
use std::hint::black_box;

/// A future's life without any waiting: made, completed and taken on one thread.
pub fn promise_complete_take(times: u64) {
    for _ in 0..times {
        let (promise, future) = promise();
        black_box(promise.complete(black_box(7_u64)).is_ok());
        black_box(future.result().ok());
    }
}

/// A task's life without any executor: made, run and taken on one thread.
pub fn task_run_take(times: u64) {
    for _ in 0..times {
        let captured = black_box(7_u64);
        let (runnable, future) = task(move || captured + 1);
        runnable.run();
        black_box(future.result().ok());
    }
}

/// A task that is cancelled before it begins, and comes to its executor afterwards.
pub fn task_cancel(times: u64) {
    for _ in 0..times {
        let captured = black_box(7_u64);
        let (runnable, future) = task(move || captured + 1);
        black_box(future.cancel());
        runnable.run();
    }
}

/// A future with one callback.
pub fn callback(times: u64) {
    for _ in 0..times {
        let (promise, future) = promise();
        future.add_done_callback(|outcome| _ = black_box(outcome.ok()));
        black_box(promise.complete(black_box(7_u64)).is_ok());
    }
}

/// A future made of another by a closure.
pub fn derived(times: u64) {
    for _ in 0..times {
        let (promise, future) = promise();
        let derived = future.map(|value: u64| value + 1);
        black_box(promise.complete(black_box(7_u64)).is_ok());
        black_box(derived.result().ok());
    }
}

/// Futures that complete one after another, and are given out in that order. That they are made and completed is part of
/// it.
pub fn as_completed_each(times: u64) {
    let (promises, futures): (Vec<_>, Vec<Future<u64>>) = (0..times).map(|_| promise()).unzip();
    let completed = as_completed(futures);
    promises.into_iter().for_each(|promise| _ = black_box(promise.complete(7)));
    completed.for_each(|future| _ = black_box(future.result().ok()));
}

/// The same by a set, to which they are added one by one.
pub fn completion_set_each(times: u64) {
    let mut set = CompletionSet::new();
    for _ in 0..times {
        let (promise, future) = promise();
        set.push(future);
        black_box(promise.complete(7_u64).is_ok());
        black_box(set.next().map(Future::result));
    }
}

/// A task that submits another, and waits for it.
pub fn submit_and_wait_on_a_worker(times: u64) {
    on_a_worker(move |pool| {
        for _ in 0..times {
            let captured = black_box(7_u64);
            black_box(pool.submit(move || captured + 1).result().ok());
        }
    });
}

/// Tasks of which nobody wants to know, from the task that submits them to the worker that runs them.
pub fn execute_on_a_worker(times: u64) {
    on_a_worker(move |pool| {
        for _ in 0..times {
            let captured = black_box(7_u64);
            black_box(pool.execute(move || _ = black_box(captured + 1)).is_ok());
        }
    });
}

/// Two closures side by side, of which nobody takes the second.
pub fn join_on_a_worker(times: u64) {
    on_a_worker(move |pool| {
        for _ in 0..times {
            black_box(join(pool, || black_box(7_u64), || black_box(8_u64)));
        }
    });
}

/// The tasks of one scope, which borrow, and which nobody else runs.
pub fn scope_task_on_a_worker(times: u64) {
    on_a_worker(move |pool| {
        let captured = black_box(7_u64);
        scope(pool, |s| (0..times).for_each(|_| s.submit(|| _ = black_box(captured + 1)).detach()));
    });
}

/// An item of an ordered map.
pub fn map_item_on_a_worker(times: u64) {
    on_a_worker(move |pool| pool.map(0..times, |n| n + 1).for_each(|value| _ = black_box(value.ok())));
}

/// An item of an ordered map, a hundred at a time.
pub fn map_chunked_item_on_a_worker(times: u64) {
    on_a_worker(move |pool| {
        let options = MapOptions::new().chunk_size(100);
        pool.map_with(options, 0..times, |n| n + 1).for_each(|value| _ = black_box(value.ok()));
    });
}

fn on_a_worker(f: impl FnOnce(&PoolHandle) + Send + 'static) {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().expect("one worker is a pool");
    let handle = pool.handle();
    pool.submit(move || f(&handle)).result().expect("it does not fail");
}
