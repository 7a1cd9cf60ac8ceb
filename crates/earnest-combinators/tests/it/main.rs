//! What the combinators promise, checked from outside. One binary, one module per area.

#![cfg(not(earnest_loom))]

mod as_completed;
mod map;
mod support;
mod wait;
