//! Submits a closure to a pool that has been idle for 10 ms.
//!
//! Metrics: `time` is the median until its result is there, `start` until it runs.

use super::Workload;
use crate::contender::{Case, submitting};
use crate::measure::{Sample, median, nanos};
use crate::pools::{Submit, warm_up};
use std::thread;
use std::time::{Duration, Instant};

const IDLE: Duration = Duration::from_millis(10);

pub(super) fn workload() -> Workload {
    let contenders = submitting!(run);
    Workload::new("wake", 20, "a round trip after 10 ms of idling, median", contenders).fixed()
}

fn run<P: Submit>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let (mut starts, mut times) = (Vec::new(), Vec::new());
    for _ in 0..case.n {
        thread::sleep(IDLE);
        let submitted = Instant::now();
        let handle = pool.submit(Instant::now);
        pool.take_each([handle], |started| {
            times.push(nanos(submitted.elapsed()));
            starts.push(nanos(started - submitted));
        });
    }
    pool.end();
    assert_eq!(times.len(), case.n);
    Sample::of(case.n).with("time", median(&mut times)).with("start", median(&mut starts))
}
