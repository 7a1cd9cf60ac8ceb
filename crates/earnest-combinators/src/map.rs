//! One function over many inputs, on an executor; results in input order.

use crate::in_flight::InFlight;
use crate::map_options::MapOptions;
use core::fmt;
use core::iter::FusedIterator;
use earnest_core::{Error, Executor, ExecutorExt, Future, deadline_after};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What every [`Executor`] can do with many inputs, `dyn Executor` included.
pub trait MapExt: Executor {
    /// Applies `f` to every input, each as a task of its own, and iterates over the results in input order.
    ///
    /// Everything is submitted within the call, whether or not the iterator is ever asked. The call blocks only if the
    /// executor does in accepting tasks; [`next`](Iterator::next) blocks until the next result is there.
    ///
    /// An input for which there is no result yields the [`Error`] that says why, and **the iteration goes on**.
    /// **Dropping the iterator cancels** the tasks that have not started, iterated or not;
    /// [`detach`](Map::detach) lets them run. A panic's [`location`](earnest_core::Panic::location) is where `map` was
    /// called.
    ///
    /// What the task did happens before its result is yielded.
    ///
    /// # Panics
    ///
    /// With the panic of `inputs`, if iterating over them panics; what was submitted is cancelled then.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_combinators::MapExt;
    /// # use earnest_core::{Executor, Refused, Runnable};
    /// # struct Threads;
    /// # impl Executor for Threads {
    /// #     fn spawn(&self, task: Runnable) -> Result<(), Refused> {
    /// #         std::thread::spawn(move || task.run());
    /// #         Ok(())
    /// #     }
    /// # }
    /// # let executor = Threads;
    /// let squares: Vec<u64> = executor.map(1..=4, |n| n * n).map(Result::unwrap).collect();
    /// assert_eq!(squares, [1, 4, 9, 16]);
    ///
    /// let mut numbers = executor.map(["1", "x", "3"], |text| text.parse::<i32>().unwrap());
    /// assert_eq!(numbers.next().unwrap().unwrap(), 1);
    /// assert!(numbers.next().unwrap().unwrap_err().is_panicked());
    /// assert_eq!(numbers.next().unwrap().unwrap(), 3);
    /// ```
    #[track_caller]
    fn map<I, F, R>(&self, inputs: I, f: F) -> Map<R>
    where
        I: IntoIterator,
        I::Item: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        let f = Arc::new(f);
        let mut in_flight = InFlight::new();
        // A loop and not an adapter: a closure would be the caller that tasks remember.
        for input in inputs {
            let f = f.clone();
            in_flight.push_last(self.submit(move || f(input)));
        }
        Map { in_flight }
    }

    /// Like [`map`](Self::map), as `options` say.
    ///
    /// With a [buffer size](MapOptions::buffer_size) of `n`, the call submits the first `n` inputs, and
    /// [`next`](Iterator::next) pulls and submits more as results are yielded, so that inputs may be infinite: never
    /// more than `n` inputs have been pulled whose results have not been yielded. Without one, everything is submitted
    /// within the call. The location of a task submitted by `next` is where `next` was called.
    ///
    /// With a [timeout](MapOptions::timeout), results that are there are yielded even when it has passed, but nothing
    /// is waited for, and no input is pulled by `next`, any more: the iterator yields one
    /// [`Error::DeadlineExceeded`], having cancelled what has not started, and is finished. It ends without that error
    /// when every result has been yielded and the inputs are known to have ended.
    ///
    /// # Panics
    ///
    /// With the panic of `inputs`, if iterating over them panics. In the call, what was submitted is cancelled then; in
    /// `next`, what was submitted is still there to be yielded.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// # use earnest_core::{Executor, Refused, Runnable};
    /// # struct Threads;
    /// # impl Executor for Threads {
    /// #     fn spawn(&self, task: Runnable) -> Result<(), Refused> {
    /// #         std::thread::spawn(move || task.run());
    /// #         Ok(())
    /// #     }
    /// # }
    /// # let executor = Threads;
    /// let cubes = executor.map_with(MapOptions::new().buffer_size(2), 1_u64.., |n| n * n * n);
    /// let small: Vec<u64> = cubes.map(Result::unwrap).take_while(|cube| *cube < 100).collect();
    /// assert_eq!(small, [1, 8, 27, 64]);
    /// ```
    #[track_caller]
    fn map_with<I, F, R>(&self, options: MapOptions, inputs: I, f: F) -> MapWith<'_, Self, I::IntoIter, F, R>
    where
        I: IntoIterator,
        I::Item: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        let mut map = MapWith {
            in_flight: InFlight::new(),
            deadline: options.timeout.and_then(deadline_after),
            capacity: options.buffer_size.unwrap_or(usize::MAX),
            executor: self,
            inputs: Some(inputs.into_iter()),
            f: Arc::new(f),
        };
        map.fill();
        map
    }
}

