//! Tasks that were submitted with options: names, tokens, deadlines.

earnest_testing::guard!();

mod context;
mod deadlines;
mod shutdown;
mod storm;
mod support;
