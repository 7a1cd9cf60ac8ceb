//! A map that pulls its inputs bit by bit, in chunks, in whatever order.

use crate::map_options::MapOptions;
use crate::outcomes::{Piece, Pieces};
use crate::under_way::{Ended, UnderWay};
use crate::values::{Room, Values};
use core::fmt;
use core::iter::FusedIterator;
use core::mem;
use core::panic::Location;
use earnest_core::{Error, Executor, ExecutorExt, Future, deadline_after, task_at};
use earnest_sync::has_passed;
use std::sync::Arc;
use std::time::Instant;

/// The results of [`MapExt::map_with`](crate::MapExt::map_with). Dropping it cancels what has not started.
///
/// ```
/// use earnest_combinators::{MapExt, MapOptions};
/// # use earnest_core::InlineExecutor;
/// # let executor = InlineExecutor;
///
/// let halves = executor.map_with(MapOptions::new().chunk_size(2), [4, 0, 2], |n| 8 / n);
/// let (values, errors): (Vec<_>, Vec<_>) = halves.partition(Result::is_ok);
/// assert_eq!((values.len(), errors.len()), (2, 1));
/// ```
#[must_use = "dropping a map cancels what has not started: iterate over it, `collect`, or call `detach` to let it run"]
pub struct MapWith<'e, E: ?Sized, I, F, R> {
    // The first field, so that cancelling comes before the destructors of inputs, values and function.
    under_way: UnderWay<R>,
    /// What can be yielded without looking at anything else: values,
    values: Values<R>,
    /// or one result, [fetched](Self::fetch_one) when it is said that there is one. It is left here, and not returned by who
    /// waits for it, as what is at times in memory and at times in registers slows down every loop.
    one: Result<R, Error>,
    /// What is left of the chunk that they are of.
    pieces: Pieces<R>,
    /// For the values of chunks that are still to be submitted.
    unfilled: Room<R>,
    /// How many inputs have been pulled whose results are not among `values`, and have not been yielded.
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

/// What is to be yielded next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Values,
    One,
    Nothing,
}

/// What whoever waits is waiting for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Next,
    /// All results, and none before the others.
    All,
}

