//! Why a future has no value.

use crate::deadlock::Deadlock;
use crate::panic::Panic;
use crate::state::Outcome;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::error::Error as StdError;
use core::fmt;

/// Why a future has no value.
///
/// Running out of time while *waiting* is not among them: that gives the future back, see [`TimedOut`].
///
/// Not `Clone`: a panic payload and a boxed error cannot be. Share the future instead
/// ([`Future::shared`](crate::Future::shared)), and everybody sees the one error by reference.
///
/// ```
/// use earnest_core::{Error, ExecutorExt, InlineExecutor};
///
/// let half = |n: u32| InlineExecutor.submit(move || 8 / n).result();
/// assert_eq!(half(4).unwrap(), 2);
/// match half(0) {
///     Err(Error::Panicked(panic)) => assert_eq!(panic.message(), Some("attempt to divide by zero")),
///     other => unreachable!("{other:?}"),
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The future was cancelled before its task started: the task never ran. Or code that had begun has found its token
    /// cancelled, and says so by this, see [`Cancelled`].
    Cancelled,
    /// The task panicked.
    Panicked(Panic),
    /// The promise was failed with this error.
    Failed(Box<dyn StdError + Send + Sync>),
    /// The task or promise was dropped without an outcome.
    Abandoned,
    /// The executor can run nothing any more.
    Broken(Broken),
    /// The executor did not accept the task: it has been shut down, or has no thread to run it on.
    Rejected,
    /// Waiting could not end, because the waiting itself holds up what is waited for. The [`Deadlock`] says who waits
    /// for whom.
    Deadlock(Deadlock),
    /// Time was up before the task could start, or before it was done.
    DeadlineExceeded,
    /// The outcome has already been taken out of this handle.
    Taken,
}

impl Error {
    /// Whether this is [`Error::Cancelled`].
    ///
    /// ```
    /// # use earnest_core::Error;
    /// assert!(Error::Cancelled.is_cancelled() && !Error::Taken.is_cancelled());
    /// ```
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(self, Error::Cancelled)
    }

    /// Whether the task panicked.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor};
    /// let future = InlineExecutor.submit(|| "x".parse::<u32>().unwrap());
    /// assert!(future.result().unwrap_err().is_panicked());
    /// ```
    #[must_use]
    pub const fn is_panicked(&self) -> bool {
        matches!(self, Error::Panicked(_))
    }

    /// Whether the promise was failed.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// promise.fail("no such page");
    /// assert!(future.result().unwrap_err().is_failed());
    /// ```
    #[must_use]
    pub const fn is_failed(&self) -> bool {
        matches!(self, Error::Failed(_))
    }

    /// Whether the task or promise was dropped without an outcome.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// drop(promise);
    /// assert!(future.result().unwrap_err().is_abandoned());
    /// ```
    #[must_use]
    pub const fn is_abandoned(&self) -> bool {
        matches!(self, Error::Abandoned)
    }

    /// Whether the executor can run nothing any more.
    ///
    /// ```
    /// # use earnest_core::{Broken, Error};
    /// assert!(Error::from(Broken::new("no licence")).is_broken());
    /// ```
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        matches!(self, Error::Broken(_))
    }

    /// Whether the executor did not accept the task.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, ManualExecutor};
    /// let executor = ManualExecutor::new();
    /// executor.close();
    /// assert!(executor.submit(|| 7).result().unwrap_err().is_rejected());
    /// ```
    #[must_use]
    pub const fn is_rejected(&self) -> bool {
        matches!(self, Error::Rejected)
    }

    /// Whether waiting could not end.
    ///
    /// ```
    /// # use earnest_core::Error;
    /// assert!(!Error::Abandoned.is_deadlock());
    /// ```
    #[must_use]
    pub const fn is_deadlock(&self) -> bool {
        matches!(self, Error::Deadlock(_))
    }

    /// Whether time was up before the task was done.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    /// let options = TaskOptions::new().timeout(std::time::Duration::ZERO);
    /// let future = InlineExecutor.submit_with(options, |_| 7);
    /// assert!(future.result().unwrap_err().is_deadline_exceeded());
    /// ```
    #[must_use]
    pub const fn is_deadline_exceeded(&self) -> bool {
        matches!(self, Error::DeadlineExceeded)
    }

    /// Whether the outcome had already been taken.
    ///
    /// ```
    /// # use earnest_core::Error;
    /// assert!(Error::Taken.is_taken());
    /// ```
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        matches!(self, Error::Taken)
    }

    /// The panic, if the task panicked; the error back otherwise.
    ///
    /// # Errors
    ///
    /// Gives `self` back when it is anything but [`Error::Panicked`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{Error, ExecutorExt, InlineExecutor};
    /// let future = InlineExecutor.submit(|| -> u32 { panic!("out of paper") });
    /// let panic = future.result().unwrap_err().into_panic().unwrap();
    /// assert_eq!(panic.message(), Some("out of paper"));
    /// assert!(Error::Rejected.into_panic().unwrap_err().is_rejected());
    /// ```
    pub fn into_panic(self) -> Result<Panic, Error> {
        match self {
            Error::Panicked(panic) => Ok(panic),
            other => Err(other),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Cancelled => f.write_str("the future was cancelled"),
            Error::Panicked(panic) => fmt::Display::fmt(panic, f),
            Error::Failed(error) => write!(f, "the task failed: {error}"),
            Error::Abandoned => f.write_str("the task was dropped without an outcome"),
            Error::Broken(broken) => fmt::Display::fmt(broken, f),
            Error::Rejected => f.write_str("the executor did not accept the task"),
            Error::Deadlock(deadlock) => fmt::Display::fmt(deadlock, f),
            Error::DeadlineExceeded => f.write_str("time was up before the task was done"),
            Error::Taken => f.write_str("the outcome has already been taken"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Failed(error) => Some(&**error),
            Error::Broken(broken) => broken.source(),
            _ => None,
        }
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        Error::Broken(broken)
    }
}

