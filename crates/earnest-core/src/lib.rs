//! Futures for blocking code: the core of the earnest crates.
//!
//! A [`Future`] is a value that is still to come. It can be blocked on, awaited, cancelled, shared and given callbacks;
//! it is brought about by a [`Promise`], or by a [`task`] that an [`Executor`] runs. The crate starts no
//! threads: depend on it alone to return futures from a library, to take an executor as a parameter, or to write one.
//! Everybody else wants the facade, `earnest`.
//!
//! ```
//! let (promise, future) = earnest_core::promise();
//! std::thread::spawn(move || promise.complete(6 * 7));
//! assert_eq!(future.result().unwrap(), 42);
//! ```
//!
//! # What is guaranteed
//!
//! - Every future ends resolved: when its task has returned, panicked, been cancelled, refused, or dropped. Only a task
//!   that never returns, an executor that nobody drives, or a leaked promise leave one open.
//! - The terminal transition is made once, atomically, by one thread, which runs the callbacks and then wakes everybody
//!   who waits. There is no state between cancelled and notified in which a waiter could be forgotten.
//! - What happened before that transition happens before the outcome is seen.
//! - No code of yours (closure, callback, waker, destructor) runs under a lock or inside a transition.

// In reading order: a closure's way from `submit` to `result`.
mod executor;
mod task;
mod task_options;
mod context;
mod terms;
mod deadline;
mod backlog;
mod expiry;
mod parties;
mod cell;
mod producer;
mod settle;
mod settling;
mod state;
mod observer;
mod side;
mod waiter;
mod watching;
mod worker;
mod owner;
mod wait;
mod awaited;
mod graph;
mod deadlock;
mod future;
mod future_wait;
mod consumer;
mod derived;
mod then;
mod sources;
mod shared;
mod shared_outcome;
mod cancel;
mod cancel_on_drop;
mod link;
mod scope;
mod scope_end;
mod firm_wait;
mod scoped_future;
mod scoped_map;
mod join;
mod promise;
mod token;
mod waitable;
mod failed_if;
mod id;
mod unseen;
mod inline;
mod manual;
#[cfg(feature = "rayon")]
mod rayon;
#[cfg(feature = "tokio")]
mod tokio;
mod error;
mod panic;

#[cfg(feature = "rayon")]
pub use crate::rayon::RayonExecutor;
#[cfg(feature = "tokio")]
pub use crate::tokio::TokioExecutor;
pub use backlog::Backlog;
pub use cancel::CancelHandle;
pub use cancel_on_drop::CancelOnDrop;
pub use context::TaskContext;
pub use deadlock::{Deadlock, DeadlockedTask};
pub use error::{Broken, Cancelled, Error, TimedOut};
pub use executor::{Executor, ExecutorExt, Refusal, Refused, SubmitError};
pub use expiry::{Expiry, RunningTask};
pub use failed_if::FailedIf;
pub use future::{Future, State};
pub use id::FutureId;
pub use inline::InlineExecutor;
pub use join::join;
pub use manual::ManualExecutor;
pub use owner::Owner;
pub use panic::{Panic, run_caught};
pub use producer::Dismissal;
pub use promise::{Promise, promise};
pub use scope::{Scope, scope};
pub use scoped_future::ScopedFuture;
pub use scoped_map::ScopedMap;
pub use shared::SharedFuture;
pub use shared_outcome::SharedOutcome;
#[doc(hidden)]
pub use sources::Needs;
pub use task::{Runnable, task, task_with};
pub use task_options::{Priority, TaskOptions};
pub use token::{Cancellation, CancellationToken, Registration};
pub use unseen::{HookAlreadySet, UnseenFailure, set_unseen_failure_hook};
#[doc(hidden)]
pub use wait::unqueued_is_awaited;
pub use wait::{Blocked, blocking};
pub use waitable::Waitable;
pub use waiter::{Inbox, Waiter, deadline_after};
#[doc(hidden)]
pub use watching::Watching;
pub use worker::{Host, Worker};
