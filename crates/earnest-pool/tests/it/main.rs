//! What the pool promises, checked from outside. One binary, one module per area.

#![cfg(not(earnest_loom))]

earnest_testing::guard!();

mod async_blocks;
mod bad_input;
mod bounded;
mod bounded_in_time;
mod broken;
mod environment;
mod events;
mod events_of_parts;
mod events_of_workers;
mod exit;
#[cfg(unix)]
mod faults;
mod finalizer;
#[cfg(unix)]
mod fork;
mod gate;
mod hostile;
mod hooks;
mod leftovers;
mod local_state;
mod long;
#[cfg(feature = "metrics")]
mod metrics;
mod injector;
mod order;
mod printed;
mod priorities;
mod resize;
mod schedule;
mod shutdown;
mod submit;
mod threads;
mod told;
mod waiting;
