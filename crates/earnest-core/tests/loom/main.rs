//! Models of the core's protocols, one file each. `cargo xtask loom` runs them.

#![cfg(earnest_loom)]

mod backlog;
mod cancel_vs_start;
mod claim_vs_run;
mod complete_vs_callbacks;
mod complete_vs_drop;
mod complete_vs_poll;
mod complete_vs_poll_next;
mod complete_vs_roll;
mod complete_vs_wait;
mod cycle_of_two;
mod derived;
mod expire;
mod instrument;
mod join;
mod look_vs_last_holder;
mod scope;
mod support;
mod token;
