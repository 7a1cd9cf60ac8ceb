//! Results in the order in which they come.

use super::Workload;
use crate::contender::{Case, Contender};
use crate::measure::{Sample, Timer};
use crate::pools::{
    AsyncExecutor, Await, Blocking, Earnest, Execute, ExecutorsChannel, ExecutorsStealing, Futures, Oneshot,
    Pool, Rayon, RustyPool, Submit, Threadpool, TokioBlocking, TokioSpawn, python, warm_up,
    warm_up_executing,
};
use futures::StreamExt;
use futures::executor::block_on;
use futures::stream::FuturesUnordered;
use std::sync::mpsc;
use tokio::task::JoinSet;

/// Some have a channel, and no handles; some handles, and a set of them.
pub(super) fn workload() -> Workload {
    let channel = |name: String, run| Contender::peer(format!("{name} + mpsc"), run);
    let unordered = |name: String, run| Contender::peer(format!("{name} + FuturesUnordered"), run);
    let mut contenders = vec![
        Contender::ours(earnest),
        channel(Threadpool::name(), by_channel::<Threadpool>),
        channel(Rayon::name(), by_channel::<Rayon>),
        channel(ExecutorsChannel::name(), by_channel::<ExecutorsChannel>),
        channel(ExecutorsStealing::name(), by_channel::<ExecutorsStealing>),
        Contender::peer("rayon + crossbeam", by_crossbeam),
        unordered(Oneshot::<Rayon>::name(), by_unordered::<Oneshot<Rayon>>),
        unordered(RustyPool::name(), by_unordered::<RustyPool>),
        unordered(AsyncExecutor::name(), by_unordered::<AsyncExecutor>),
        unordered(Futures::name(), by_unordered::<Futures>),
        unordered(Blocking::name(), by_unordered::<Blocking>).apart(),
        Contender::peer("tokio spawn + JoinSet", tokio_spawn),
        Contender::peer("tokio spawn_blocking + JoinSet", tokio_blocking),
    ];
    contenders.extend(python::contender(python::as_completed));
    Workload::new(
        "as_completed",
        100_000,
        "submit, and take the results in the order of completion",
        contenders,
    )
}

fn check(sum: u64, n: usize) {
    let n = n as u64;
    assert_eq!(sum, n * (n + 1) / 2);
}

fn earnest(case: Case) -> Sample {
    let pool = Earnest::start(case.workers);
    warm_up(&pool);
    let timer = Timer::start();
    let mut futures = Vec::with_capacity(case.n);
    futures.extend((0..case.n as u64).map(|i| pool.submit(move || i + 1)));
    let completed = earnest::as_completed(futures);
    let sum = completed.map(|future| future.result().expect("it does not fail")).sum();
    let sample = timer.stop(case.n);
    pool.end();
    check(sum, case.n);
    sample
}

fn by_channel<P: Execute>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up_executing(&pool);
    let timer = Timer::start();
    let (sender, receiver) = mpsc::channel();
    for i in 0..case.n as u64 {
        let sender = sender.clone();
        pool.execute(move || sender.send(i + 1).expect("it is received"));
    }
    drop(sender);
    let sum = receiver.iter().sum();
    let sample = timer.stop(case.n);
    pool.end();
    check(sum, case.n);
    sample
}

fn by_crossbeam(case: Case) -> Sample {
    let pool = Rayon::start(case.workers);
    warm_up_executing(&pool);
    let timer = Timer::start();
    let (sender, receiver) = crossbeam_channel::unbounded();
    for i in 0..case.n as u64 {
        let sender = sender.clone();
        pool.execute(move || sender.send(i + 1).expect("it is received"));
    }
    drop(sender);
    let sum = receiver.iter().sum();
    let sample = timer.stop(case.n);
    pool.end();
    check(sum, case.n);
    sample
}

fn by_unordered<P: Await>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let timer = Timer::start();
    let futures = (0..case.n as u64).map(|i| P::future(pool.submit(move || i + 1)));
    let mut futures = futures.collect::<FuturesUnordered<_>>();
    let mut sum = 0;
    block_on(async {
        while let Some(value) = futures.next().await {
            sum += value;
        }
    });
    let sample = timer.stop(case.n);
    pool.end();
    check(sum, case.n);
    sample
}

fn tokio_spawn(case: Case) -> Sample {
    let pool = TokioSpawn::start(case.workers);
    warm_up(&pool);
    let sample = by_join_set(case, &pool.0, |tasks, i| _ = tasks.spawn(async move { i + 1 }));
    pool.end();
    sample
}

fn tokio_blocking(case: Case) -> Sample {
    let pool = TokioBlocking::start(case.workers);
    warm_up(&pool);
    let sample = by_join_set(case, &pool.0, |tasks, i| _ = tasks.spawn_blocking(move || i + 1));
    pool.end();
    sample
}

fn by_join_set(
    case: Case,
    runtime: &tokio::runtime::Runtime,
    spawn: impl Fn(&mut JoinSet<u64>, u64),
) -> Sample {
    let timer = Timer::start();
    let mut sum = 0;
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        (0..case.n as u64).for_each(|i| spawn(&mut tasks, i));
        while let Some(value) = tasks.join_next().await {
            sum += value.expect("it does not fail");
        }
    });
    let sample = timer.stop(case.n);
    check(sum, case.n);
    sample
}
