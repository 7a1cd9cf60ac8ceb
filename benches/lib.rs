//! The operations that are measured: by criterion in `benches/`, and counted by `bin/counts.rs`.

use earnest_core::{promise, task};
use std::hint::black_box;

/// A future's life without any waiting: made, completed and taken on one thread.
pub fn promise_complete_take() {
    let (promise, future) = promise();
    black_box(promise.complete(black_box(7_u64)).is_ok());
    black_box(future.result().ok());
}

/// A task's life without any executor: made, run and taken on one thread.
pub fn task_run_take() {
    let captured = black_box(7_u64);
    let (runnable, future) = task(move || captured + 1);
    runnable.run();
    black_box(future.result().ok());
}
