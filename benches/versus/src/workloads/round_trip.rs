//! Submits one closure, waits for its result, and begins again.
//!
//! Metrics: `time` is the median of the single trips, `p99` what one in a hundred takes longer than.

use super::Workload;
use crate::contender::{Case, Contender, submitting};
use crate::measure::{Sample, Timer, median, nanos, quantile};
use crate::pools::{Pool, Submit, Threads, python, warm_up};
use std::time::Instant;

pub(super) fn workload() -> Workload {
    let mut contenders = submitting!(run);
    contenders.push(Contender::peer(Threads::name(), run::<Threads>));
    contenders.extend(python::contender(python::round_trip));
    Workload::new(
        "round_trip",
        20_000,
        "submit one, wait for it, and again: median and p99 of a trip",
        contenders,
    )
}

fn run<P: Submit>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let mut trips = Vec::with_capacity(case.n);
    let mut sum = 0;
    let timer = Timer::start();
    let mut before = Instant::now();
    // Lazy: the next is submitted when the one before has been taken.
    let one_by_one = (0..case.n as u64).map(|i| pool.submit(move || i + 1));
    pool.take_each(one_by_one, |value| {
        let now = Instant::now();
        trips.push(nanos(now - before));
        before = now;
        sum += value;
    });
    let sample = timer.stop(case.n);
    pool.end();
    let n = case.n as u64;
    assert_eq!(sum, n * (n + 1) / 2);
    sample.with("time", median(&mut trips)).with("p99", quantile(&mut trips, 0.99))
}
