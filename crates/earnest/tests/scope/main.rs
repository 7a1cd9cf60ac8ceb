//! Tasks that borrow: whatever becomes of them, nothing of theirs is left when the scope returns.

earnest_testing::guard!();

mod ends;
mod execute;
mod join;
mod join_on_workers;
mod map;
mod stuck;
mod support;
mod tasks;
