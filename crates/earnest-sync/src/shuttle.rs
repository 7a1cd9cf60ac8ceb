//! How what is too large for the model checker is tried: under random schedules, each of which can be repeated.

use shuttle::rand::{RngCore, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, MaxSteps, Runner};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

/// How many schedules have a seed in common.
const PER_SEED: usize = 50;
/// How many changes of priority the schedules have that look for bugs of few steps.
const DEPTH: usize = 3;
const STACK_SIZE: usize = 1 << 18;
/// A run of so many steps does not end.
const MOST_STEPS: usize = 4_000_000;

/// Runs `f` under schedules from `EARNEST_SHUTTLE_SEEDS` seeds, the first of which is `EARNEST_SHUTTLE_SEED`: for each seed
/// some where the next thread is drawn anew at each step, and some where threads have random priorities, which change a few
/// times (S. Burckhardt et al., *A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs*, 2010).
///
/// # Panics
///
/// As `f` does, or where all threads wait for one another. The seed is printed before.
pub fn storm(name: &str, f: impl Fn() + Send + Sync + 'static) {
    let first = setting("EARNEST_SHUTTLE_SEED", 1);
    let n_seeds = setting("EARNEST_SHUTTLE_SEEDS", 1);
    let f = Arc::new(f);
    for seed in (0..n_seeds).map(|n| first.wrapping_add(n)) {
        run(name, seed, RandomScheduler::new_from_seed(seed, PER_SEED), f.clone());
        run(name, seed, PctScheduler::new_from_seed(seed, DEPTH, PER_SEED), f.clone());
    }
    println!("storm {name}: {} schedules from seed {first} on", 2 * PER_SEED as u64 * n_seeds);
}

fn run(
    name: &str,
    seed: u64,
    scheduler: impl Scheduler + 'static,
    f: Arc<impl Fn() + Send + Sync + 'static>,
) {
    let mut config = Config::new();
    config.stack_size = STACK_SIZE;
    config.max_steps = MaxSteps::FailAfter(MOST_STEPS);
    let runner = Runner::new(scheduler, config);
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| runner.run(move || f()))) {
        eprintln!("storm {name} fails: cargo xtask shuttle --seed {seed} --seeds 1 {name}");
        resume_unwind(payload);
    }
}

/// A number below `n`, drawn by the schedule: in a storm, who repeats the one has the other again.
pub fn draw(n: u32) -> u32 {
    (thread_rng().next_u64() % u64::from(n)) as u32
}

fn setting(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{variable} is not a number: {value}")),
        Err(_) => default,
    }
}
