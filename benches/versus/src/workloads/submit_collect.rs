//! Submits closures, keeps all handles, and takes the results in order.

use super::Workload;
use crate::contender::{Case, Contender, submitting};
use crate::measure::{Sample, Timer};
use crate::pools::{Pool, Submit, Threads, python, warm_up};

pub(super) fn workload() -> Workload {
    let mut contenders = submitting!(run);
    contenders.push(Contender::peer(Threads::name(), run::<Threads>));
    contenders.extend(python::contender(python::submit_collect));
    Workload::new(
        "submit_collect",
        200_000,
        "submit, keep all handles, take the results in order",
        contenders,
    )
}

fn run<P: Submit>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let timer = Timer::start();
    let sum = submit_and_collect(&pool, case.n);
    let sample = timer.stop(case.n);
    pool.end();
    assert_eq!(sum, expected(case.n));
    sample
}

/// The sum of the results.
pub(super) fn submit_and_collect<P: Submit>(pool: &P, n: usize) -> u64 {
    let mut handles = Vec::with_capacity(n);
    handles.extend((0..n as u64).map(|i| pool.submit(move || i + 1)));
    let mut sum = 0;
    pool.take_each(handles, |value| sum += value);
    sum
}

pub(super) fn expected(n: usize) -> u64 {
    let n = n as u64;
    n * (n + 1) / 2
}
