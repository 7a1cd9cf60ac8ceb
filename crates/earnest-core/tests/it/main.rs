//! What the core promises, checked from outside. One binary, one module per area.

#![cfg(not(earnest_loom))]

earnest_testing::guard!();

mod auto_traits;
mod states;
mod result;
mod errors;
mod callback;
mod cancel;
mod promise;
mod shared;
mod derived;
mod id;
mod join;
mod detached;
mod unseen;
mod leftovers;
mod token;
mod token_callbacks;
mod called;
mod printed;

// What they share.
mod asleep;
mod roll;
mod script;
mod scripts;
