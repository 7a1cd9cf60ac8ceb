//! A picture of what a pool's tasks and workers did, and when: to see why a program is slow.
//!
//! A [`Timeline`] records what its [recorders](Timeline::recorder) are told, each by one pool, and makes of it a page for any
//! browser, a trace for [Perfetto](https://ui.perfetto.dev), or [a few lines](Timeline::summary).
//!
//! ```
//! use earnest_core::TaskOptions;
//! use earnest_pool::ThreadPoolExecutor;
//! use earnest_timeline::Timeline;
//!
//! let timeline = Timeline::new();
//! let pool = ThreadPoolExecutor::builder().max_workers(2).on_event(timeline.recorder("sums")).build()?;
//! let sum = |n: u64| pool.submit_with(TaskOptions::new().name(format!("sum {n}")), move |_| (0..n).sum::<u64>());
//! let sums: Vec<_> = (0..100).map(sum).collect();
//! sums.into_iter().for_each(|sum| drop(sum.result()));
//!
//! # let folder = tempfile::tempdir()?;
//! # let (page, trace) = (folder.path().join("timeline.html"), folder.path().join("timeline.json"));
//! # /*
//! let (page, trace) = ("timeline.html", "timeline.json");
//! # */
//! timeline.write_html(page)?;
//! timeline.write_trace(trace)?;
//! println!("{}", timeline.summary());
//! assert_eq!(timeline.summary().tasks, 100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The page
//!
//! It is one file, which needs no network. Each worker has a lane, and each task is a slice of it, below the one in whose
//! place it ran while that waited. Above the lanes is how many tasks were queued, below them are the tasks that never began.
//! Tasks have the colour of their name, and without one that of the place at which they were submitted; a table says how much
//! time went into each. Names that differ in numbers only are taken for one, and if there are many, those with the same first
//! word: `fetch index.html` and `fetch about.html` are of one kind.
//!
//! # What it costs
//!
//! What [`on_event`](earnest_pool::Builder::on_event) costs, and for each thing that happens a look at the clock, an atomic
//! counter that all threads share, a lock that few share, and 72 bytes; the name of a task is copied. A task is three
//! records, and a worker that sleeps two.
//! At most [so many](Timeline::with_capacity) are kept.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
mod readme {}

// In reading order: what users hold, what is recorded, what is made of it, and how that is written.
mod timeline;
mod log;
mod record;
mod picture;
mod lane;
mod kind;
mod summary;
mod text;
mod page;
mod columns;
mod trace;

pub use summary::{SlowestTask, TimelineSummary};
pub use timeline::Timeline;
