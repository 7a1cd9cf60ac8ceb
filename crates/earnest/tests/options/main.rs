//! Tasks that were submitted with options: names, tokens, deadlines.

mod context;
mod deadlines;
mod shutdown;
mod storm;
mod support;
