//! A callback that waits for a token to be cancelled, and can be taken off.

use super::node::Node;
use alloc::sync::Weak;
use core::fmt;
use core::mem;
use core::panic::{RefUnwindSafe, UnwindSafe};

/// The callback of one [`CancellationToken::on_cancel`](super::CancellationToken::on_cancel). **Dropping it takes the
/// callback off**, and drops it uncalled; [`detach`](Self::detach) leaves it on the token.
///
/// A registration does not keep its token from coming to an end.
///
/// # While the token is cancelled
///
/// Dropping does not block, and so does not wait for a callback that runs. The callback has been taken off before the
/// cancelling thread came to it, and then it never runs; or that thread has taken it to be called. In that case it may
/// be running when the drop returns, or even be about to begin. [`unregister`](Self::unregister) says which of the two
/// it was.
///
/// # Examples
///
/// ```
/// use earnest_core::CancellationToken;
/// use std::sync::mpsc;
///
/// let (sender, told) = mpsc::channel();
/// let token = CancellationToken::new();
/// let registration = token.on_cancel(move || sender.send("cancelled").unwrap());
/// token.cancel();
/// assert_eq!(told.recv().unwrap(), "cancelled");
/// assert!(!registration.unregister(), "it has been called");
/// ```
#[must_use = "dropping a registration takes its callback off: keep it, or call `detach` if the callback is to stay"]
pub struct Registration {
    /// Of no token, where there is nothing to take off.
    token: Weak<Node>,
    key: u64,
}

impl Registration {
    pub(super) const fn new(token: Weak<Node>, key: u64) -> Registration {
        Registration { token, key }
    }

    /// For a callback that has been called.
    pub(super) const fn spent() -> Registration {
        Registration { token: Weak::new(), key: 0 }
    }

    /// Leaves the callback on the token for good: it is called when the token is cancelled, and dropped uncalled if the
    /// token comes to an end otherwise.
    ///
    /// ```
    /// # use earnest_core::CancellationToken;
    /// # use std::sync::mpsc;
    /// let (sender, told) = mpsc::channel();
    /// let token = CancellationToken::new();
    /// token.on_cancel(move || sender.send("cancelled").unwrap()).detach();
    /// token.cancel();
    /// assert_eq!(told.recv().unwrap(), "cancelled");
    /// ```
    pub fn detach(mut self) {
        self.token = Weak::new();
    }

    /// Takes the callback off, as dropping does, and says whether it will never be called because of that.
    ///
    /// `false`: it has been called, is being called or is about to be, by the thread that cancels; or it has gone with
    /// its token. Does not block. A panic in the destructor of the callback is caught and reported.
    ///
    /// ```
    /// # use earnest_core::CancellationToken;
    /// let token = CancellationToken::new();
    /// let registration = token.on_cancel(|| unreachable!("it is taken off"));
    /// assert!(registration.unregister());
    /// token.cancel();
    /// ```
    #[expect(clippy::must_use_candidate, reason = "taking off is done for its effect")]
    pub fn unregister(mut self) -> bool {
        self.take_off()
    }

    fn take_off(&mut self) -> bool {
        mem::take(&mut self.token).upgrade().is_some_and(|token| token.unregister(self.key))
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.take_off();
    }
}

impl UnwindSafe for Registration {}
impl RefUnwindSafe for Registration {}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").finish_non_exhaustive()
    }
}
