//! Lends a pool to its own tasks, as if it were a static.

use crate::pools::Pool;
use std::ptr;

/// Starts a pool, lends it to `f` and what `f` starts on it, and ends it.
///
/// A reference is the cheapest way for tasks to submit others, and the same for every contender: some pools are costly to
/// clone, which nobody who has one in a static needs to do.
///
/// `f` is to return only when no task will use the pool any more.
pub(crate) fn lend<P: Pool, R>(workers: usize, f: impl FnOnce(&'static P) -> R) -> R {
    let pool: &'static P = Box::leak(Box::new(P::start(workers)));
    let result = f(pool);
    // SAFETY: it comes from a box, and nobody uses the reference any more: every `f` of this program waits for its tasks.
    let pool = unsafe { Box::from_raw(ptr::from_ref(pool).cast_mut()) };
    pool.end();
    result
}
