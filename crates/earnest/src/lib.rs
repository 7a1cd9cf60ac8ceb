//! Facade.

#![forbid(unsafe_code)]

#[doc(inline)]
pub use earnest_combinators::*;
#[doc(inline)]
pub use earnest_core::*;
#[doc(inline)]
pub use earnest_pool::*;
