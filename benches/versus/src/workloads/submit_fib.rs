//! Fork and join by what a pool has for any task: Fibonacci numbers whose tasks wait for tasks.

use super::Workload;
use crate::contender::{Case, Contender};
use crate::lent::lend;
use crate::measure::{Sample, Timer};
use crate::pools::{Earnest, Pool, Rayon, TokioSpawn, warm_up, warm_up_executing};
use std::hint::black_box;
use std::pin::Pin;

/// As for fork and join.
const INPUT: u64 = 27;
const OUTPUT: u64 = 196_418;

/// So many tasks make one number.
const TASKS: usize = 317_810;

/// Without pools whose tasks cannot wait for each other: with these it never ends.
pub(super) fn workload() -> Workload {
    let contenders = vec![
        Contender::ours(earnest),
        Contender::peer("rayon::scope", rayon),
        Contender::peer(TokioSpawn::name(), tokio),
    ];
    Workload::new("submit_fib", TASKS, "fib(27) by tasks that wait for tasks, per task", contenders)
}

/// As many numbers as have that many tasks, and one at least.
fn repeated(case: Case, mut fib: impl FnMut() -> u64) -> Sample {
    let times = (case.n / TASKS).max(1);
    let timer = Timer::start();
    let right = (0..times).all(|_| fib() == OUTPUT);
    let sample = timer.stop(times * TASKS);
    assert!(right);
    sample
}

fn earnest(case: Case) -> Sample {
    fn fib(pool: &'static Earnest, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let a = pool.0.submit(move || fib(pool, n - 1));
        let b = fib(pool, n - 2);
        a.result().expect("it does not fail") + b
    }
    lend::<Earnest, _>(case.workers, |pool| {
        warm_up(pool);
        repeated(case, || {
            pool.0.submit(move || fib(pool, black_box(INPUT))).result().expect("it does not fail")
        })
    })
}

fn rayon(case: Case) -> Sample {
    fn fib(n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let mut a = 0;
        let b = rayon::scope(|s| {
            s.spawn(|_| a = fib(n - 1));
            fib(n - 2)
        });
        a + b
    }
    let pool = Rayon::start(case.workers);
    warm_up_executing(&pool);
    let sample = repeated(case, || pool.0.install(|| fib(black_box(INPUT))));
    pool.end();
    sample
}

fn tokio(case: Case) -> Sample {
    fn fib(n: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
        Box::pin(async move {
            if n < 2 {
                return n;
            }
            let a = tokio::spawn(fib(n - 1));
            let b = fib(n - 2).await;
            a.await.expect("it does not fail") + b
        })
    }
    let pool = TokioSpawn::start(case.workers);
    warm_up(&pool);
    let sample = repeated(case, || {
        let root = pool.0.spawn(fib(black_box(INPUT)));
        pool.0.block_on(root).expect("it does not fail")
    });
    pool.end();
    sample
}
