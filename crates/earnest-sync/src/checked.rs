//! What checked builds get: the same names over loom, or over shuttle, which has the same ones.

#[cfg(earnest_loom)]
use loom as checker;
#[cfg(earnest_shuttle)]
use shuttle as checker;

#[cfg(earnest_shuttle)]
pub use crate::cell::UnsafeCell;
#[cfg(all(earnest_loom, earnest_mutants))]
pub use crate::weak::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, fence};
#[doc(hidden)]
pub use checker::lazy_static as checker_lazy_static;
pub use checker::sync::Arc;
pub use checker::sync::atomic::Ordering;
#[cfg(not(all(earnest_loom, earnest_mutants)))]
pub use checker::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, fence};
pub use checker::thread;
#[doc(hidden)]
pub use checker::thread_local as checker_thread_local;
#[cfg(earnest_loom)]
pub use loom::cell::UnsafeCell;

use crate::hosted::Instant;
use core::ops::{Deref, DerefMut};

/// What a thread does that waits for another without being told: it lets that go on.
pub fn spin_loop() {
    checker::hint::spin_loop();
}

/// One value per thread of the model, written as `std`'s macro is for a constant initializer.
#[macro_export]
macro_rules! thread_local {
    (static $name:ident: $type:ty = const { $init:expr };) => {
        $crate::checker_thread_local! { static $name: $type = $init; }
    };
}

/// One value for all threads of the model, made anew for each execution.
#[macro_export]
macro_rules! global {
    (static $name:ident: $type:ty = $init:expr;) => {
        $crate::checker_lazy_static! { static ref $name: $type = $init; }
    };
}

/// Whether a thread can wait for another.
pub const CAN_BLOCK: bool = true;

/// The number of this process.
pub fn process_id() -> u32 {
    std::process::id()
}

/// Whether this build runs under a checker, which must know of every wait.
pub const CHECKED: bool = true;

/// Whether it is that which explores everything.
pub const MODEL: bool = cfg!(earnest_loom);

/// The checker's mutex, with the shim's signature.
#[derive(Debug, Default)]
pub struct Mutex<T>(checker::sync::Mutex<T>);

/// Holds a [`Mutex`] locked.
#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    guard: checker::sync::MutexGuard<'a, T>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Mutex<T> {
    /// An unlocked mutex.
    pub fn new(value: T) -> Self {
        Self(checker::sync::Mutex::new(value))
    }

    /// Blocks until the lock is held.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, guard: self.0.lock().unwrap() }
    }
}

/// The checker's condition variable, with the shim's signature.
#[derive(Debug, Default)]
pub struct Condvar(checker::sync::Condvar);

impl Condvar {
    /// A condition nobody waits for.
    pub fn new() -> Self {
        Self(checker::sync::Condvar::new())
    }

    /// Blocks until notified.
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let MutexGuard { mutex, guard } = guard;
        MutexGuard { mutex, guard: self.0.wait(guard).unwrap() }
    }

    /// The checkers know no timeouts. Where there is a deadline, because the model has a [clock](crate::Clock), this returns as
    /// if for no reason once others have gone on, and it is for the caller to see what time it is.
    pub fn wait_deadline<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: Option<Instant>,
    ) -> MutexGuard<'a, T> {
        if deadline.is_none() || crate::now().is_none() {
            return self.wait(guard);
        }
        let mutex = guard.mutex;
        drop(guard);
        thread::yield_now();
        mutex.lock()
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