impl<E: ?Sized, I, F, R> MapWith<'_, E, I, F, R> {
    /// Lets all tasks run that have been submitted, and drops what they come to. No further input is pulled.
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// use earnest_core::ManualExecutor;
    /// use std::sync::mpsc;
    ///
    /// let executor = ManualExecutor::new();
    /// let (sender, received) = mpsc::channel();
    /// let options = MapOptions::new().buffer_size(2);
    /// executor.map_with(options, 1.., move |n| sender.send(n).unwrap()).detach();
    /// executor.run_all();
    /// assert_eq!(received.into_iter().collect::<Vec<i32>>(), [1, 2]);
    /// ```
    pub fn detach(self) {
        self.under_way.detach();
    }

    /// Cancels what has not started, for good.
    fn give_up(&mut self) -> Next {
        self.inputs = None;
        self.unfilled = Room::none();
        self.n_pulled = 0;
        self.under_way = UnderWay::new(false, 1);
        self.one = Err(Error::DeadlineExceeded);
        Next::One
    }

    fn fetch_one(&mut self) -> Result<R, Error> {
        mem::replace(&mut self.one, Err(Error::Taken))
    }

    /// How many inputs have been pulled whose results have not been yielded.
    fn n_unyielded(&self) -> usize {
        self.n_pulled + self.values.len()
    }

    fn room(&self) -> usize {
        self.capacity - self.n_unyielded()
    }

    /// Whether it is certain how many results there will be: everything has been pulled, and time does not run out.
    fn is_counted(&self) -> bool {
        self.inputs.is_none() && self.deadline.is_none()
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
        let n_inputs = inputs.size_hint().0;
        let chunk_size = options.chunk_size_for(executor, n_inputs).min(capacity);
        let is_in_one_piece = options.buffer_size.is_none() && !options.is_unordered && chunk_size > 1;
        let mut map = Self {
            under_way: UnderWay::new(options.is_unordered, chunk_size),
            values: Values::none(),
            one: Err(Error::Taken),
            pieces: Pieces::none(),
            unfilled: if is_in_one_piece { Room::if_small(n_inputs) } else { Room::none() },
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
    fn fill(&mut self) {
        let mut have_ended = false;
        while !have_ended && self.room() >= self.chunk_size {
            let Some(inputs) = &mut self.inputs else { return };
            let n = if self.under_way.is_single() {
                let Some(input) = inputs.next() else {
                    have_ended = true;
                    break;
                };
                let f = self.f.clone();
                let one = self.submit(move || f(input));
                self.under_way.push_single(one);
                1
            } else {
                let chunk: Vec<_> = inputs.take(self.chunk_size).collect();
                let n = chunk.len();
                // They have said so, and are not asked again.
                have_ended = n < self.chunk_size;
                if n == 0 {
                    break;
                }
                let (f, location, room) = (self.f.clone(), self.location, self.unfilled.part(n));
                let chunk = self.submit(move || crate::chunk::run(chunk, room, &*f, location));
                self.under_way.push_chunk((n, chunk));
                n
            };
            self.n_pulled += n;
        }
        if have_ended {
            self.inputs = None;
            self.unfilled = Room::none();
        }
    }

    /// As from where the map was made, also where that is done by who asks for a result.
    fn submit<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Future<T> {
        let (task, future) = task_at(self.location, f);
        self.executor.spawn_or_dismiss(task);
        future
    }

    /// Whether the inputs have ended, as far as can be told without pulling one.
    fn inputs_have_ended(&self) -> bool {
        self.inputs.as_ref().is_none_or(|inputs| inputs.size_hint().1 == Some(0))
    }

    /// With no value at hand: submits what there is room for, then waits until there is something.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn advance(&mut self, wanted: Wanted) -> Next {
        let time_is_up = has_passed(self.deadline);
        // Room is filled here, at the next call, and not when a result is about to be yielded: until it is, its input
        // counts.
        if !time_is_up {
            self.fill();
        }
        loop {
            let is_filled_later = self.inputs.is_some() && !time_is_up;
            let most = if is_filled_later { self.chunk_size - self.room() } else { usize::MAX };
            let one = match self.pieces.next(most) {
                Some(Piece::Values(values)) => {
                    self.n_pulled -= values.len();
                    self.values = values;
                    return Next::Values;
                }
                Some(Piece::Failure(error)) => Err(error),
                None => {
                    if wanted == Wanted::All && self.is_counted() {
                        self.under_way.let_run();
                    }
                    match self.under_way.next(self.deadline) {
                        Ended::One(result) => result,
                        Ended::Chunk(outcomes) => {
                            self.pieces = outcomes.into_pieces();
                            continue;
                        }
                        Ended::TimedOut => return self.give_up(),
                        Ended::Nothing if time_is_up && !self.inputs_have_ended() => return self.give_up(),
                        Ended::Nothing => return Next::Nothing,
                    }
                }
            };
            self.n_pulled -= 1;
            self.one = one;
            return Next::One;
        }
    }

    /// Blocks until all results are there, and gives the values as they would have been yielded.
    ///
    /// As collecting into a `Result<Vec<_>, _>`, and faster where there are [chunks](MapOptions::chunk_size): where these keep
    /// their results [in one piece of memory](MapOptions::chunk_size), that is the vector.
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// use earnest_core::InlineExecutor;
    ///
    /// let options = MapOptions::new().chunk_size(1000);
    /// let squares = InlineExecutor.map_with(options, 0..5_000_u64, |n| n * n).into_vec().unwrap();
    /// assert_eq!((squares.len(), squares[4_999]), (5_000, 24_990_001));
    /// ```
    ///
    /// # Errors
    ///
    /// The first that would have been yielded. What has not started by then is cancelled.
    #[track_caller]
    pub fn into_vec(mut self) -> Result<Vec<R>, Error> {
        // As long as they lie next to each other, which is where all chunks have their room from the beginning.
        let mut first = mem::take(&mut self.values);
        let mut next = self.advance(Wanted::All);
        while next == Next::Values && first.append(&mut self.values) {
            next = self.advance(Wanted::All);
        }
        let mut all = first.into_vec();
        if next != Next::Nothing && self.is_counted() {
            all.reserve(self.n_unyielded() + usize::from(next == Next::One));
        }
        loop {
            match next {
                Next::Values => mem::take(&mut self.values).move_to(&mut all),
                Next::One => all.push(self.fetch_one()?),
                Next::Nothing => return Ok(all),
            }
            next = self.advance(Wanted::All);
        }
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
    #[inline]
    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(value) = self.values.next() {
                return Some(Ok(value));
            }
            match self.advance(Wanted::Next) {
                Next::Values => {}
                Next::One => return Some(self.fetch_one()),
                Next::Nothing => return None,
            }
        }
    }

    /// As the default, a run of values at a time.
    #[track_caller]
    fn fold<A, G: FnMut(A, Self::Item) -> A>(mut self, start: A, mut g: G) -> A {
        let mut folded = start;
        loop {
            folded = self.values.by_ref().map(Ok).fold(folded, &mut g);
            match self.advance(Wanted::Next) {
                Next::Values => {}
                Next::One => folded = g(folded, self.fetch_one()),
                Next::Nothing => return folded,
            }
        }
    }

    /// As the default, but where it is certain how many results there will be the collection is told so by a type that it
    /// trusts: a vector then needs no look at its capacity for each.
    #[track_caller]
    fn collect<C: FromIterator<Self::Item>>(mut self) -> C {
        if !self.is_counted() {
            return C::from_iter(self);
        }
        let n = self.n_unyielded();
        let next = |_| loop {
            if let Some(value) = self.values.next() {
                return Ok(value);
            }
            // There is one for each input, so it is not `Nothing`.
            if self.advance(Wanted::All) != Next::Values {
                return self.fetch_one();
            }
        };
        (0..n).map(next).collect()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.inputs.as_ref().map_or((0, Some(0)), Iterator::size_hint);
        let n = self.n_unyielded();
        let lower = lower.saturating_add(n);
        let upper = upper.and_then(|upper| upper.checked_add(n));
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
        f.debug_struct("MapWith").field("in_flight", &self.n_unyielded()).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests;
