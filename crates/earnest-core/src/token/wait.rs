//! Blocking until a token is cancelled.

use super::CancellationToken;
use core::panic::Location;
use core::time::Duration;

impl CancellationToken {
    /// Blocks until the token is cancelled. In a task, another worker goes on in its stead meanwhile, as for any future.
    ///
    /// Where nobody else has a handle to the token or to one that it descends from, this is for ever.
    ///
    /// ```
    /// # use earnest_core::CancellationToken;
    /// let token = CancellationToken::new();
    /// let canceller = token.clone();
    /// std::thread::spawn(move || canceller.cancel());
    /// token.wait();
    /// assert!(token.is_cancelled());
    /// ```
    #[track_caller]
    pub fn wait(&self) {
        if !self.is_cancelled() {
            self.node.end(Location::caller()).wait();
        }
    }

    /// Blocks until the token is cancelled, for `timeout` at most. Says whether it is cancelled.
    ///
    /// A timeout too large for the clock means for ever; a timeout of zero looks once. As a pause that is cut short by a
    /// cancellation:
    ///
    /// ```
    /// # use std::time::Duration;
    /// # let token = earnest_core::CancellationToken::new();
    /// # let mut n = 0;
    /// while !token.wait_timeout(Duration::from_millis(10)) {
    ///     // What is done every ten milliseconds.
    ///     # n += 1;
    ///     # if n == 3 { token.cancel(); }
    /// }
    /// ```
    #[must_use = "`false` means that time was up"]
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.is_cancelled() || self.node.end(Location::caller()).wait_timeout(timeout) || self.is_cancelled()
    }
}
