//! What the pool promises, checked from outside. One binary, one module per area.

#![cfg(not(earnest_loom))]

earnest_testing::guard!();

mod async_blocks;
mod bad_input;
mod bounded;
mod broken;
mod environment;
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
mod injector;
mod order;
mod printed;
mod priorities;
mod resize;
mod schedule;
mod shutdown;
mod submit;
mod threads;
mod waiting;
