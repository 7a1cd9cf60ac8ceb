//! What the core promises, checked from outside. One binary, one module per area.

#![cfg(not(earnest_loom))]
#![expect(missing_docs, reason = "tests state their claim in their name")]

mod callback;
mod cancel;
mod result;
