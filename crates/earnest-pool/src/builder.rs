//! Settings for a pool.

use crate::error::BuildError;
use crate::pool::{Shared, ThreadPoolExecutor};
use crate::sleep::MAX_WORKERS;
use core::fmt;
use std::any::Any;
use std::error::Error as StdError;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Settings for a [`ThreadPoolExecutor`].
///
/// ```
/// use earnest_pool::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::builder().max_workers(4).thread_name_prefix("scraper").build()?;
/// let name = pool.submit(|| std::thread::current().name().map(str::to_owned));
/// assert_eq!(name.result().unwrap().as_deref(), Some("scraper_0"));
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[derive(Default)]
#[must_use = "settings do nothing until `build`"]
pub struct Builder {
    pub(crate) max_workers: Option<usize>,
    pub(crate) thread_name_prefix: Option<String>,
    pub(crate) stack_size: Option<usize>,
    pub(crate) initializer: Option<Initializer>,
    pub(crate) max_spare_workers: Option<usize>,
}

pub(crate) type Initializer = Box<dyn Fn() -> Result<(), Cause> + Send + Sync>;
type Cause = Box<dyn StdError + Send + Sync>;

impl Builder {
    /// The largest number of threads. Default: [`available_parallelism`](std::thread::available_parallelism) plus
    /// four, 32 at most, and no more than the environment variable `EARNEST_MAX_WORKERS` says.
    pub fn max_workers(mut self, n: usize) -> Self {
        self.max_workers = Some(n);
        self
    }

    /// What thread names begin with; an underscore and the worker's number follow. Default: `ThreadPoolExecutor-`
    /// and the number of the pool.
    pub fn thread_name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.thread_name_prefix = Some(prefix.into());
        self
    }

    /// The size of each thread's stack, in bytes. Default: that of [`std::thread::Builder`].
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = Some(bytes);
        self
    }

    /// How many threads more than [`max_workers`](Self::max_workers) there may be, to stand in for workers whose tasks
    /// wait. Default: 256, and none for a pool of one worker, whose tasks thus never run side by side.
    ///
    /// A task that waits for a task of its own pool that has not begun runs it in its place. For whatever else it waits,
    /// another worker goes on in its stead, one that is idle, or a spare one.
    pub fn max_spare_workers(mut self, n: usize) -> Self {
        self.max_spare_workers = Some(n);
        self
    }

    /// Runs `f` on each worker's thread before its first task.
    ///
    /// `f` returns `()`, or `Result<(), E>`. An `Err` or a panic, on any worker, *breaks* the pool: queued futures and
    /// later submissions end with [`Error::Broken`](earnest_core::Error::Broken), running tasks finish.
    pub fn initializer<R: InitializerResult>(mut self, f: impl Fn() -> R + Send + Sync + 'static) -> Self {
        self.initializer = Some(Box::new(move || {
            let result = catch_unwind(AssertUnwindSafe(|| f().into_result()));
            result.unwrap_or_else(|payload| Err(InitializerPanicked::from(payload).into()))
        }));
        self
    }

    /// Makes the pool. It has no threads until something is submitted.
    ///
    /// # Errors
    ///
    /// [`BuildError`] where a setting makes no sense.
    pub fn build(self) -> Result<ThreadPoolExecutor, BuildError> {
        if let Some(n) = self.max_workers.filter(|n| !(1..=MAX_WORKERS).contains(n)) {
            return Err(BuildError::MaxWorkers(n));
        }
        if let Some(name) = self.thread_name_prefix.as_ref().filter(|name| name.contains('\0')) {
            return Err(BuildError::ThreadName(name.clone()));
        }
        Ok(self.build_unchecked())
    }

    /// For settings that are known to be valid, as the defaults are.
    pub(crate) fn build_unchecked(mut self) -> ThreadPoolExecutor {
        let max_workers = self.max_workers.unwrap_or_else(default_max_workers);
        let prefix = self.thread_name_prefix.take().unwrap_or_else(default_prefix);
        ThreadPoolExecutor::from_shared(Shared::new(self, max_workers, prefix))
    }
}

/// The environment variable that caps the default number of workers.
const CAP: &str = "EARNEST_MAX_WORKERS";

fn default_max_workers() -> usize {
    let default = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).saturating_add(4).min(32);
    let cap = std::env::var(CAP).ok().and_then(|cap| cap.parse().ok()).map_or(default, NonZeroUsize::get);
    default.min(cap)
}

/// Numbers the pools of this process, for their threads' names.
fn default_prefix() -> String {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    // ORDERING: Relaxed; only uniqueness matters.
    format!("ThreadPoolExecutor-{}", NEXT.fetch_add(1, Relaxed))
}

/// What an initializer may return: `()`, or a `Result<(), E>` with any error.
pub trait InitializerResult: sealed::IntoResult {}

impl InitializerResult for () {}
impl<E: Into<Box<dyn StdError + Send + Sync>>> InitializerResult for Result<(), E> {}

mod sealed {
    use super::{Cause, StdError};

    #[expect(unnameable_types, reason = "this is what seals the trait")]
    pub trait IntoResult {
        fn into_result(self) -> Result<(), Cause>;
    }

    impl IntoResult for () {
        fn into_result(self) -> Result<(), Cause> {
            Ok(())
        }
    }

    impl<E: Into<Box<dyn StdError + Send + Sync>>> IntoResult for Result<(), E> {
        fn into_result(self) -> Result<(), Cause> {
            self.map_err(Into::into)
        }
    }
}

/// The cause of a pool broken by a panic in its initializer.
#[derive(Debug)]
struct InitializerPanicked {
    message: String,
}

impl From<Box<dyn Any + Send>> for InitializerPanicked {
    fn from(payload: Box<dyn Any + Send>) -> Self {
        let message = match payload.downcast_ref::<&'static str>() {
            Some(message) => (*message).to_owned(),
            None => payload.downcast_ref::<String>().cloned().unwrap_or_default(),
        };
        // A payload may itself panic when dropped, which must not take the worker's accounts with it.
        if let Err(second) = catch_unwind(AssertUnwindSafe(move || drop(payload))) {
            std::mem::forget(second);
        }
        Self { message }
    }
}

impl fmt::Display for InitializerPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the initializer panicked: {}", self.message)
    }
}

impl StdError for InitializerPanicked {}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("max_workers", &self.max_workers)
            .field("thread_name_prefix", &self.thread_name_prefix)
            .field("stack_size", &self.stack_size)
            .field("initializer", &self.initializer.is_some())
            .finish()
    }
}
