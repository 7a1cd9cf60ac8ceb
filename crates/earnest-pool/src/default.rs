//! The pool for those who do not want to make one.

use crate::pool::ThreadPoolExecutor;
use once_cell::sync::Lazy;

/// A pool with the default settings that everybody in the process shares, made on first use.
///
/// It is never dropped, and so not drained when the process ends: what has not run by then does not run, unless `main`
/// calls `default_pool().shutdown()` last. A library should rather take an [`Executor`](earnest_core::Executor) from
/// its user.
///
/// ```
/// let future = earnest_pool::default_pool().submit(|| 1 + 1);
/// assert_eq!(future.result().unwrap(), 2);
/// ```
pub fn default_pool() -> &'static ThreadPoolExecutor {
    static POOL: Lazy<ThreadPoolExecutor> =
        Lazy::new(|| ThreadPoolExecutor::builder().thread_name_prefix("earnest").build_unchecked());
    &POOL
}