impl From<Deadlock> for Error {
    fn from(deadlock: Deadlock) -> Self {
        Error::Deadlock(deadlock)
    }
}

impl From<Panic> for Error {
    fn from(panic: Panic) -> Self {
        Error::Panicked(panic)
    }
}

/// A [`CancellationToken`](crate::CancellationToken) was found cancelled, by its
/// [`checkpoint`](crate::CancellationToken::checkpoint).
///
/// It converts to [`Error::Cancelled`], for code that has both to return:
///
/// ```
/// use earnest_core::{CancellationToken, Error, Future};
///
/// fn length(document: Future<String>, token: &CancellationToken) -> Result<usize, Error> {
///     let document = document.result()?;
///     token.checkpoint()?;
///     Ok(document.len())
/// }
///
/// let token = CancellationToken::new();
/// token.cancel();
/// let error = length(Future::ready("four".to_owned()), &token).unwrap_err();
/// assert!(error.is_cancelled());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled by a token")
    }
}

impl StdError for Cancelled {}

impl From<Cancelled> for Error {
    fn from(_: Cancelled) -> Self {
        Error::Cancelled
    }
}

/// What broke an executor: one cause, shared by the error of every future that it left without a value.
///
/// ```
/// use earnest_core::{Broken, Dismissal, Error, task};
///
/// let broken = Broken::new("no licence");
/// let (task, future) = task(|| 7);
/// task.dismiss(Dismissal::Broken(broken.clone()));
/// let Error::Broken(seen) = future.result().unwrap_err() else { unreachable!("it was dismissed so") };
/// assert_eq!(seen.cause().to_string(), broken.cause().to_string());
/// ```
#[derive(Clone, Debug)]
pub struct Broken {
    cause: Arc<dyn StdError + Send + Sync>,
}

impl Broken {
    /// Names what broke the executor.
    ///
    /// ```
    /// # use earnest_core::Broken;
    /// assert_eq!(Broken::new("no licence").to_string(), "the executor is broken: no licence");
    /// ```
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Arc::from(cause.into()) }
    }

    /// What broke the executor.
    ///
    /// ```
    /// # use earnest_core::Broken;
    /// assert_eq!(Broken::new("no licence").cause().to_string(), "no licence");
    /// ```
    #[must_use]
    pub fn cause(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.cause
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the executor is broken: {}", self.cause)
    }
}

impl StdError for Broken {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.cause)
    }
}

/// A wait ran out of time. It holds what was waited for, unharmed: waiting can be taken up again.
///
/// ```
/// use std::time::Duration;
///
/// let (promise, future) = earnest_core::promise();
/// let timed_out = future.result_timeout(Duration::ZERO).unwrap_err();
/// promise.complete(7).unwrap();
/// assert_eq!(timed_out.into_inner().result().unwrap(), 7);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TimedOut<F>(F);

impl<F> TimedOut<F> {
    /// Says that `waited_for` was not ready in time. For combinators; a wait of this crate makes its own.
    ///
    /// ```
    /// # use earnest_core::TimedOut;
    /// assert_eq!(TimedOut::new(["a", "b"]).into_inner(), ["a", "b"]);
    /// ```
    pub const fn new(waited_for: F) -> Self {
        Self(waited_for)
    }

    /// What was waited for.
    ///
    /// ```
    /// # use earnest_core::TimedOut;
    /// assert_eq!(TimedOut::new("still running").into_inner(), "still running");
    /// ```
    pub fn into_inner(self) -> F {
        self.0
    }

    /// What was waited for.
    ///
    /// ```
    /// # use earnest_core::TimedOut;
    /// assert_eq!(*TimedOut::new("still running").get_ref(), "still running");
    /// ```
    pub const fn get_ref(&self) -> &F {
        &self.0
    }
}

impl<F> fmt::Debug for TimedOut<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedOut").finish_non_exhaustive()
    }
}

impl<F> fmt::Display for TimedOut<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("gave up waiting: time is up")
    }
}

impl<F> StdError for TimedOut<F> {}

/// The error of a future that was dismissed without further data.
pub(crate) fn dismissal(outcome: Outcome) -> Option<&'static Error> {
    match outcome {
        Outcome::Value | Outcome::Error => None,
        Outcome::Cancelled => Some(&Error::Cancelled),
        Outcome::Abandoned => Some(&Error::Abandoned),
        Outcome::Rejected => Some(&Error::Rejected),
        Outcome::DeadlineExceeded => Some(&Error::DeadlineExceeded),
    }
}
