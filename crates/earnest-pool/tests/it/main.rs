//! What the pool promises, checked from outside. One binary, one module per area.

#![cfg(not(earnest_loom))]
mod broken;
mod hostile;
mod leftovers;
mod order;
mod shutdown;
mod submit;
mod threads;
mod waiting;
