//! Several inputs in one task.

use core::panic::Location;
use earnest_core::{Error, Future, Panic};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::vec;

/// A task for several inputs: how many, and what they come to, each for itself.
pub(crate) type Chunk<R> = (usize, Future<Vec<Result<R, Error>>>);

/// Applies `f` to each input. One for which it panics is an error in its place, and the others go on.
pub(crate) fn run<T, R>(
    inputs: Vec<T>,
    f: impl Fn(T) -> R,
    location: &'static Location<'static>,
) -> Vec<Result<R, Error>> {
    let result = |input| catch_unwind(AssertUnwindSafe(|| f(input)));
    inputs
        .into_iter()
        .map(|input| result(input).map_err(|payload| Error::Panicked(Panic::new(payload, location))))
        .collect()
}

/// The results of a chunk; where it has none, its error for each of its `n` inputs.
pub(crate) fn same_for_each<R>(
    n: usize,
    results: Result<Vec<Result<R, Error>>, Error>,
) -> vec::IntoIter<Result<R, Error>> {
    let results = results.unwrap_or_else(|error| {
        let others: Vec<Result<R, Error>> = (1..n).map(|_| Err(like(&error))).collect();
        core::iter::once(Err(error)).chain(others).collect()
    });
    results.into_iter()
}

/// An error can be had once, but the reasons for which a task never runs are told by their kind.
fn like(error: &Error) -> Error {
    match error {
        Error::Cancelled => Error::Cancelled,
        Error::Rejected => Error::Rejected,
        Error::DeadlineExceeded => Error::DeadlineExceeded,
        Error::Broken(broken) => Error::Broken(broken.clone()),
        _ => Error::Abandoned,
    }
}
