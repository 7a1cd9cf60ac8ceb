//! Several futures at once: wait for them, iterate over them as they complete, make one of them, map over inputs on an
//! executor.
//!
//! Everything here works on the futures of any executor, and on promises, mixed in one call. Nothing here starts a
//! thread or runs a task: the calling thread blocks, and whoever completes a future wakes it.
//!
//! | you want | call |
//! |---|---|
//! | to block until all, or one, or one has failed | [`wait`] |
//! | each future when it is ready | [`as_completed`], [`as_completed_timeout`] |
//! | the same, of futures that are added meanwhile | [`CompletionSet`] |
//! | one future of them all | [`join_all`], [`try_join_all`] |
//! | one future of the first | [`race`], [`first_ok`] |
//! | tasks of which one may decide for the others | [`TaskGroup`] |
//! | a function applied to many inputs, results in input order | [`MapExt::map`], [`MapExt::map_with`] |
//!
//! With the feature `stream`, futures that complete can be iterated over in async code: `AsCompleted::into_stream`,
//! `CompletionSet::into_stream`.
//!
//! ```
//! use earnest_combinators::{ReturnWhen, wait};
//!
//! let (promise, first) = earnest_core::promise();
//! let (_unkept, second) = earnest_core::promise();
//! std::thread::spawn(move || promise.complete("done"));
//!
//! let waited = wait([first, second], ReturnWhen::FirstCompleted, None);
//! assert_eq!(waited.done.len(), 1);
//! assert_eq!(waited.not_done.len(), 1);
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
mod readme {}

mod wait;
mod as_completed;
mod watched;
mod completion_set;
mod adder;
mod members;
#[cfg(feature = "stream")]
mod stream;
mod join;
mod race;
mod gather;
mod entrants;
mod group;
mod map;
mod map_with;
mod map_options;
mod under_way;
mod chunk;
mod outcomes;
mod values;
mod in_flight;

pub use adder::Adder;
pub use as_completed::{AsCompleted, AsCompletedTimeout, as_completed, as_completed_timeout};
pub use completion_set::CompletionSet;
pub use entrants::{CancelLosers, Entrants, EntrantsExt};
pub use group::{GroupPolicy, TaskGroup};
pub use join::{join_all, try_join_all};
pub use map::{Map, MapExt};
pub use map_options::MapOptions;
pub use map_with::MapWith;
pub use race::{first_ok, race};
#[cfg(feature = "stream")]
pub use stream::CompletionStream;
pub use wait::{Ended, ReturnWhen, Wait, wait};
