//! Several inputs in one task.

use crate::outcomes::Outcomes;
use crate::values::Room;
use core::panic::Location;
use earnest_core::{Error, Future, Panic};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A task for several inputs: how many, and what they come to.
pub(crate) type Chunk<R> = (usize, Future<Outcomes<R>>);

/// Applies `f` to each input, and writes to `room`, if it is any, or else makes some. One for which it panics is a failure
/// in its place, and the others go on.
pub(crate) fn run<T, R>(
    inputs: Vec<T>,
    room: Room<R>,
    f: impl Fn(T) -> R,
    location: &'static Location<'static>,
) -> Outcomes<R> {
    let mut outcomes = Outcomes::new(room.or_new(inputs.len()));
    let mut inputs = inputs.into_iter();
    // Caught around all that are left, and not around each. What a panic leaves behind is whole: the input is gone, the
    // values before it are there.
    while let Err(payload) = catch_unwind(AssertUnwindSafe(|| outcomes.extend(inputs.by_ref().map(&f)))) {
        outcomes.fail(Error::Panicked(Panic::new(payload, location)));
    }
    assert!(inputs.len() == 0, "there is room for all");
    outcomes
}
