//! What the library does with what nobody should do, where it can be done: each outcome is one that is documented.

#![cfg(not(earnest_loom))]

earnest_testing::guard!();

mod destructors;
mod thread_ends;
mod callbacks;
mod wakers;
mod handles;
mod settings;

// What they share.
mod support;
