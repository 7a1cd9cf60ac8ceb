#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

// In reading order: the pool, what submitting gives, what to do with many.
#[doc(inline)]
pub use earnest_pool::*;

#[doc(inline)]
pub use earnest_core::*;

#[doc(inline)]
pub use earnest_combinators::*;

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
        HookAlreadySet, InlineExecutor, ManualExecutor, Panic, Priority, Promise, Refusal, Refused,
        Registration, Runnable, RunningTask, Scope, ScopedFuture, ScopedMap, SharedFuture, SharedOutcome,
        State, SubmitError, TaskContext, TaskOptions, TimedOut, UnseenFailure, Waitable, Waiter, blocking,
        deadline_after, join, promise, scope, set_unseen_failure_hook, task,
    };
    #[doc(no_inline)]
    pub use earnest_pool::*;
}
