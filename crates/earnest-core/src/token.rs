//! Asking for an end: a token that whoever works looks at, and a tree of them.

mod node;
mod family;
mod callbacks;
mod registration;
mod cancellation;
#[cfg(feature = "std")]
mod wait;

pub use cancellation::Cancellation;
pub use registration::Registration;

use crate::error::Cancelled;
use crate::shared::SharedFuture;
use crate::shared_outcome::SharedOutcome;
use alloc::boxed::Box;
use alloc::sync::Arc;
use callbacks::call;
use core::fmt;
use core::panic::{Location, RefUnwindSafe, UnwindSafe};
use node::Node;

/// Asks those who hold it to come to an end. Whoever works looks at it now and then, waits for it, or is called by it;
/// nothing is interrupted.
///
/// A token is a handle: clones are the same token, and [children](Self::child_token) are cancelled with it. Once
/// cancelled, it stays so.
///
/// ```
/// use earnest_core::{Cancelled, CancellationToken};
///
/// fn sum(numbers: &[u64], token: &CancellationToken) -> Result<u64, Cancelled> {
///     let mut sum = 0;
///     for number in numbers {
///         token.checkpoint()?;
///         sum += number;
///     }
///     Ok(sum)
/// }
///
/// let token = CancellationToken::new();
/// assert_eq!(sum(&[1, 2, 3], &token), Ok(6));
/// token.cancel();
/// assert_eq!(sum(&[1, 2, 3], &token), Err(Cancelled));
/// ```
///
/// # The end of a token
///
/// A token whose last handle goes uncancelled has ended: nobody can cancel it any more, and its parent lets go of it.
/// Its [future](Self::cancelled) ends with [`Error::Abandoned`](crate::Error::Abandoned), so that nobody waits for what
/// cannot come, and its callbacks are dropped uncalled; a panic in one's destructor is caught and reported. Its children
/// live on, as children of its parent.
///
/// # Cost
///
/// A token is one allocation, and [`is_cancelled`](Self::is_cancelled) one load. The first child adds the tree that all
/// descendants share, and each child a slot in it, which is used again when the child ends: a parent of short-lived
/// children does not grow. The first wait adds a future, which all who wait share; a wait that gives up leaves nothing
/// more. A callback is one allocation, and has a place in a map. [`cancel`](Self::cancel) allocates a list of the tokens
/// that it cancels.
///
/// One lock belongs to a whole tree, and one to each token. They are held for moves, and that of the tree while a
/// cancellation marks its tokens; no code of yours runs under either. Children that are born and dropped by several
/// threads at once meet at the tree's.
///
/// # Ordering
///
/// What happened before [`cancel`](Self::cancel) happens before anybody sees this token or one of its descendants
/// cancelled: by [`is_cancelled`](Self::is_cancelled), a callback, or the end of a wait.
#[derive(Clone)]
#[must_use = "a token does nothing by itself: give it to a task, which looks at it, or is submitted with it"]
pub struct CancellationToken {
    node: Arc<Node>,
}

impl CancellationToken {
    /// A token that has no parent.
    pub fn new() -> Self {
        Self { node: Arc::new(Node::new(false)) }
    }

    /// A token that is cancelled with this one. Cancelling the child leaves this one alone.
    ///
    /// A child of a token that is cancelled is cancelled from the start. Does not block, but for the tree's lock: see
    /// [Cost](Self#cost).
    ///
    /// ```
    /// # use earnest_core::CancellationToken;
    /// let parent = CancellationToken::new();
    /// let (child, other) = (parent.child_token(), parent.child_token());
    /// child.cancel();
    /// assert!(!parent.is_cancelled() && !other.is_cancelled());
    /// parent.cancel();
    /// assert!(other.is_cancelled());
    /// ```
    pub fn child_token(&self) -> Self {
        if !self.is_cancelled() {
            let child = Self::new();
            if self.node.adopt(&child.node) {
                return child;
            }
        }
        Self { node: Arc::new(Node::new(true)) }
    }

    /// Cancels this token and all that descend from it, and says whether this call did it: of several, on whatever
    /// threads, one does.
    ///
    /// In this order: this token and its descendants are marked, at one moment as far as
    /// [`child_token`](Self::child_token) can tell; those who wait for any of them are woken, and callbacks of their
    /// futures run; callbacks run, on this thread, those of one token in the order of their registration, a parent's
    /// before its children's, and siblings in the order of their birth. So a callback that blocks holds up the callbacks
    /// after it, and this call, but nobody who waits. One that is registered meanwhile comes last of its token's.
    ///
    /// A call that returns `false` does not wait for the one that did it: that one may still be running callbacks.
    ///
    /// # Panics
    ///
    /// A panic in a callback is caught, reported as a [`tracing`](https://docs.rs/tracing) event, and changes nothing else.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::CancellationToken;
    /// let token = CancellationToken::new();
    /// assert!(token.cancel());
    /// assert!(!token.clone().cancel(), "it was cancelled before");
    /// ```
    #[expect(clippy::must_use_candidate, reason = "cancelling is done for its effect")]
    pub fn cancel(&self) -> bool {
        if self.is_cancelled() {
            return false;
        }
        let marked = Node::mark(&self.node);
        for token in &marked {
            token.end_waits();
        }
        for token in &marked {
            token.run_callbacks();
        }
        !marked.is_empty()
    }

