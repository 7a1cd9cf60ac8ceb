//! Cancels tasks one by one that have not begun.
//!
//! Metrics: `time` and `cpu` are of the cancelling; `drained` is the time until the pool has nothing left to do either:
//! some only mark a task, and do away with it when its turn comes.

use super::Workload;
use crate::contender::{Case, Contender, contenders};
use crate::gate::Gate;
use crate::measure::tally::TALLY;
use crate::measure::{Sample, Timer, nanos};
use crate::pools::{AsyncExecutor, Blocking, Cancel, Futures, Pool, TokioBlocking, TokioSpawn, warm_up};
use std::time::Instant;

/// The queue has to be filled for each, which takes longer than what is measured.
const ROUNDS: usize = 5;

/// Pools whose handles are channels cannot.
pub(super) fn workload() -> Workload {
    let mut contenders = contenders!(run: Earnest, AsyncExecutor, TokioSpawn, TokioBlocking, Futures);
    contenders.push(Contender::peer(Blocking::name(), run::<Blocking>).apart());
    let about = "queued tasks cancelled one by one, by their handles";
    Workload::new("cancel_queued", 1_000_000, about, contenders).with_workers(2).with_rounds(ROUNDS)
}

fn run<P: Cancel>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let gate = Gate::close(&pool, case.workers);
    // None of them.
    TALLY.expect(0);
    let handles: Vec<_> = (0..case.n as u64)
        .map(|i| {
            pool.submit(move || {
                TALLY.add();
                i
            })
        })
        .collect();
    let began = Instant::now();
    let timer = Timer::start();
    handles.into_iter().for_each(P::cancel);
    let sample = timer.stop(case.n);
    pool.take_each(gate.open(), |()| ());
    let last = pool.submit(|| ());
    pool.take_each([last], |()| ());
    let drained = nanos(began.elapsed()) / case.n as f64;
    pool.end();
    TALLY.check();
    sample.with("drained", drained)
}
