//! Facade.
pub use earnest_core::*;