impl<E: Executor + ?Sized> MapExt for E {}

/// The results of [`MapExt::map`], in input order. Dropping it cancels what has not started.
#[must_use = "dropping a map cancels what has not started: call `detach` to let it run"]
pub struct Map<R> {
    in_flight: InFlight<R>,
}

impl<R> Map<R> {
    /// Lets all tasks run, and drops what they come to.
    pub fn detach(self) {
        self.in_flight.detach();
    }
}

impl<R> Iterator for Map<R> {
    type Item = Result<R, Error>;

    /// Blocks until the next result is there. `None`: all have been yielded.
    fn next(&mut self) -> Option<Self::Item> {
        self.in_flight.pop_first().map(Future::result)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.in_flight.len(), Some(self.in_flight.len()))
    }
}

impl<R> ExactSizeIterator for Map<R> {}
impl<R> FusedIterator for Map<R> {}

impl<R> fmt::Debug for Map<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("in_flight", &self.in_flight.len()).finish_non_exhaustive()
    }
}

/// The results of [`MapExt::map_with`], in input order. Dropping it cancels what has not started.
#[must_use = "dropping a map cancels what has not started: call `detach` to let it run"]
pub struct MapWith<'e, E: ?Sized, I, F, R> {
    // The first field, so that cancelling comes before the destructors of inputs and function.
    in_flight: InFlight<R>,
    deadline: Option<Instant>,
    capacity: usize,
    executor: &'e E,
    /// `None` once they have ended, or nothing is to be pulled any more.
    inputs: Option<I>,
    f: Arc<F>,
}

impl<E: ?Sized, I, F, R> MapWith<'_, E, I, F, R> {
    /// Lets all tasks run that have been submitted, and drops what they come to. No further input is pulled.
    pub fn detach(self) {
        self.in_flight.detach();
    }

    /// Cancels what has not started, for good.
    fn give_up(&mut self) -> Error {
        self.inputs = None;
        drop(core::mem::replace(&mut self.in_flight, InFlight::new()));
        Error::DeadlineExceeded
    }
}

impl<E, I, F, R> MapWith<'_, E, I, F, R>
where
    E: Executor + ?Sized,
    I: Iterator,
    I::Item: Send + 'static,
    F: Fn(I::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Pulls and submits while there is room.
    #[track_caller]
    fn fill(&mut self) {
        while self.in_flight.len() < self.capacity {
            let Some(input) = self.inputs.as_mut().and_then(Iterator::next) else {
                self.inputs = None;
                return;
            };
            let f = self.f.clone();
            self.in_flight.push_last(self.executor.submit(move || f(input)));
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
        let Some(first) = self.in_flight.pop_first() else {
            return (time_is_up && !self.inputs_have_ended()).then(|| Err(self.give_up()));
        };
        let Some(deadline) = self.deadline else {
            return Some(first.result());
        };
        Some(first.result_deadline(deadline).unwrap_or_else(|timed_out| {
            self.in_flight.push_first(timed_out.into_inner());
            Err(self.give_up())
        }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.inputs.as_ref().map_or((0, Some(0)), Iterator::size_hint);
        let lower = lower.saturating_add(self.in_flight.len());
        let upper = upper.and_then(|upper| upper.checked_add(self.in_flight.len()));
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
        f.debug_struct("MapWith").field("in_flight", &self.in_flight.len()).finish_non_exhaustive()
    }
}

fn has_passed(deadline: Instant) -> bool {
    // The core's clock and not `Instant::now`: where there is none, no deadline passes.
    deadline_after(Duration::ZERO).is_some_and(|now| now >= deadline)
}
