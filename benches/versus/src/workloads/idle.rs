//! A pool that has run something and is left alone.
//!
//! An item is a millisecond. Metrics, of the whole process and the whole time: `cpu` in nanoseconds, and `switches`, which
//! are the voluntary ones and include the one of the thread that sleeps meanwhile.

use super::Workload;
use crate::contender::{Case, submitting};
use crate::measure::{Sample, nanos, processor_time, switches};
use crate::pools::{Submit, warm_up};
use std::thread;
use std::time::Duration;

/// Once, since it takes so long.
pub(super) fn workload() -> Workload {
    let contenders = submitting!(run);
    let about = "processor time and voluntary switches over 10 s, after some tasks";
    Workload::new("idle", 10_000, about, contenders).with_workers(2).with_rounds(1).fixed()
}

fn run<P: Submit>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let (processor, switched) = (processor_time(), switches::voluntary());
    thread::sleep(Duration::from_millis(case.n as u64));
    let (processor, switched) = (processor_time() - processor, switches::voluntary() - switched);
    pool.end();
    Sample::of(case.n).with("cpu", nanos(processor)).with("switches", switched as f64)
}
