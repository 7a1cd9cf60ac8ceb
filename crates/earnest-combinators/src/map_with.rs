//! A map that pulls its inputs bit by bit, in chunks, in whatever order.

use crate::chunk::{Chunk, same_for_each};
use crate::in_flight::{InFlight, Unordered};
use crate::map_options::MapOptions;
use core::fmt;
use core::iter::FusedIterator;
use core::panic::Location;
use earnest_core::{Error, Executor, ExecutorExt, Future, deadline_after};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::vec;

/// The results of [`MapExt::map_with`](crate::MapExt::map_with). Dropping it cancels what has not started.
#[must_use = "dropping a map cancels what has not started: call `detach` to let it run"]
pub struct MapWith<'e, E: ?Sized, I, F, R> {
    // The first field, so that cancelling comes before the destructors of inputs and function.
    under_way: UnderWay<R>,
    /// What is left of a chunk whose results are being yielded.
    results: vec::IntoIter<Result<R, Error>>,
    /// How many inputs have been pulled whose results have not been yielded.
    n_pulled: usize,
    capacity: usize,
    chunk_size: usize,
    deadline: Option<Instant>,
    executor: &'e E,
    /// `None` once they have ended, or nothing is to be pulled any more.
    inputs: Option<I>,
    f: Arc<F>,
    /// Where `map_with` was called.
    location: &'static Location<'static>,
}

/// Tasks whose results have not been asked for.
enum UnderWay<R> {
    /// One for each input, in input order.
    Single(InFlight<Future<R>>),
    /// One for each chunk, in input order.
    Chunked(InFlight<Chunk<R>>),
    /// One for each chunk, as they complete.
    Unordered(Unordered<R>),
}

/// What is to be yielded next.
enum Next<R> {
    Result(Result<R, Error>),
    Chunk(vec::IntoIter<Result<R, Error>>),
    TimedOut,
    Nothing,
}

impl<R> UnderWay<R> {
    fn new(is_unordered: bool, chunk_size: usize) -> Self {
        match (is_unordered, chunk_size) {
            (true, _) => UnderWay::Unordered(Unordered::new()),
            (false, 1) => UnderWay::Single(InFlight::new()),
            (false, _) => UnderWay::Chunked(InFlight::new()),
        }
    }

    fn next(&mut self, deadline: Option<Instant>) -> Next<R> {
        let chunk = match self {
            UnderWay::Single(futures) => {
                let Some(first) = futures.pop_first() else { return Next::Nothing };
                let Some(deadline) = deadline else { return Next::Result(first.result()) };
                return match first.result_deadline(deadline) {
                    Ok(result) => Next::Result(result),
                    Err(timed_out) => {
                        futures.push_first(timed_out.into_inner());
                        Next::TimedOut
                    }
                };
            }
            UnderWay::Chunked(chunks) => {
                let Some((n, first)) = chunks.pop_first() else { return Next::Nothing };
                let Some(deadline) = deadline else { return Next::Chunk(same_for_each(n, first.result())) };
                match first.result_deadline(deadline) {
                    Ok(results) => return Next::Chunk(same_for_each(n, results)),
                    Err(timed_out) => chunks.push_first((n, timed_out.into_inner())),
                }
                return Next::TimedOut;
            }
            UnderWay::Unordered(chunks) => chunks.next(deadline),
        };
        match chunk {
            Ok(Some((n, chunk))) => Next::Chunk(same_for_each(n, chunk.result())),
            Ok(None) => Next::Nothing,
            Err(_timed_out) => Next::TimedOut,
        }
    }

    fn detach(self) {
        match self {
            UnderWay::Single(futures) => futures.detach(),
            UnderWay::Chunked(chunks) => chunks.detach(),
            UnderWay::Unordered(chunks) => chunks.detach(),
        }
    }
}

impl<E: ?Sized, I, F, R> MapWith<'_, E, I, F, R> {
    /// Lets all tasks run that have been submitted, and drops what they come to. No further input is pulled.
    pub fn detach(self) {
        self.under_way.detach();
    }

    /// Cancels what has not started, for good.
    fn give_up(&mut self) -> Error {
        self.inputs = None;
        self.n_pulled = 0;
        self.results = Vec::new().into_iter();
        self.under_way = UnderWay::Single(InFlight::new());
        Error::DeadlineExceeded
    }
}

