//! Whether a task costs the same among few and among many.

use super::Workload;
use super::submit_collect::{expected, submit_and_collect};
use crate::contender::{Case, contenders};
use crate::measure::{Sample, Timer};
use crate::pools::{ExecutorsChannel, Oneshot, Rayon, Submit, Threadpool, TokioSpawn, warm_up};
use std::collections::VecDeque;

/// The greatest takes seconds.
const ROUNDS: usize = 3;

/// Few tasks are submitted and collected so often that there are these many at least: fewer are over too soon to be timed.
const FEWEST: usize = 20_000;

/// How many handles are alive at most, where not all are.
const WINDOW: usize = 100_000;

/// One for each size, and for each the fastest peers and tokio: the rest would take minutes.
pub(super) fn all_alive() -> impl Iterator<Item = Workload> {
    sizes().map(|n| {
        let contenders = contenders!(all:
            Earnest, Oneshot<ExecutorsChannel>, Oneshot<Threadpool>, Oneshot<Rayon>, TokioSpawn,
        );
        let about = "submit so many, keep all handles, take the results in order";
        Workload::new(format!("growth_all/{n}"), n, about, contenders)
            .with_workers(2)
            .with_rounds(ROUNDS)
            .fixed()
    })
}

pub(super) fn window_alive() -> impl Iterator<Item = Workload> {
    sizes().map(|n| {
        let contenders = contenders!(window:
            Earnest, Oneshot<ExecutorsChannel>, Oneshot<Threadpool>, Oneshot<Rayon>, TokioSpawn,
        );
        let about = "the same with 100,000 handles at most, the oldest of which makes room for the next";
        Workload::new(format!("growth_window/{n}"), n, about, contenders)
            .with_workers(2)
            .with_rounds(ROUNDS)
            .fixed()
    })
}

fn sizes() -> impl Iterator<Item = usize> {
    (3..=7).map(|zeros| 10_usize.pow(zeros))
}

fn all<P: Submit>(case: Case) -> Sample {
    repeated(case, submit_and_collect::<P>)
}

fn window<P: Submit>(case: Case) -> Sample {
    repeated(case, |pool: &P, n| {
        let window = n.min(WINDOW);
        let mut alive = VecDeque::with_capacity(window);
        // Each step submits one, and gives the oldest when there are so many; the last steps only give.
        let oldest = (0..n + window).filter_map(|i| {
            let oldest = if i >= window { alive.pop_front() } else { None };
            if i < n {
                let i = i as u64;
                alive.push_back(pool.submit(move || i + 1));
            }
            oldest
        });
        let mut sum = 0;
        pool.take_each(oldest, |value| sum += value);
        sum
    })
}

fn repeated<P: Submit>(case: Case, f: impl Fn(&P, usize) -> u64) -> Sample {
    let times = FEWEST.div_ceil(case.n);
    let pool = P::start(case.workers);
    warm_up(&pool);
    let timer = Timer::start();
    let right = (0..times).all(|_| f(&pool, case.n) == expected(case.n));
    let sample = timer.stop(case.n * times);
    pool.end();
    assert!(right);
    Sample { n: case.n, ..sample }
}
