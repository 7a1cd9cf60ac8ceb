//! What models get: the same names over loom.

pub use loom::cell::UnsafeCell;
pub use loom::hint::spin_loop;
pub use loom::sync::Arc;
pub use loom::sync::atomic::Ordering;
#[cfg(not(earnest_mutants))]
pub use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, fence};
pub use loom::thread;
#[doc(hidden)]
pub use loom::thread_local as loom_thread_local;

#[cfg(earnest_mutants)]
pub use crate::weak::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, fence};

use crate::hosted::Instant;
use std::sync::atomic::{AtomicUsize as StdAtomicUsize, Ordering::Relaxed};

/// One value per thread of the model, written as `std`'s macro is for a constant initializer.
#[macro_export]
macro_rules! thread_local {
    (static $name:ident: $type:ty = const { $init:expr };) => {
        $crate::loom_thread_local! { static $name: $type = $init; }
    };
}

#[doc(hidden)]
pub use loom::lazy_static as loom_lazy_static;

/// One value for all threads of the model, made anew for each execution.
#[macro_export]
macro_rules! global {
    (static $name:ident: $type:ty = $init:expr;) => {
        $crate::loom_lazy_static! { static ref $name: $type = $init; }
    };
}

/// Whether a thread can wait for another.
pub const CAN_BLOCK: bool = true;

/// The number of this process.
pub fn process_id() -> u32 {
    std::process::id()
}

/// Whether this build runs under the model checker.
pub const MODEL: bool = true;

/// Models have no clock.
pub fn now() -> Option<Instant> {
    None
}

/// loom's mutex, with the shim's signature.
#[derive(Debug, Default)]
pub struct Mutex<T>(loom::sync::Mutex<T>);

/// Holds a [`Mutex`] locked.
pub type MutexGuard<'a, T> = loom::sync::MutexGuard<'a, T>;

impl<T> Mutex<T> {
    /// An unlocked mutex.
    pub fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    /// Blocks until the lock is held.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap()
    }
}

/// loom's condition variable, with the shim's signature.
#[derive(Debug, Default)]
pub struct Condvar(loom::sync::Condvar);

impl Condvar {
    /// A condition nobody waits for.
    pub fn new() -> Self {
        Self(loom::sync::Condvar::new())
    }

    /// Blocks until notified.
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(guard).unwrap()
    }

    /// Models have no clock: a model that lets time run out does so from a thread of its own.
    pub fn wait_deadline<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _deadline: Option<Instant>,
    ) -> MutexGuard<'a, T> {
        self.wait(guard)
    }

    /// Wakes one waiting thread.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes every waiting thread.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Not to be known in a model, other than by joining.
pub fn is_finished<T>(_: &thread::JoinHandle<T>) -> bool {
    false
}

/// Explores every execution of `f` within the bounds of the environment and prints how many there were.
///
/// The line it prints, `model NAME: N iterations`, is what `cargo xtask loom` holds against the recorded floor.
/// `LOOM_MAX_DURATION` and `LOOM_MAX_PERMUTATIONS` are refused: either would end the search early and pass.
pub fn model(name: &str, f: impl Fn() + Send + Sync + 'static) {
    explore(name, usize::MAX, f);
}

/// Like [`model`], with at most `preemptions` preemptive switches of thread, for what would not end otherwise.
pub fn model_bounded(name: &str, preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    explore(name, preemptions, f);
}

fn explore(name: &str, preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    for truncating in ["LOOM_MAX_DURATION", "LOOM_MAX_PERMUTATIONS"] {
        assert!(std::env::var_os(truncating).is_none(), "{truncating} truncates models silently");
    }
    let iterations = std::sync::Arc::new(StdAtomicUsize::new(0));
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
