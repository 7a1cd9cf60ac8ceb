//! A work-stealing thread pool whose tasks have futures.
//!
//! [`ThreadPoolExecutor`] is the pool; `submit` gives the [`Future`](earnest_core::Future) of what a closure returns.
//! The crate has the pool and nothing else; `wait`, `as_completed` and `map` over the futures of this and any other
//! executor are in `earnest-combinators`, and the facade `earnest` has it all.
//!
//! # The way of a task
//!
//! `submit` makes the closure a task ([`earnest_core::task`]) and queues it: in the worker's own deque when called
//! from a task of this pool, in the shared queue otherwise. Then it looks whether somebody is to be woken, or a thread
//! to be started. A worker that looks for work takes its own newest task, or the oldest of the shared queue, or
//! another worker's oldest; it runs the task, which completes the future, and looks again. When it has found nothing
//! for a while, it parks.
//!
//! ```
//! use earnest_pool::ThreadPoolExecutor;
//!
//! let pool = ThreadPoolExecutor::builder().max_workers(2).build()?;
//! let squares = [1, 2, 3].map(|n| pool.submit(move || n * n));
//! assert_eq!(squares.map(|square| square.result().unwrap()), [1, 4, 9]);
//! # Ok::<(), earnest_pool::BuildError>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
mod readme {}

// In reading order: the way of a task, what goes on around it on a worker's thread, and the settings.
mod pool;
mod control;
mod handle;
mod shared;
mod dismiss;
mod intake;
mod queue;
mod seats;
mod deque;
mod sleep;
mod counts;
mod semaphore;
mod worker;
mod seat;
mod host;
mod pace;
mod worker_state;
mod hooks;
mod with_options;
mod admit;
mod bound;
mod schedule;
mod repeat;
mod async_task;
mod timer;
mod builder;
mod size;
mod shutdown;
mod default;
mod end;
mod error;
mod stats;
mod times;
mod histogram;
mod event;
mod monitor;
#[cfg(feature = "metrics")]
mod metrics;
mod degraded;
mod report;

#[cfg(feature = "metrics")]
pub use self::metrics::metrics_recorder;
pub use bound::RejectionPolicy;
pub use builder::{Builder, InitializerResult};
pub use default::default_pool;
pub use degraded::Degraded;
#[doc(hidden)]
pub use deque::injector;
pub use error::{BuildError, StillRunning};
pub use event::{Event, WorkerEvent};
pub use handle::PoolHandle;
pub use histogram::Histogram;
pub use pool::ThreadPoolExecutor;
pub use repeat::Every;
pub use seat::worker_index;
pub use shutdown::Shutdown;
#[doc(hidden)]
pub use sleep::alone::Accounts;
pub use stats::Stats;
pub use times::TaskTimes;
