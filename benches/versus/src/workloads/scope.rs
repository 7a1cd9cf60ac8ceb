//! Tasks that borrow from the stack.

use super::Workload;
use crate::contender::{Case, Contender};
use crate::lent::lend;
use crate::measure::{Sample, Timer};
use crate::pools::{Earnest, Forte, Pool, Rayon, warm_up, warm_up_executing};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Without `std::thread::scope`, which starts a thread for each and is a hundred times behind.
pub(super) fn workload() -> Workload {
    let contenders = vec![
        Contender::ours(earnest),
        Contender { name: format!("{} (submit)", Earnest::name()), ..Contender::ours(earnest_submit) },
        Contender {
            name: format!("{} (on a worker)", Earnest::name()),
            ..Contender::ours(earnest_on_a_worker)
        },
        Contender::peer("rayon::scope", rayon_scope),
        Contender::peer("rayon::in_place_scope", rayon_in_place),
        Contender::peer("scoped_threadpool", scoped_threadpool),
        Contender::peer(Forte::name(), forte).apart(),
    ];
    Workload::new("scope", 100_000, "a scope with so many tasks that borrow from the stack", contenders)
}

/// What the tasks borrow.
struct Borrowed {
    values: Vec<u64>,
    sum: AtomicU64,
}

impl Borrowed {
    fn new(n: usize) -> Borrowed {
        Borrowed { values: (1..=n as u64).collect(), sum: AtomicU64::new(0) }
    }

    /// What a task does.
    fn add(&self, value: &u64) {
        self.sum.fetch_add(*value, Relaxed);
    }

    fn check(self) {
        assert_eq!(self.sum.into_inner(), self.values.iter().sum::<u64>());
    }
}

/// In place, as it is called; like the tasks of the others, these have no futures.
fn earnest(case: Case) -> Sample {
    in_place(case, execute_each)
}

/// With futures, which are let go.
fn earnest_submit(case: Case) -> Sample {
    in_place(case, |pool, borrowed| {
        earnest::scope(&pool.0, |s| {
            borrowed.values.iter().for_each(|value| s.submit(|| borrowed.add(value)).detach());
        });
    })
}

/// As that of rayon does by itself.
fn earnest_on_a_worker(case: Case) -> Sample {
    lend::<Earnest, _>(case.workers, |pool| {
        warm_up(pool);
        pool.0.submit(move || timed(pool, case, execute_each)).result().expect("it does not fail")
    })
}

fn execute_each(pool: &Earnest, borrowed: &Borrowed) {
    earnest::scope(&pool.0, |s| {
        borrowed.values.iter().for_each(|value| s.execute(|| borrowed.add(value)));
    });
}

fn in_place(case: Case, scope: impl FnOnce(&Earnest, &Borrowed)) -> Sample {
    let pool = Earnest::start(case.workers);
    warm_up(&pool);
    let sample = timed(&pool, case, scope);
    pool.end();
    sample
}

fn timed(pool: &Earnest, case: Case, scope: impl FnOnce(&Earnest, &Borrowed)) -> Sample {
    let borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    scope(pool, &borrowed);
    let sample = timer.stop(case.n);
    borrowed.check();
    sample
}

/// On a worker, and the caller waits.
fn rayon_scope(case: Case) -> Sample {
    let pool = Rayon::start(case.workers);
    warm_up_executing(&pool);
    let borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    pool.0.scope(|s| {
        borrowed.values.iter().for_each(|value| s.spawn(|_| borrowed.add(value)));
    });
    let sample = timer.stop(case.n);
    pool.end();
    borrowed.check();
    sample
}

fn rayon_in_place(case: Case) -> Sample {
    let pool = Rayon::start(case.workers);
    warm_up_executing(&pool);
    let borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    pool.0.in_place_scope(|s| {
        borrowed.values.iter().for_each(|value| s.spawn(|_| borrowed.add(value)));
    });
    let sample = timer.stop(case.n);
    pool.end();
    borrowed.check();
    sample
}

fn scoped_threadpool(case: Case) -> Sample {
    let mut pool = scoped_threadpool::Pool::new(case.workers as u32);
    let warm_up = Borrowed::new(512);
    pool.scoped(|s| warm_up.values.iter().for_each(|value| s.execute(|| warm_up.add(value))));
    warm_up.check();
    let borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    pool.scoped(|s| {
        borrowed.values.iter().for_each(|value| s.execute(|| borrowed.add(value)));
    });
    let sample = timer.stop(case.n);
    drop(pool);
    borrowed.check();
    sample
}

/// The caller is one of the workers.
fn forte(case: Case) -> Sample {
    let pool = Forte::start(case.workers);
    let scope = |borrowed: &Borrowed| {
        pool.0.scope(|s| borrowed.values.iter().for_each(|value| s.spawn(|_| borrowed.add(value))));
    };
    let warm_up = Borrowed::new(512);
    scope(&warm_up);
    warm_up.check();
    let borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    scope(&borrowed);
    let sample = timer.stop(case.n);
    borrowed.check();
    sample
}
