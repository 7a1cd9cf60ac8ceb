//! A panic that was caught: its payload, its message, and where the task came from.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use core::any::Any;
use core::error::Error as StdError;
use core::fmt;
use core::panic::Location;
use earnest_sync::{Mutex, catch_unwind};

/// What a task panicked with, and where the task came from.
///
/// The process's panic hook has already run when this is made, so the panic itself has been printed, with the line
/// that raised it, unless the program changed the hook. This type adds the line that *submitted* the task.
///
/// Dropping it drops the payload; a panic in that one's destructor is caught and reported. Taken out with
/// [`into_panic`](Self::into_panic) the payload is yours, and so is such a panic.
///
/// ```
/// use earnest_core::{ExecutorExt, InlineExecutor, Panic};
///
/// let line = line!() + 1;
/// let future = InlineExecutor.submit(|| "x".parse::<u32>().unwrap());
/// let panic: Panic = future.result().unwrap_err().into_panic().unwrap();
/// assert!(panic.message().is_some_and(|message| message.contains("InvalidDigit")));
/// assert_eq!(panic.location().line(), line);
/// ```
pub struct Panic(Box<Inner>);

struct Inner {
    // The payload is Send but not Sync. The mutex makes it Sync without unsafe code; it is only ever taken apart by
    // value.
    payload: Mutex<Option<Payload>>,
    message: Option<String>,
    location: &'static Location<'static>,
    task: Option<Box<str>>,
    thread: Option<String>,
}

pub(crate) type Payload = Box<dyn Any + Send>;

impl Panic {
    /// Says that the task submitted at `location` panicked with `payload`, on this thread. For combinators, which catch
    /// the panics of the parts of a task; those of a whole task are caught by what runs it.
    ///
    /// ```
    /// # use core::panic::Location;
    /// # use earnest_core::Panic;
    /// let payload = std::panic::catch_unwind(|| panic!("out of paper")).unwrap_err();
    /// let panic = Panic::new(payload, Location::caller());
    /// assert_eq!(panic.message(), Some("out of paper"));
    /// ```
    #[must_use]
    pub fn new(payload: Box<dyn Any + Send>, location: &'static Location<'static>) -> Self {
        let message = message_of(&*payload).map(str::to_owned);
        let thread = earnest_sync::thread_name();
        Self(Box::new(Inner { payload: Mutex::new(Some(payload)), message, location, task: None, thread }))
    }

    /// Of a task that is called so.
    pub(crate) fn of_task(mut self, name: Option<&str>) -> Self {
        self.0.task = name.map(Box::from);
        self
    }

    /// The panic message, where the payload was a string, as it is for `panic!` with a message.
    ///
    /// ```
    /// # use core::panic::Location;
    /// # use earnest_core::Panic;
    /// assert_eq!(Panic::new(Box::new("out of paper"), Location::caller()).message(), Some("out of paper"));
    /// assert_eq!(Panic::new(Box::new(404), Location::caller()).message(), None);
    /// ```
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Where the task was submitted.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor};
    /// let future = InlineExecutor.submit(|| "x".parse::<u32>().unwrap());
    /// let panic = future.result().unwrap_err().into_panic().unwrap();
    /// assert_eq!(panic.location().line(), line!() - 2);
    /// ```
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.0.location
    }

    /// What the task is called, if it was [submitted with a name](crate::TaskOptions::name).
    ///
    /// ```
    /// use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    ///
    /// let report = InlineExecutor.submit_with(TaskOptions::new().name("report"), |_| panic!("out of paper"));
    /// let panic = report.result().unwrap_err().into_panic().unwrap();
    /// assert_eq!(panic.task_name(), Some("report"));
    /// ```
    #[must_use]
    pub fn task_name(&self) -> Option<&str> {
        self.0.task.as_deref()
    }

    /// The name of the thread that the task ran on.
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor};
    /// let builder = std::thread::Builder::new().name("printer".to_owned());
    /// let thread = builder.spawn(|| InlineExecutor.submit(|| "x".parse::<u32>().unwrap()));
    /// let panic = thread.unwrap().join().unwrap().result().unwrap_err().into_panic().unwrap();
    /// assert_eq!(panic.thread_name(), Some("printer"));
    /// ```
    #[must_use]
    pub fn thread_name(&self) -> Option<&str> {
        self.0.thread.as_deref()
    }

    /// The payload, as [`catch_unwind`](https://doc.rust-lang.org/std/panic/fn.catch_unwind.html) would have given it.
    ///
    /// ```
    /// # use core::panic::Location;
    /// # use earnest_core::Panic;
    /// let panic = Panic::new(Box::new(404), Location::caller());
    /// assert_eq!(*panic.into_panic().downcast::<i32>().unwrap(), 404);
    /// ```
    #[must_use]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        let payload = self.0.payload.lock().take();
        payload.unwrap_or_else(|| unreachable!("emptied here and in `drop` only, and both consume the value"))
    }

    /// Panics again, with the same payload and without running the panic hook a second time.
    ///
    /// # Panics
    ///
    /// Always: that is its purpose.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::panic::Location;
    /// # use earnest_core::Panic;
    /// let panic = Panic::new(Box::new(404), Location::caller());
    /// let payload = std::panic::catch_unwind(|| panic.resume()).unwrap_err();
    /// assert_eq!(*payload.downcast::<i32>().unwrap(), 404);
    /// ```
    #[cfg(feature = "std")]
    pub fn resume(self) -> ! {
        earnest_sync::resume_unwind(self.into_panic())
    }
}

