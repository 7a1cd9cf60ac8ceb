#![doc = include_str!("guide/links.md")]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

// In reading order: the pool, what submitting gives, what to do with many.
#[doc(inline)]
pub use earnest_pool::*;

#[doc(inline)]
pub use earnest_core::*;

#[doc(inline)]
pub use earnest_combinators::*;

#[cfg(feature = "timeline")]
#[doc(inline)]
pub use earnest_timeline::*;

// Once more by name, so that the documentation marks them by the feature of this crate.
#[cfg(feature = "stream")]
#[doc(inline)]
pub use earnest_combinators::CompletionStream;
#[cfg(feature = "rayon")]
#[doc(inline)]
pub use earnest_core::RayonExecutor;
#[cfg(feature = "tokio")]
#[doc(inline)]
pub use earnest_core::TokioExecutor;
#[cfg(feature = "metrics")]
#[doc(inline)]
pub use earnest_pool::metrics_recorder;

#[cfg(any(doc, doctest))]
pub mod guide;

/// Everything, for `use earnest::prelude::*`.
///
/// The name `Future` belongs to the standard library's trait: here, ours is [`TaskFuture`](prelude::TaskFuture).
///
/// ```
/// use earnest::prelude::*;
///
/// let pool = ThreadPoolExecutor::new();
/// let future: TaskFuture<u32> = pool.submit(|| 7);
/// assert_eq!(future.result().unwrap(), 7);
/// ```
pub mod prelude {
    #[doc(no_inline)]
    pub use earnest_combinators::*;
    #[cfg(feature = "rayon")]
    #[doc(no_inline)]
    pub use earnest_core::RayonExecutor;
    #[cfg(feature = "tokio")]
    #[doc(no_inline)]
    pub use earnest_core::TokioExecutor;
    #[doc(no_inline)]
    pub use earnest_core::{
        Broken, CancelHandle, CancelOnDrop, Cancellation, CancellationToken, Cancelled, Deadlock,
        DeadlockedTask, Dismissal, Error, Executor, ExecutorExt, FailedIf, Future as TaskFuture, FutureId,
        HookAlreadySet, InlineExecutor, ManualExecutor, Panic, Priority, Probe, Promise, Refusal, Refused,
        Registration, Runnable, RunningTask, Scope, ScopedFuture, ScopedMap, SharedFuture, SharedOutcome,
        State, SubmitError, TaskContext, TaskEnd, TaskEvent, TaskInfo, TaskOptions, TimedOut, UnseenFailure,
        Waitable, Waiter, blocking, deadline_after, join, promise, scope, set_unseen_failure_hook, task,
    };
    #[doc(no_inline)]
    pub use earnest_pool::*;
    #[cfg(feature = "timeline")]
    #[doc(no_inline)]
    pub use earnest_timeline::*;
}
