//! How a pool is to end.

use crate::error::StillRunning;
use crate::seat;
use crate::shared::Shared;
use earnest_core::{Dismissal, blocking, deadline_after};
use earnest_sync::window;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to shut down; see [`ThreadPoolExecutor::shutdown_with`](crate::ThreadPoolExecutor::shutdown_with).
///
/// ```
/// use earnest_pool::{Shutdown, ThreadPoolExecutor};
/// use std::time::Duration;
///
/// let pool = ThreadPoolExecutor::new();
/// let last = pool.submit(|| 7);
/// let within_a_minute = Shutdown { timeout: Some(Duration::from_secs(60)), ..Shutdown::default() };
/// pool.shutdown_with(within_a_minute)?;
/// assert!(last.is_done());
/// # Ok::<(), earnest_pool::StillRunning>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl Shared {
    pub(crate) fn shut_down(self: &Arc<Shared>, how: Shutdown) -> Result<(), StillRunning> {
        if self.is_left_behind() {
            return Ok(());
        }
        let deadline = how.timeout.and_then(deadline_after);
        self.close(false);
        window!("sealed_not_drained");
        if how.cancel_pending {
            self.drain(|| Dismissal::Cancelled);
        }
        // A worker cannot wait for itself: it has begun the shutdown, and goes on.
        if !how.wait || seat::is_worker_of(self) {
            return Ok(());
        }
        // Of another pool's, another worker goes on meanwhile: what is waited for may need it.
        blocking(|| self.wait_until_ended(deadline))
    }

    fn wait_until_ended(self: &Arc<Shared>, deadline: Option<Instant>) -> Result<(), StillRunning> {
        if !self.sleep.wait_until_ended(deadline) {
            return Err(StillRunning::new(self.threads_left(), self.with_options.ask_to_end()));
        }
        // They have left their loops, and drop their thread-locals, which may take its time.
        if deadline.is_none() {
            self.join_threads();
            return Ok(());
        }
        let left = self.join_threads_until(deadline);
        if left.is_empty() { Ok(()) } else { Err(StillRunning::new(left, Vec::new())) }
    }
}
