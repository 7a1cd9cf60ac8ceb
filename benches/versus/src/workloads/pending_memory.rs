//! What a task takes up that has not begun.
//!
//! Metrics: `allocations` and `bytes` for each task, the handle included and the place in the queue; `handle` is the
//! handle's part of the bytes.

use super::Workload;
use crate::contender::{Case, submitting};
use crate::gate::Gate;
use crate::measure::Sample;
use crate::measure::allocator::counted;
use crate::pools::{Submit, warm_up};

/// Counts do not scatter as times do.
const ROUNDS: usize = 3;

pub(super) fn workload() -> Workload {
    let contenders = submitting!(run);
    let about = "allocations and live bytes of a queued task, its handle included";
    Workload::new("pending_memory", 100_000, about, contenders).with_workers(2).with_rounds(ROUNDS).fixed()
}

fn run<P: Submit>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let gate = Gate::close(&pool, case.workers);
    let mut handles = Vec::with_capacity(case.n);
    let allocated = counted(|| handles.extend((0..case.n as u64).map(|i| pool.submit(move || i + 1))));
    let gated = gate.open();
    let mut sum = 0;
    pool.take_each(handles, |value| sum += value);
    pool.take_each(gated, |()| ());
    pool.end();
    let n = case.n as u64;
    assert_eq!(sum, n * (n + 1) / 2);

    let handle = size_of::<P::Handle<u64>>() as f64;
    let each = |count: f64| count / case.n as f64;
    Sample::of(case.n)
        .with("allocations", each(allocated.allocations as f64))
        .with("bytes", each(allocated.bytes as f64) + handle)
        .with("handle", handle)
}
