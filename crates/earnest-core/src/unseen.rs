//! Failures that nobody has looked at: they are reported, and not lost.

use crate::error::Error;
use crate::panic::{drop_caught, run_caught};
use alloc::boxed::Box;
use core::error::Error as StdError;
use core::fmt;
use core::panic::Location;
use earnest_sync::OnceLock;

/// A failure that nobody has looked at: the last handle of its future is gone.
///
/// ```
/// use earnest_core::set_unseen_failure_hook;
/// use std::sync::{Mutex, mpsc};
///
/// let (sender, told) = mpsc::channel();
/// let sender = Mutex::new(sender);
/// set_unseen_failure_hook(move |failure| {
///     let report = format!("line {}: {}", failure.location().line(), failure.error());
///     sender.lock().unwrap().send(report).unwrap();
/// })?;
/// let (promise, future) = earnest_core::promise::<u32>();
/// let line = line!() - 1;
/// promise.fail("no such page");
/// drop(future);
/// assert_eq!(told.recv()?, format!("line {line}: the task failed: no such page"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct UnseenFailure<'a> {
    error: &'a Error,
    location: &'static Location<'static>,
}

impl UnseenFailure<'_> {
    /// Why the future has no value. Never a cancellation, which somebody asked for.
    #[must_use]
    pub const fn error(&self) -> &Error {
        self.error
    }

    /// Where the task was submitted, or the promise made.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl fmt::Display for UnseenFailure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nobody looked at the failure of a future made at {}: {}", self.location, self.error)
    }
}

type Hook = Box<dyn Fn(&UnseenFailure<'_>) + Send + Sync>;

/// The one hook of the process. Not per future: who drops the last handle is often nobody's code.
static HOOK: OnceLock<Hook> = OnceLock::new();

/// Has `hook` called, from now on and in the whole process, for each failure that nobody has looked at.
///
/// A future that ends with an error other than [`Error::Cancelled`] is reported once, when its last handle goes without
/// that anybody has taken or [peeked](crate::Future::peek) at the outcome, or been
/// [called back](crate::Future::add_done_callback) with it. The thread that lets go calls the hook; a panic in it is
/// caught and reported. Without a hook it is a [`tracing`](https://docs.rs/tracing) event, at the level of an error for a panic, else of a
/// warning.
///
/// # Errors
///
/// [`HookAlreadySet`]: there can be one only. It is for programs to set, not for libraries.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// static UNSEEN: AtomicUsize = AtomicUsize::new(0);
/// earnest_core::set_unseen_failure_hook(|failure| {
///     eprintln!("{failure}");
///     UNSEEN.fetch_add(1, Ordering::Relaxed);
/// })?;
///
/// let (promise, future) = earnest_core::promise::<u32>();
/// promise.fail("no such page");
/// drop(future);
/// assert_eq!(UNSEEN.load(Ordering::Relaxed), 1);
/// # Ok::<(), earnest_core::HookAlreadySet>(())
/// ```
pub fn set_unseen_failure_hook(
    hook: impl Fn(&UnseenFailure<'_>) + Send + Sync + 'static,
) -> Result<(), HookAlreadySet> {
    HOOK.set(Box::new(hook)).map_err(|_refused| HookAlreadySet { _private: () })
}

/// The hook for failures that nobody has looked at had been set before.
///
/// ```
/// use earnest_core::{HookAlreadySet, set_unseen_failure_hook};
///
/// set_unseen_failure_hook(|_| {})?;
/// assert!(matches!(set_unseen_failure_hook(|_| {}), Err(HookAlreadySet { .. })));
/// # Ok::<(), HookAlreadySet>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HookAlreadySet {
    _private: (),
}

impl fmt::Display for HookAlreadySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the hook for unseen failures has already been set")
    }
}

impl StdError for HookAlreadySet {}

/// Tells the hook, or the subscriber.
#[cold]
pub(crate) fn report_unseen(error: &Error, location: &'static Location<'static>) {
    let failure = UnseenFailure { error, location };
    run_caught("the hook for unseen failures", || match HOOK.get() {
        Some(hook) => hook(&failure),
        None if error.is_panicked() => tracing::error!(target: "earnest", %location, %error, "{failure}"),
        None => tracing::warn!(target: "earnest", %location, %error, "{failure}"),
    });
}

/// Drops an outcome that came by value and is of no use to anybody any more.
pub(crate) fn drop_unwanted<T>(outcome: Result<T, Error>, location: &'static Location<'static>) {
    if let Some(error) = outcome.as_ref().err().filter(|error| !error.is_cancelled()) {
        report_unseen(error, location);
    }
    drop_caught(outcome, "the destructor of an outcome that nobody wanted any more");
}
