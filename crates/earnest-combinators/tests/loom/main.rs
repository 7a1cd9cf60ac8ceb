//! Models of the combinators' protocols, one file each. `cargo xtask loom` runs them.

#![cfg(earnest_loom)]

mod add_vs_next;
mod as_completed_vs_drop;
mod first_of_two;
mod map_vs_drop;
mod race_of_two;
