//! Tasks that borrow from the stack.

use super::Workload;
use crate::contender::{Case, Contender};
use crate::lent::lend;
use crate::measure::{Sample, Timer};
use crate::pools::{Earnest, Forte, Pool, Rayon, warm_up, warm_up_executing};
use std::hint::black_box;

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

/// What the tasks borrow: each an element for itself, and something with all others.
struct Borrowed {
    values: Vec<u64>,
    added: u64,
}

impl Borrowed {
    fn new(n: usize) -> Borrowed {
        Borrowed { values: (0..n as u64).collect(), added: black_box(3) }
    }

    /// What there is for tasks to [do](Borrowed::add).
    fn parts(&mut self) -> (impl Iterator<Item = &mut u64>, &u64) {
        (self.values.iter_mut(), &self.added)
    }

    fn check(self) {
        assert!((self.added..).zip(self.values).all(|(expected, value)| value == expected));
    }
}

/// What a task does.
fn add(value: &mut u64, added: &u64) {
    *value += *added;
}

/// In place, as it is called; like the tasks of the others, these have no futures.
fn earnest(case: Case) -> Sample {
    in_place(case, execute_each)
}

/// With futures, which are let go.
fn earnest_submit(case: Case) -> Sample {
    in_place(case, |pool, borrowed| {
        let (values, added) = borrowed.parts();
        earnest::scope(&pool.0, |s| values.for_each(|value| s.submit(move || add(value, added)).detach()));
    })
}

/// As that of rayon does by itself.
fn earnest_on_a_worker(case: Case) -> Sample {
    lend::<Earnest, _>(case.workers, |pool| {
        warm_up(pool);
        pool.0.submit(move || timed(pool, case, execute_each)).result().expect("it does not fail")
    })
}

fn execute_each(pool: &Earnest, borrowed: &mut Borrowed) {
    let (values, added) = borrowed.parts();
    earnest::scope(&pool.0, |s| values.for_each(|value| s.execute(move || add(value, added))));
}

fn in_place(case: Case, scope: impl FnOnce(&Earnest, &mut Borrowed)) -> Sample {
    let pool = Earnest::start(case.workers);
    warm_up(&pool);
    let sample = timed(&pool, case, scope);
    pool.end();
    sample
}

fn timed(pool: &Earnest, case: Case, scope: impl FnOnce(&Earnest, &mut Borrowed)) -> Sample {
    let mut borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    scope(pool, &mut borrowed);
    let sample = timer.stop(case.n);
    borrowed.check();
    sample
}

/// On a worker, and the caller waits.
fn rayon_scope(case: Case) -> Sample {
    let pool = Rayon::start(case.workers);
    warm_up_executing(&pool);
    let mut borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    let (values, added) = borrowed.parts();
    pool.0.scope(|s| values.for_each(|value| s.spawn(move |_| add(value, added))));
    let sample = timer.stop(case.n);
    pool.end();
    borrowed.check();
    sample
}

fn rayon_in_place(case: Case) -> Sample {
    let pool = Rayon::start(case.workers);
    warm_up_executing(&pool);
    let mut borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    let (values, added) = borrowed.parts();
    pool.0.in_place_scope(|s| values.for_each(|value| s.spawn(move |_| add(value, added))));
    let sample = timer.stop(case.n);
    pool.end();
    borrowed.check();
    sample
}

fn scoped_threadpool(case: Case) -> Sample {
    let mut pool = scoped_threadpool::Pool::new(case.workers as u32);
    let mut warm_up = Borrowed::new(512);
    let (values, added) = warm_up.parts();
    pool.scoped(|s| values.for_each(|value| s.execute(move || add(value, added))));
    warm_up.check();
    let mut borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    let (values, added) = borrowed.parts();
    pool.scoped(|s| values.for_each(|value| s.execute(move || add(value, added))));
    let sample = timer.stop(case.n);
    drop(pool);
    borrowed.check();
    sample
}

/// The caller is one of the workers.
fn forte(case: Case) -> Sample {
    let pool = Forte::start(case.workers);
    let scope = |borrowed: &mut Borrowed| {
        let (values, added) = borrowed.parts();
        pool.0.scope(|s| values.for_each(|value| s.spawn(move |_| add(value, added))));
    };
    let mut warm_up = Borrowed::new(512);
    scope(&mut warm_up);
    warm_up.check();
    let mut borrowed = Borrowed::new(case.n);
    let timer = Timer::start();
    scope(&mut borrowed);
    let sample = timer.stop(case.n);
    borrowed.check();
    sample
}
