//! Programs that users of a thread pool write, as they would write them, and what each of them shows.
//!
//! Each is a small function with the number of the program, and beside it the test of what it shows. Where real ones
//! would have work that takes its time, these wait for a [gate](jobs), so that what they show is no matter of luck.
//!
//! | programs | where |
//! |---|---|
//! | 1 | `examples/download`, tested by `tests/download.rs` |
//! | 2, 3, 4, 20 | [`map`] |
//! | 5, 6, 24 | [`completion`] |
//! | 7, 18, 21 | [`callbacks`] |
//! | 8, 9, 10 | [`waiting`] |
//! | 11, 12 | [`names`] |
//! | 13, 14 | [`initializer`] |
//! | 15, 16, 17 | [`status`] |
//! | 19 | [`failures`] |
//! | 22 | [`stopping`] |
//! | 23 | [`speedup`] |

#![cfg(not(earnest_loom))]

earnest_testing::guard!();

mod map;
mod completion;
mod callbacks;
mod waiting;
mod names;
mod initializer;
mod status;
mod failures;
mod stopping;
mod speedup;

// What they share.
mod jobs;
