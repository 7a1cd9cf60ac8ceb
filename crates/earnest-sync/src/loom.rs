//! How models are explored.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Explores every execution of `f` within the bounds of the environment and prints how many there were.
///
/// The line it prints, `model NAME: N iterations`, is what `cargo xtask loom` holds against the recorded floor.
/// `LOOM_MAX_DURATION` and `LOOM_MAX_PERMUTATIONS` are refused: either would end the search early and pass.
pub fn model(name: &str, f: impl Fn() + Send + Sync + 'static) {
    explore(name, usize::MAX, f);
}

/// Like [`model`], for what would not end otherwise, or not soon: with at most as many preemptive switches of thread as the
/// lower bound says, and where `EARNEST_LOOM_FULL` is set, as the upper one says.
pub fn model_bounded(name: &str, preemptions: RangeInclusive<usize>, f: impl Fn() + Send + Sync + 'static) {
    let is_full = std::env::var_os("EARNEST_LOOM_FULL").is_some();
    explore(name, if is_full { *preemptions.end() } else { *preemptions.start() }, f);
}

fn explore(name: &str, preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    for truncating in ["LOOM_MAX_DURATION", "LOOM_MAX_PERMUTATIONS"] {
        assert!(std::env::var_os(truncating).is_none(), "{truncating} truncates models silently");
    }
    let iterations = Arc::new(AtomicUsize::new(0));
    let counted = iterations.clone();
    let mut builder = loom::model::Builder::new();
    if preemptions < builder.preemption_bound.unwrap_or(usize::MAX) {
        builder.preemption_bound = Some(preemptions);
    }
    builder.check(move || {
        counted.fetch_add(1, Relaxed);
        f();
    });
    println!("model {name}: {} iterations", iterations.load(Relaxed));
}

/// Explores what comes after this no further: each execution runs on to its end in one way.
///
/// For the end of a pool, where it is not what the model is about. Asserts still hold, and a deadlock still shows.
pub fn explored() {
    loom::skip_branch();
}
