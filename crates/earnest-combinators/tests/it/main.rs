//! What the combinators promise, checked from outside. One binary, one module per area.

#![cfg(not(earnest_loom))]

earnest_testing::guard!();

mod as_completed;
mod completion_set;
mod conform_as_completed;
mod conform_map;
mod conform_wait;
mod failed_if;
mod held_up;
mod join;
mod leftovers;
mod map;
mod map_chunks;
mod map_items;
mod map_with;
mod printed;
mod race;
#[cfg(feature = "stream")]
mod stream;
mod support;
mod wait;
