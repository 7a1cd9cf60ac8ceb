//! Closures of which nobody wants to know, until the last has run.

use super::Workload;
use crate::contender::{Case, Contender, contenders, executing};
use crate::measure::tally::{TALLY, Tally};
use crate::measure::{Sample, Timer};
use crate::pools::{
    Execute, ExecutorsChannel, ExecutorsStealing, Pool, Rayon, RustyPool, Threadpool, Threads,
    warm_up_executing,
};
use std::hint::black_box;

pub(super) fn workload() -> Workload {
    let mut contenders = executing!(three_words);
    contenders.push(Contender::peer(Threads::name(), three_words::<Threads>));
    let about = "closures that capture 24 bytes, from one thread outside, until all have run";
    Workload::new("fire_and_forget", 1_000_000, about, contenders)
}

/// Without those that are far behind with larger closures.
pub(super) fn zero_sized() -> Workload {
    let contenders = contenders!(nothing:
        Earnest, ExecutorsChannel, ExecutorsStealing, Threadpool, Rayon, RustyPool,
    );
    let about = "closures that capture nothing, likewise";
    Workload::new("fire_and_forget_zst", 1_000_000, about, contenders)
}

/// What is executed in a task that captures three words.
pub(super) fn count(tally: &Tally, first: u64, second: u64) {
    black_box(first ^ second);
    tally.add();
}

fn three_words<P: Execute>(case: Case) -> Sample {
    let n = case.n;
    run::<P>(case, |pool| {
        for i in 0..n as u64 {
            let tally = black_box(&TALLY);
            let second = i + 1;
            pool.execute(move || count(tally, i, second));
        }
    })
}

fn nothing<P: Execute>(case: Case) -> Sample {
    let n = case.n;
    run::<P>(case, |pool| (0..n).for_each(|_| pool.execute(|| TALLY.add())))
}

fn run<P: Execute>(case: Case, execute_all: impl FnOnce(&P)) -> Sample {
    let pool = P::start(case.workers);
    warm_up_executing(&pool);
    TALLY.expect(case.n);
    let timer = Timer::start();
    execute_all(&pool);
    TALLY.wait();
    let sample = timer.stop(case.n);
    pool.end();
    TALLY.check();
    sample
}
