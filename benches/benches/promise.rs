//! What one future costs where nothing waits.

use criterion::{Criterion, criterion_group, criterion_main};
use earnest_benches::{promise_complete_take, task_run_take};

fn futures(criterion: &mut Criterion) {
    criterion.bench_function("promise, complete, take", |bencher| bencher.iter(|| promise_complete_take(1)));
    criterion.bench_function("task, run, take", |bencher| bencher.iter(|| task_run_take(1)));
}

criterion_group!(benches, futures);
criterion_main!(benches);
