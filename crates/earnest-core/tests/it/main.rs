//! What the core promises, checked from outside. One binary, one module per area.

#![cfg(not(earnest_loom))]
mod auto_traits;
mod callback;
mod cancel;
mod derived;
mod id;
mod result;
mod shared;
mod unseen;
