//! Two closures side by side.

use crate::executor::Executor;
use crate::scope::scope;
use core::panic::Location;
use earnest_sync::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Calls `a` on this thread and `b` on the executor, side by side if it has a thread to spare, and returns what both
/// return.
///
/// If `b` has not begun when `a` is done, it is called on this thread instead; so it is where the executor refuses it. The
/// two may borrow.
///
/// ```
/// use earnest_core::{Executor, InlineExecutor, join};
///
/// fn sum(executor: &(impl Executor + Sync), numbers: &[u64]) -> u64 {
///     if numbers.len() < 1_000 {
///         return numbers.iter().sum();
///     }
///     let (left, right) = numbers.split_at(numbers.len() / 2);
///     let (left, right) = join(executor, || sum(executor, left), || sum(executor, right));
///     left + right
/// }
///
/// let numbers: Vec<u64> = (0..10_000).collect();
/// assert_eq!(sum(&InlineExecutor, &numbers), 49_995_000);
/// ```
///
/// # Blocking
///
/// It returns when both are done; as [`scope`](scope()), it waits as a worker does.
///
/// # Panics
///
/// With the panic of `a`, or else with that of `b`, when both are done. If `a` panics and `b` has not begun, `b` is
/// dropped uncalled.
#[track_caller]
pub fn join<E, A, B, RA, RB>(executor: &E, a: A, b: B) -> (RA, RB)
where
    E: Executor + ?Sized,
    A: FnOnce() -> RA,
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    let location = Location::caller();
    // Each lock is held for a move only, and never waited for: the scope and the task take turns.
    let unbegun = Mutex::new(Some(b));
    let done = Mutex::new(None);
    let result_of_a = scope(executor, |scope| {
        let task = scope.submit_at(location, || {
            let b = unbegun.lock().take();
            let result_of_b = b.map(|b| catch_unwind(AssertUnwindSafe(b)));
            *done.lock() = result_of_b;
        });
        let result_of_a = catch_unwind(AssertUnwindSafe(a));
        task.cancel();
        result_of_a
    });
    // From here on `b` is done, or nobody else will call it.
    let a = result_of_a.unwrap_or_else(|payload| resume_unwind(payload));
    let result_of_b = done.lock().take();
    let b = match result_of_b {
        Some(result) => result.unwrap_or_else(|payload| resume_unwind(payload)),
        None => {
            let b = unbegun.lock().take();
            b.map_or_else(|| unreachable!("who takes it calls it"), |b| b())
        }
    };
    (a, b)
}
