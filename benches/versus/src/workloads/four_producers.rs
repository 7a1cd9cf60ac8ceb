//! Four threads outside hand closures to one pool at the same time.

use super::Workload;
use super::fire_and_forget::count;
use crate::contender::{Case, executing};
use crate::measure::tally::TALLY;
use crate::measure::{Sample, Timer};
use crate::pools::{Execute, warm_up_executing};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;

const PRODUCERS: usize = 4;

/// Without a thread for each task, which is far behind and says nothing new.
pub(super) fn workload() -> Workload {
    let contenders = executing!(run);
    let about = "closures that capture 24 bytes, from four threads outside, until all have run";
    Workload::new("four_producers", 1_000_000, about, contenders)
}

fn run<P: Execute>(case: Case) -> Sample {
    let each = case.n.div_ceil(PRODUCERS);
    let n = each * PRODUCERS;
    let pool = P::start(case.workers);
    warm_up_executing(&pool);
    TALLY.expect(n);
    let start = Barrier::new(PRODUCERS + 1);
    let sample = thread::scope(|s| {
        for _ in 0..PRODUCERS {
            s.spawn(|| {
                start.wait();
                for i in 0..each as u64 {
                    let tally = black_box(&TALLY);
                    let second = i + 1;
                    pool.execute(move || count(tally, i, second));
                }
            });
        }
        start.wait();
        let timer = Timer::start();
        TALLY.wait();
        timer.stop(n)
    });
    pool.end();
    TALLY.check();
    sample
}