impl Drop for Panic {
    fn drop(&mut self) {
        // A payload may itself panic when dropped; an error that nobody looked at must not bring a thread down.
        // Nor is it dropped under the lock.
        let payload = self.0.payload.lock().take();
        if let Some(payload) = payload {
            drop_caught(payload, "a panic payload");
        }
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panic")
            .field("message", &self.0.message)
            .field("location", &self.0.location)
            .field("task", &self.0.task)
            .field("thread", &self.0.thread)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message().unwrap_or("(the payload is not a string)");
        f.write_str("the task ")?;
        self.task_name().map_or(Ok(()), |name| write!(f, "`{name}` "))?;
        write!(f, "submitted at {} panicked", self.0.location)?;
        self.thread_name().map_or(Ok(()), |thread| write!(f, " on thread `{thread}`"))?;
        write!(f, ": {message}")
    }
}

impl StdError for Panic {}

/// What was said, where a panic's payload is a string, as it is for `panic!` with a message.
#[doc(hidden)]
#[must_use]
pub fn message_of(payload: &(dyn Any + Send)) -> Option<&str> {
    match payload.downcast_ref::<&'static str>() {
        Some(message) => Some(message),
        None => payload.downcast_ref::<String>().map(String::as_str),
    }
}

/// Runs `f`; a panic is reported as a [`tracing`](https://docs.rs/tracing) event that says it came from `what`, and goes no further.
///
/// For authors of executors, who run their users' hooks with it.
///
/// ```
/// let mut done = false;
/// earnest_core::run_caught("a hook", || panic!("it is reported"));
/// earnest_core::run_caught("a hook", || done = true);
/// assert!(done);
/// ```
pub fn run_caught(what: &'static str, f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(f) {
        report(what, message_of(&*payload).unwrap_or("(not a string)"));
        forget_payload(payload);
    }
}

/// Drops `value`; a panic in its destructor is reported and goes no further.
pub(crate) fn drop_caught<T>(value: T, what: &'static str) {
    run_caught(what, move || drop(value));
}

/// Drops a payload whose panic has been reported. Should its destructor panic too, that one's payload is leaked: the
/// chain has to end somewhere.
fn forget_payload(payload: Payload) {
    if let Err(second) = catch_unwind(move || drop(payload)) {
        report("a panic payload's destructor", "(leaked)");
        core::mem::forget(second);
    }
}

/// A subscriber is user code: should it panic, nobody is left to tell.
fn report(what: &'static str, message: &str) {
    let told = catch_unwind(|| {
        tracing::error!(target: "earnest", what, message, "a panic was caught in {what}: {message}");
    });
    if let Err(payload) = told {
        core::mem::forget(payload);
    }
}
