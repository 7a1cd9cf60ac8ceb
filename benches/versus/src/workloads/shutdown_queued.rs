//! Shuts a pool down whose queue is full, without running what is in it.
//!
//! Metrics: `ran` is the share of the tasks that ran all the same, between the workers' release and the shutdown.

use super::Workload;
use crate::contender::{Case, contenders};
use crate::gate::Gate;
use crate::measure::tally::TALLY;
use crate::measure::{Sample, Timer};
use crate::pools::{AsyncExecutor, ExecutorsStealing, Oneshot, Shutdown, TokioSpawn, warm_up};

/// The queue has to be filled for each, which takes longer than what is measured.
const ROUNDS: usize = 5;

/// Without those that run all they have before they end: rayon, threadpool, rusty_pool, the channel pool of executors, that
/// of futures, and tokio's threads for blocking code. Those of blocking never end.
pub(super) fn workload() -> Workload {
    let contenders = contenders!(run:
        Earnest, Oneshot<ExecutorsStealing>, AsyncExecutor, TokioSpawn,
    );
    let about = "a pool shut down with a full queue, which is not run";
    Workload::new("shutdown_queued", 1_000_000, about, contenders).with_workers(2).with_rounds(ROUNDS)
}

fn run<P: Shutdown>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let gate = Gate::close(&pool, case.workers);
    TALLY.expect(case.n);
    let handles: Vec<_> = (0..case.n as u64)
        .map(|i| {
            pool.submit(move || {
                TALLY.add();
                i
            })
        })
        .collect();
    let timer = Timer::start();
    let gated = gate.open();
    pool.shut_down();
    let sample = timer.stop(case.n);
    assert!(handles.iter().all(P::has_ended), "nobody waits for ever");
    drop(gated);
    sample.with("ran", TALLY.count() as f64 / case.n as f64)
}
