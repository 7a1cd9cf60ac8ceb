//! Fork and join: Fibonacci numbers without cut-off, so that next to nothing is done between two joins.

use super::Workload;
use crate::contender::{Case, Contender};
use crate::lent::lend;
use crate::measure::{Sample, Timer};
use crate::pools::{Chili, Earnest, Forte, Pool, Rayon, warm_up, warm_up_executing};
use earnest::{ThreadPoolExecutor, join};
use std::hint::black_box;

const INPUT: u64 = 27;
const OUTPUT: u64 = 196_418;

/// So many joins make one number.
const JOINS: usize = 317_810;

/// Without pools that have no join.
pub(super) fn workload() -> Workload {
    let contenders = vec![
        Contender::ours(earnest),
        Contender::peer(Rayon::name(), rayon),
        Contender::peer(Chili::name(), chili),
        Contender::peer(Forte::name(), forte).apart(),
        Contender::reference("sequential", sequential),
    ];
    Workload::new("join_fib", 4 * JOINS, "fib(27) by join without cut-off, per join", contenders)
}

/// As many numbers as have that many joins, and one at least.
fn repeated(case: Case, mut fib: impl FnMut() -> u64) -> Sample {
    let times = (case.n / JOINS).max(1);
    let timer = Timer::start();
    let right = (0..times).all(|_| fib() == OUTPUT);
    let sample = timer.stop(times * JOINS);
    assert!(right);
    sample
}

fn earnest(case: Case) -> Sample {
    fn fib(pool: &ThreadPoolExecutor, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (a, b) = join(pool, || fib(pool, n - 1), || fib(pool, n - 2));
        a + b
    }
    lend::<Earnest, _>(case.workers, |pool| {
        warm_up(pool);
        repeated(case, || {
            pool.0.submit(|| fib(&pool.0, black_box(INPUT))).result().expect("it does not fail")
        })
    })
}

fn rayon(case: Case) -> Sample {
    fn fib(n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (a, b) = rayon::join(|| fib(n - 1), || fib(n - 2));
        a + b
    }
    let pool = Rayon::start(case.workers);
    warm_up_executing(&pool);
    let sample = repeated(case, || pool.0.install(|| fib(black_box(INPUT))));
    pool.end();
    sample
}

/// The caller is one of the workers, here and with forte.
fn chili(case: Case) -> Sample {
    fn fib(scope: &mut chili::Scope<'_>, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (a, b) = scope.join(|scope| fib(scope, n - 1), |scope| fib(scope, n - 2));
        a + b
    }
    let pool = Chili::start(case.workers);
    let mut scope = pool.0.scope();
    fib(&mut scope, 12);
    let sample = repeated(case, || fib(&mut scope, black_box(INPUT)));
    drop(scope);
    pool.end();
    sample
}

fn forte(case: Case) -> Sample {
    fn fib(worker: &forte::Worker, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (a, b) = worker.join(|worker| fib(worker, n - 1), |worker| fib(worker, n - 2));
        a + b
    }
    let pool = Forte::start(case.workers);
    pool.0.with_worker(|worker| {
        fib(worker, 12);
        repeated(case, || fib(worker, black_box(INPUT)))
    })
}

fn sequential(case: Case) -> Sample {
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    repeated(case, || fib(black_box(INPUT)))
}
