//! The spans of tasks and the events of workers, as a subscriber sees them.

earnest_testing::guard!();

mod ends;
mod entered;
mod panicking;
mod parents;
mod unwanted;
mod workers;

// What they share.
mod support;
