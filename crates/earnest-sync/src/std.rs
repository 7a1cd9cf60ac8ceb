//! What normal builds get: `std`, with a mutex that does not poison.

pub use crate::cell::UnsafeCell;
pub use std::hint::spin_loop;
pub use std::sync::Arc;
pub use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence};
pub use std::thread;
pub use std::thread_local;

use crate::hosted::Instant;
use std::sync::PoisonError;

/// One value for the whole process, with a constant initializer.
#[macro_export]
macro_rules! global {
    (static $name:ident: $type:ty = $init:expr;) => {
        static $name: $type = $init;
    };
}

/// Whether this build runs under a checker, which must know of every wait.
pub const CHECKED: bool = false;

/// Whether it is the model checker, which explores everything: constants such as batch sizes shrink there.
pub const MODEL: bool = false;

/// Whether a thread can wait for another: not where there is but one, as on WebAssembly without threads.
pub const CAN_BLOCK: bool = cfg!(not(all(target_family = "wasm", not(target_feature = "atomics"))));

/// Whether the standard library has a clock, and processes have numbers.
const HAS_SYSTEM: bool = cfg!(not(all(target_family = "wasm", target_os = "unknown")));

/// The clock, where there is one: models have none, so that no protocol can come to depend on it, nor has WebAssembly
/// without a system.
#[inline]
pub fn now() -> Option<Instant> {
    HAS_SYSTEM.then(Instant::now)
}

/// The number of this process, or of the only one.
pub fn process_id() -> u32 {
    if HAS_SYSTEM { std::process::id() } else { 1 }
}

/// `std::sync::Mutex` without poisoning: no user code runs under any lock of ours, so there is nothing to poison.
#[derive(Debug, Default)]
pub struct Mutex<T>(std::sync::Mutex<T>);

/// Holds a [`Mutex`] locked.
pub type MutexGuard<'a, T> = std::sync::MutexGuard<'a, T>;

impl<T> Mutex<T> {
    /// An unlocked mutex.
    #[inline]
    pub const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    /// Blocks until the lock is held.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `std::sync::Condvar` without poisoning.
#[derive(Debug, Default)]
pub struct Condvar(std::sync::Condvar);

impl Condvar {
    /// A condition nobody waits for.
    #[inline]
    pub const fn new() -> Self {
        Self(std::sync::Condvar::new())
    }

    /// Blocks until notified, or for no reason at all.
    #[inline]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    /// Like [`wait`](Self::wait), and returns when `deadline` has passed as well.
    #[inline]
    pub fn wait_deadline<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: Option<Instant>,
    ) -> MutexGuard<'a, T> {
        let Some(deadline) = deadline else { return self.wait(guard) };
        let left = deadline.saturating_duration_since(Instant::now());
        self.0.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Wakes one waiting thread.
    #[inline]
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes every waiting thread.
    #[inline]
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Whether the thread has come to its end.
#[inline]
pub fn is_finished<T>(thread: &thread::JoinHandle<T>) -> bool {
    thread.is_finished()
}
