//! How a pool is to end.

#[cfg(doc)]
use crate::pool::ThreadPoolExecutor;
use std::time::Duration;

/// How to shut down; see [`ThreadPoolExecutor::shutdown_with`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shutdown {
    /// Block until all workers have ended. Default: `true`.
    pub wait: bool,
    /// Cancel what is queued instead of running it. A panic in the destructor of what a task captured is caught and
    /// reported. Default: `false`.
    pub cancel_pending: bool,
    /// Block for so long at most. Default: `None`, for ever.
    pub timeout: Option<Duration>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { wait: true, cancel_pending: false, timeout: None }
    }
}
