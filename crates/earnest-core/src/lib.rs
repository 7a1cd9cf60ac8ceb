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
//!
//! # Without `std`
//!
//! With `default-features = false` the crate needs `core`, `alloc`, and atomics as wide as a pointer. There are promises and
//! futures with all that is made of them, callbacks, polling and awaiting, tasks with their options, executors, those
//! included that have no threads, and cancellation tokens. Absent is whatever blocks a thread (`result` and `wait` of all
//! handles, scopes, `join`, `blocking`), deadlines, as there is no clock, and `Panic::resume`. What is different:
//!
//! - A panic of your code, in a task, a callback or a destructor, is for the program's panic handler. Should that one
//!   unwind after all, what was under way never ends, and its memory is leaked.
//! - Locks spin. They are held for moves only; but an interrupt handler that makes use of what it has interrupted may spin
//!   for ever. Have it set a flag, and complete the promise outside of it.
//! - Inside a callback, the callback's own future has no outcome yet, for [`SharedFuture::peek`] neither: which thread asks is
//!   not known.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(
    not(feature = "std"),
    expect(dead_code, reason = "some of what only threads make use of is simpler to keep than to leave out"),
    allow(rustdoc::broken_intra_doc_links, reason = "the documentation is of what there is with `std`")
)]

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
mod readme {}

extern crate alloc;

#[cfg(not(feature = "std"))]
mod bare;
#[cfg(not(feature = "std"))]
use bare::{graph, settling, worker};

// In reading order: a closure's way from `submit` to `result`.
mod executor;
mod refusal;
mod task;
mod detached;
mod task_options;
mod context;
mod task_event;
mod instrument;
mod span;
mod terms;
#[cfg(feature = "std")]
mod deadline;
mod backlog;
mod expiry;
mod parties;
mod cell;
mod closure;
mod producer;
mod settle;
#[cfg(feature = "std")]
mod settling;
mod state;
mod observer;
mod side;
mod waiter;
#[cfg(feature = "std")]
mod watching;
#[cfg(feature = "std")]
mod worker;
mod owner;
mod host_id;
#[cfg(feature = "std")]
mod wait;
#[cfg(feature = "std")]
mod awaited;
#[cfg(feature = "std")]
mod graph;
#[cfg(feature = "std")]
mod listening;
#[cfg(feature = "std")]
mod process_local;
mod deadlock;
mod future;
#[cfg(feature = "std")]
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
#[cfg(feature = "std")]
mod scope;
#[cfg(feature = "std")]
mod scope_end;
#[cfg(feature = "std")]
mod firm_wait;
#[cfg(feature = "std")]
mod scoped_future;
#[cfg(feature = "std")]
mod scoped_map;
#[cfg(feature = "std")]
mod join;
#[cfg(feature = "std")]
mod joins;
#[cfg(feature = "std")]
mod stack_job;
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
pub use executor::{Executor, ExecutorExt};
pub use expiry::{Expiry, RunningTask};
pub use failed_if::FailedIf;
pub use future::{Future, State};
#[doc(hidden)]
pub use host_id::HostId;
pub use id::FutureId;
pub use inline::InlineExecutor;
pub use instrument::Probe;
#[cfg(feature = "std")]
pub use join::join;
pub use manual::ManualExecutor;
pub use owner::Owner;
#[doc(hidden)]
pub use panic::message_of;
pub use panic::{Panic, run_caught};
pub use producer::Dismissal;
pub use promise::{Promise, promise};
pub use refusal::{Refusal, Refused, SubmitError};
#[cfg(feature = "std")]
pub use scope::{Scope, scope};
#[cfg(feature = "std")]
pub use scoped_future::ScopedFuture;
#[cfg(feature = "std")]
pub use scoped_map::ScopedMap;
pub use shared::SharedFuture;
pub use shared_outcome::SharedOutcome;
#[doc(hidden)]
pub use sources::{Needs, Turns};
#[doc(hidden)]
pub use span::{TaskSpan, spans_are_on};
#[doc(hidden)]
pub use task::task_at;
pub use task::{Runnable, TaskId, task, task_with};
pub use task_event::{TaskEnd, TaskEvent, TaskInfo};
pub use task_options::{Priority, TaskOptions};
pub use token::{Cancellation, CancellationToken, Registration};
pub use unseen::{HookAlreadySet, UnseenFailure, set_unseen_failure_hook};
#[cfg(feature = "std")]
#[doc(hidden)]
pub use wait::unqueued_is_awaited;
#[cfg(feature = "std")]
pub use wait::{Blocked, blocking};
pub use waitable::Waitable;
#[doc(hidden)]
pub use waiter::Roll;
#[cfg(feature = "std")]
pub use waiter::deadline_after;
pub use waiter::{Inbox, Waiter};
#[cfg(feature = "std")]
#[doc(hidden)]
pub use watching::Watching;
#[cfg(feature = "std")]
pub use worker::{Host, Worker, is_worker, stack_has_room};
