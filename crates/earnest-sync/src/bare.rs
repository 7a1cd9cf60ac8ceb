//! What a build without `std` gets: `core` and `alloc`, locks that spin, and no threads, clock or unwinding.
//!
//! The locks are held for moves only, and no code of the user's runs under them; but whoever interrupts the one that
//! holds a lock, and wants it, spins for ever. So what takes locks is nothing for an interrupt handler.

pub use alloc::sync::Arc;
pub use core::hint::spin_loop;
pub use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicUsize, Ordering, fence};

use crate::cell;
use alloc::boxed::Box;
use alloc::string::String;
use core::any::Any;
use core::time::Duration;

pub use cell::UnsafeCell;

/// Whether this build runs under the model checker.
pub const MODEL: bool = false;

/// Whether a thread can wait for another.
pub const CAN_BLOCK: bool = false;

/// A point in time, of which there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instant {}

impl Instant {
    /// How long after `earlier` this is.
    #[must_use]
    pub fn saturating_duration_since(&self, _earlier: Instant) -> Duration {
        match *self {}
    }
}

/// The time, which is never known.
#[inline]
pub const fn now() -> Option<Instant> {
    None
}

/// The number of the only process.
pub const fn process_id() -> u32 {
    1
}

/// Calls `f`. What becomes of a panic is up to the program's panic handler: it does not come back here.
///
/// # Errors
///
/// None.
#[inline]
pub fn catch_unwind<R>(f: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    Ok(f())
}

/// The name of the calling thread, of which nothing is known.
#[must_use]
pub const fn thread_name() -> Option<String> {
    None
}

/// A lock that spins.
#[derive(Debug, Default)]
pub struct Mutex<T>(spin::mutex::SpinMutex<T>);

/// Holds a [`Mutex`] locked.
pub type MutexGuard<'a, T> = spin::mutex::SpinMutexGuard<'a, T>;

impl<T> Mutex<T> {
    /// An unlocked mutex.
    #[inline]
    pub const fn new(value: T) -> Self {
        Self(spin::mutex::SpinMutex::new(value))
    }

    /// Spins until the lock is held.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock()
    }
}

/// A condition for which no thread waits.
#[derive(Debug, Default)]
pub struct Condvar(());

impl Condvar {
    /// The same as any other.
    #[inline]
    pub const fn new() -> Self {
        Self(())
    }

    /// Wakes nobody.
    #[inline]
    pub const fn notify_one(&self) {}
}

/// What is written once. Whoever comes while it is being written spins.
#[derive(Debug)]
pub struct OnceLock<T>(spin::once::Once<T>);

impl<T> OnceLock<T> {
    /// Not written yet.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self(spin::once::Once::new())
    }

    /// What was written, if it was.
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.0.get()
    }

    /// Writes `value`.
    ///
    /// # Errors
    ///
    /// The value, where another was first.
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.0.call_once(|| value.take().unwrap_or_else(|| unreachable!("called once")));
        value.map_or(Ok(()), Err)
    }

    /// What was written, or `f()`, which is written.
    pub fn get_or_init(&self, f: impl FnOnce() -> T) -> &T {
        self.0.call_once(f)
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}
