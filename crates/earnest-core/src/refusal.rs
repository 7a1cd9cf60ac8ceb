//! What an executor gives back that it does not accept, and why.

use crate::error::{Broken, Error};
use crate::producer::Dismissal;
use crate::task::Runnable;
use core::error::Error as StdError;
use core::fmt;

/// A task that an executor did not accept, and why.
///
/// ```
/// use earnest_core::{Executor, ManualExecutor, task};
///
/// let executor = ManualExecutor::new();
/// executor.close();
/// let (task, future) = task(|| 7);
/// executor.spawn(task).unwrap_err().dismiss();
/// assert!(future.result().unwrap_err().is_rejected());
/// ```
#[must_use = "the task inside has not been run: give it to another executor, or call `dismiss`"]
pub struct Refused {
    /// The task, untouched.
    pub task: Runnable,
    /// Why it was refused.
    pub reason: Refusal,
}

/// Why an executor accepts no task. [`SubmitError`] has an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// It has been shut down.
    Rejected,
    /// It can run nothing any more.
    Broken(Broken),
    /// Its queue is full.
    Full,
    /// It has no thread, and could not start one, for a reason of this kind.
    #[cfg(feature = "std")]
    NoThread(std::io::ErrorKind),
}

impl Refused {
    /// Ends the task's future with the reason for which it was refused.
    pub fn dismiss(self) {
        self.task.dismiss(match self.reason {
            Refusal::Broken(broken) => Dismissal::Broken(broken),
            _ => Dismissal::Rejected,
        });
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reason, f)
    }
}

impl StdError for Refused {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.reason.source()
    }
}

impl StdError for Refusal {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Refusal::Broken(broken) => broken.source(),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Rejected => fmt::Display::fmt(&Error::Rejected, f),
            Refusal::Broken(broken) => fmt::Display::fmt(broken, f),
            #[cfg(feature = "std")]
            Refusal::NoThread(kind) => {
                write!(f, "the executor has no thread, and could not start one: {kind}")
            }
            Refusal::Full => f.write_str("the executor's queue is full"),
        }
    }
}

/// A closure that an executor did not accept: it comes back with the reason.
///
/// ```
/// use earnest_core::{ExecutorExt, ManualExecutor, Refusal};
///
/// let executor = ManualExecutor::new();
/// executor.close();
/// let error = executor.try_submit(|| 7).unwrap_err();
/// assert!(matches!(error.reason(), Refusal::Rejected));
/// assert_eq!(error.into_inner()(), 7, "it can be called here");
/// ```
pub struct SubmitError<F> {
    pub(crate) closure: F,
    pub(crate) reason: Refusal,
}

impl<F> SubmitError<F> {
    /// The closure, which has not been called.
    pub fn into_inner(self) -> F {
        self.closure
    }

    /// Why it was refused.
    pub const fn reason(&self) -> &Refusal {
        &self.reason
    }
}

impl<F> fmt::Debug for SubmitError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitError").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl<F> fmt::Display for SubmitError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reason, f)
    }
}

impl<F> StdError for SubmitError<F> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.reason.source()
    }
}
