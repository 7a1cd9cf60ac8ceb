//! What the inputs of a chunk come to, each for itself.

use crate::values::{Room, Values};
use core::mem;
use earnest_core::Error;
use std::vec;

/// Values in the order of their inputs, and the failures among them.
///
/// Failures are few, so values lie next to each other: a run of them ends where there is a failure.
pub(crate) struct Outcomes<R> {
    /// Runs, each with the failure that ends it.
    failed: Vec<(Values<R>, Error)>,
    /// The values after the last failure.
    last: Room<R>,
}

impl<R> Outcomes<R> {
    /// None as yet.
    pub(crate) fn new(room: Room<R>) -> Self {
        Self { failed: Vec::new(), last: room }
    }

    /// Where no input has an outcome of its own: `error` for each of `n`.
    pub(crate) fn all_failed(n: usize, error: Error) -> Self {
        let others: Vec<_> = (1..n).map(|_| (Values::none(), like(&error))).collect();
        Self { failed: core::iter::once((Values::none(), error)).chain(others).collect(), last: Room::none() }
    }

    /// If `values` panics, what it gave before is kept.
    pub(crate) fn extend(&mut self, values: impl Iterator<Item = R>) {
        self.last.extend(values);
    }

    pub(crate) fn fail(&mut self, error: Error) {
        self.failed.push((self.last.take_written(), error));
    }

    pub(crate) fn into_pieces(mut self) -> Pieces<R> {
        let last = self.last.take_written();
        Pieces { run: Values::none(), failure: None, failed: self.failed.into_iter(), last }
    }
}

/// [`Outcomes`] that are being yielded.
pub(crate) struct Pieces<R> {
    /// What is left of the run at hand,
    run: Values<R>,
    /// and the failure that ends it.
    failure: Option<Error>,
    failed: vec::IntoIter<(Values<R>, Error)>,
    last: Values<R>,
}

/// What is to be yielded next.
pub(crate) enum Piece<R> {
    /// One at least.
    Values(Values<R>),
    Failure(Error),
}

impl<R> Pieces<R> {
    pub(crate) fn none() -> Self {
        Outcomes::new(Room::none()).into_pieces()
    }

    /// The next failure, or the values up to it, `most` at most.
    pub(crate) fn next(&mut self, most: usize) -> Option<Piece<R>> {
        while self.run.len() == 0 {
            if let Some(error) = self.failure.take() {
                return Some(Piece::Failure(error));
            }
            if let Some((run, error)) = self.failed.next() {
                self.run = run;
                self.failure = Some(error);
            } else if self.last.len() == 0 {
                return None;
            } else {
                self.run = mem::take(&mut self.last);
            }
        }
        let mut values = mem::take(&mut self.run);
        if most < values.len() {
            self.run = values.split_off(most);
        }
        Some(Piece::Values(values))
    }
}

/// An error can be had once, but the reasons for which a task never runs are told by their kind.
fn like(error: &Error) -> Error {
    match error {
        Error::Cancelled => Error::Cancelled,
        Error::Rejected => Error::Rejected,
        Error::DeadlineExceeded => Error::DeadlineExceeded,
        Error::Broken(broken) => Error::Broken(broken.clone()),
        Error::Deadlock(deadlock) => Error::Deadlock(deadlock.clone()),
        _ => Error::Abandoned,
    }
}
