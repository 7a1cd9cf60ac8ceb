//! A tree of tasks: each starts two others from inside a worker.

use super::Workload;
use crate::contender::{Case, executing};
use crate::lent::lend;
use crate::measure::tally::TALLY;
use crate::measure::{Sample, Timer};
use crate::pools::{Execute, warm_up_executing};

/// Without a thread for each task, which is hundreds of times behind.
pub(super) fn workload() -> Workload {
    let contenders = executing!(run);
    Workload::new(
        "nested",
        131_071,
        "a binary tree of tasks, each of which starts two from inside",
        contenders,
    )
}

fn run<P: Execute>(case: Case) -> Sample {
    // A whole tree has one task less than a power of two.
    let levels = (case.n + 1).ilog2();
    let n = (1 << levels) - 1;
    let sample = lend::<P, _>(case.workers, |pool| {
        warm_up_executing(pool);
        TALLY.expect(n);
        let timer = Timer::start();
        pool.execute(move || grow(pool, levels - 1));
        TALLY.wait();
        timer.stop(n)
    });
    TALLY.check();
    sample
}

fn grow<P: Execute>(pool: &'static P, levels: u32) {
    if levels > 0 {
        pool.execute_nested(move || grow(pool, levels - 1));
        pool.execute_nested(move || grow(pool, levels - 1));
    }
    TALLY.add();
}