impl<'e, E, I, F, R> MapWith<'e, E, I, F, R>
where
    E: Executor + ?Sized,
    I: Iterator,
    I::Item: Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    #[track_caller]
    pub(crate) fn begin(executor: &'e E, options: MapOptions, inputs: I, f: F) -> Self {
        let capacity = options.buffer_size.unwrap_or(usize::MAX);
        let chunk_size = options.chunk_size_for(executor, inputs.size_hint().0).min(capacity);
        let mut map = Self {
            under_way: UnderWay::new(options.is_unordered, chunk_size),
            results: Vec::new().into_iter(),
            n_pulled: 0,
            capacity,
            chunk_size,
            deadline: options.timeout.and_then(deadline_after),
            executor,
            inputs: Some(inputs),
            f: Arc::new(f),
            location: Location::caller(),
        };
        map.fill();
        map
    }

    /// Pulls and submits while there is room for a whole chunk.
    #[track_caller]
    fn fill(&mut self) {
        while self.capacity - self.n_pulled >= self.chunk_size {
            let Some(inputs) = &mut self.inputs else { return };
            let f = self.f.clone();
            if let UnderWay::Single(futures) = &mut self.under_way {
                let Some(input) = inputs.next() else { break };
                futures.push_last(self.executor.submit(move || f(input)));
                self.n_pulled += 1;
                continue;
            }
            let chunk: Vec<_> = inputs.take(self.chunk_size).collect();
            let n = chunk.len();
            if n == 0 {
                break;
            }
            let location = self.location;
            let chunk = (n, self.executor.submit(move || crate::chunk::run(chunk, &*f, location)));
            match &mut self.under_way {
                UnderWay::Chunked(chunks) => chunks.push_last(chunk),
                UnderWay::Unordered(chunks) => chunks.push(chunk),
                UnderWay::Single(_) => unreachable!("it has been looked at above"),
            }
            self.n_pulled += n;
        }
        if self.capacity - self.n_pulled >= self.chunk_size {
            self.inputs = None;
        }
    }

    /// Whether the inputs have ended, as far as can be told without pulling one.
    fn inputs_have_ended(&self) -> bool {
        self.inputs.as_ref().is_none_or(|inputs| inputs.size_hint().1 == Some(0))
    }
}

impl<E, I, F, R> Iterator for MapWith<'_, E, I, F, R>
where
    E: Executor + ?Sized,
    I: Iterator,
    I::Item: Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    type Item = Result<R, Error>;

    /// Submits what there is room for, then blocks until the next result is there or time has run out. `None`: the
    /// iteration is finished.
    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        let time_is_up = self.deadline.is_some_and(has_passed);
        // Room is filled here, at the next call, and not when a result is about to be yielded: until it is, its input
        // counts.
        if !time_is_up {
            self.fill();
        }
        loop {
            if let Some(result) = self.results.next() {
                self.n_pulled -= 1;
                return Some(result);
            }
            match self.under_way.next(self.deadline) {
                Next::Result(result) => {
                    self.n_pulled -= 1;
                    return Some(result);
                }
                Next::Chunk(results) => self.results = results,
                Next::TimedOut => return Some(Err(self.give_up())),
                Next::Nothing => {
                    return (time_is_up && !self.inputs_have_ended()).then(|| Err(self.give_up()));
                }
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.inputs.as_ref().map_or((0, Some(0)), Iterator::size_hint);
        let lower = lower.saturating_add(self.n_pulled);
        let upper = upper.and_then(|upper| upper.checked_add(self.n_pulled));
        // When time runs out, one error stands for all the results that are left.
        (if self.deadline.is_some() { lower.min(1) } else { lower }, upper)
    }
}

impl<E, I, F, R> FusedIterator for MapWith<'_, E, I, F, R>
where
    E: Executor + ?Sized,
    I: Iterator,
    I::Item: Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
}

impl<E: ?Sized, I, F, R> fmt::Debug for MapWith<'_, E, I, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapWith").field("in_flight", &self.n_pulled).finish_non_exhaustive()
    }
}

fn has_passed(deadline: Instant) -> bool {
    // The core's clock and not `Instant::now`: where there is none, no deadline passes.
    deadline_after(Duration::ZERO).is_some_and(|now| now >= deadline)
}
