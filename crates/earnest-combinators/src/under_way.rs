//! The tasks of a map whose results have not been asked for.

use crate::chunk::Chunk;
use crate::in_flight::{InFlight, Unordered};
use crate::outcomes::Outcomes;
use earnest_core::{Error, Future};
use std::time::Instant;

/// What has been submitted. Dropping it cancels what has not started.
pub(crate) enum UnderWay<R> {
    /// One for each input, in input order.
    Single(InFlight<Future<R>>),
    /// One for each chunk, in input order.
    Chunked(InFlight<Chunk<R>>),
    /// One for each input, as they complete.
    UnorderedSingle(Unordered<Future<R>>),
    /// One for each chunk, as they complete.
    Unordered(Unordered<Chunk<R>>),
}

/// What a wait for the next task comes to.
pub(crate) enum Ended<R> {
    One(Result<R, Error>),
    Chunk(Outcomes<R>),
    TimedOut,
    /// There is none.
    Nothing,
}

impl<R> UnderWay<R> {
    pub(crate) fn new(is_unordered: bool, chunk_size: usize) -> Self {
        match (is_unordered, chunk_size) {
            (true, 1) => UnderWay::UnorderedSingle(Unordered::new()),
            (true, _) => UnderWay::Unordered(Unordered::new()),
            (false, 1) => UnderWay::Single(InFlight::new()),
            (false, _) => UnderWay::Chunked(InFlight::new()),
        }
    }

    /// Whether there is a task for each input.
    pub(crate) fn is_single(&self) -> bool {
        matches!(self, UnderWay::Single(_) | UnderWay::UnorderedSingle(_))
    }

    pub(crate) fn push_single(&mut self, future: Future<R>) {
        match self {
            UnderWay::Single(futures) => futures.push_last(future),
            UnderWay::UnorderedSingle(futures) => futures.push(future),
            _ => unreachable!("there is a task for each chunk"),
        }
    }

    pub(crate) fn push_chunk(&mut self, chunk: Chunk<R>) {
        match self {
            UnderWay::Chunked(chunks) => chunks.push_last(chunk),
            UnderWay::Unordered(chunks) => chunks.push(chunk),
            _ => unreachable!("there is a task for each input"),
        }
    }

    /// For who wants all results, and none before the others: lets tasks run for a while, if the next is not done.
    pub(crate) fn let_run(&self) {
        match self {
            UnderWay::Single(futures) => futures.let_run(),
            UnderWay::Chunked(chunks) => chunks.let_run(),
            // The next is whichever is done.
            UnderWay::UnorderedSingle(_) | UnderWay::Unordered(_) => {}
        }
    }

    /// Blocks until the next task is done, or until `deadline`.
    pub(crate) fn next(&mut self, deadline: Option<Instant>) -> Ended<R> {
        match self {
            UnderWay::Single(futures) => {
                let Some(first) = futures.pop_first() else { return Ended::Nothing };
                match result_by(first, deadline) {
                    Ok(result) => return Ended::One(result),
                    Err(first) => futures.push_first(first),
                }
            }
            UnderWay::Chunked(chunks) => {
                let Some((n, first)) = chunks.pop_first() else { return Ended::Nothing };
                match result_by(first, deadline) {
                    Ok(result) => return Ended::chunk(n, result),
                    Err(first) => chunks.push_first((n, first)),
                }
            }
            UnderWay::UnorderedSingle(futures) => match futures.next(deadline) {
                Ok(Some(future)) => return Ended::One(future.result()),
                Ok(None) => return Ended::Nothing,
                Err(_timed_out) => {}
            },
            UnderWay::Unordered(chunks) => match chunks.next(deadline) {
                Ok(Some((n, chunk))) => return Ended::chunk(n, chunk.result()),
                Ok(None) => return Ended::Nothing,
                Err(_timed_out) => {}
            },
        }
        Ended::TimedOut
    }

    pub(crate) fn detach(self) {
        match self {
            UnderWay::Single(futures) => futures.detach(),
            UnderWay::Chunked(chunks) => chunks.detach(),
            UnderWay::UnorderedSingle(futures) => futures.detach(),
            UnderWay::Unordered(chunks) => chunks.detach(),
        }
    }
}

impl<R> Ended<R> {
    fn chunk(n: usize, result: Result<Outcomes<R>, Error>) -> Self {
        Ended::Chunk(result.unwrap_or_else(|error| Outcomes::all_failed(n, error)))
    }
}

fn result_by<T>(future: Future<T>, deadline: Option<Instant>) -> Result<Result<T, Error>, Future<T>> {
    match deadline {
        None => Ok(future.result()),
        Some(deadline) => future.result_deadline(deadline).map_err(|timed_out| timed_out.into_inner()),
    }
}