    /// Whether the token has been cancelled: one load, cheap enough for an inner loop.
    ///
    /// ```
    /// # use earnest_core::CancellationToken;
    /// let token = CancellationToken::new();
    /// let worker = std::thread::spawn({
    ///     let token = token.clone();
    ///     move || {
    ///         while !token.is_cancelled() {
    ///             std::thread::yield_now();
    ///         }
    ///     }
    /// });
    /// token.cancel();
    /// worker.join().unwrap();
    /// ```
    #[inline]
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.node.is_cancelled()
    }

    /// Comes back where the token has been cancelled: `token.checkpoint()?`.
    ///
    /// # Errors
    ///
    /// [`Cancelled`], which converts to [`Error::Cancelled`](crate::Error::Cancelled).
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{CancellationToken, Cancelled};
    /// let token = CancellationToken::new();
    /// assert_eq!(token.checkpoint(), Ok(()));
    /// token.cancel();
    /// assert_eq!(token.checkpoint(), Err(Cancelled));
    /// ```
    #[inline]
    pub fn checkpoint(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Calls `f` when the token is cancelled, exactly once, on the thread that cancels, unless the [`Registration`] is
    /// dropped before.
    ///
    /// Where the token has been cancelled, and its callbacks have run, `f` runs at once on this thread; while they run,
    /// `f` comes after them, on the thread that runs them. It may do anything: no lock is held. If the token comes to
    /// [an end](Self#the-end-of-a-token) uncancelled, `f` is dropped uncalled.
    ///
    /// An `f` that holds on to the token itself keeps it, and itself, until the token is cancelled or `f` is taken off.
    ///
    /// ```
    /// use earnest_core::CancellationToken;
    /// use std::sync::mpsc::channel;
    ///
    /// let (sender, receiver) = channel();
    /// let token = CancellationToken::new();
    /// let other = sender.clone();
    /// let registration = token.on_cancel(move || other.send("never").unwrap());
    /// token.on_cancel(move || sender.send("cancelled").unwrap()).detach();
    /// drop(registration);
    /// token.cancel();
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), ["cancelled"]);
    /// ```
    ///
    /// # Panics
    ///
    /// A panic in `f` is caught, reported as a [`tracing`](https://docs.rs/tracing) event, and changes nothing else.
    pub fn on_cancel(&self, f: impl FnOnce() + Send + 'static) -> Registration {
        let registered = self.node.register(Box::new(f));
        match registered {
            Ok(key) => Registration::new(Arc::downgrade(&self.node), key),
            Err(f) => {
                call(f);
                Registration::spent()
            }
        }
    }

    /// A future that is done when the token is cancelled, to be waited for together with others, given callbacks, or
    /// awaited by who does not hold the token. All calls give the same.
    ///
    /// Its value says that the token was cancelled. It does not keep the token: where that comes to
    /// [an end](Self#the-end-of-a-token) uncancelled, the future ends with [`Error::Abandoned`](crate::Error::Abandoned),
    /// which is not reported as a failure that nobody has looked at. The future itself cannot be cancelled: to do that
    /// gives `false`.
    ///
    /// ```
    /// let token = earnest_core::CancellationToken::new();
    /// let cancelled = token.cancelled();
    /// let canceller = std::thread::spawn(move || token.cancel());
    /// assert!(cancelled.result().is_ok());
    /// # canceller.join().unwrap();
    /// ```
    #[track_caller]
    pub fn cancelled(&self) -> SharedFuture<()> {
        self.node.end(Location::caller()).clone()
    }
}

impl Default for CancellationToken {
    /// See [`CancellationToken::new`].
    fn default() -> Self {
        Self::new()
    }
}

/// `(&token).await`, on any runtime: ready when the token is cancelled.
impl<'a> IntoFuture for &'a CancellationToken {
    type Output = ();
    type IntoFuture = Cancellation<'a>;

    #[track_caller]
    fn into_future(self) -> Cancellation<'a> {
        let location = Location::caller();
        let outcome = || SharedOutcome::new(self.node.end(location).inner());
        Cancellation::new(self, (!self.is_cancelled()).then(outcome))
    }
}

impl UnwindSafe for CancellationToken {}
impl RefUnwindSafe for CancellationToken {}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken")
            .field("is_cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests;
