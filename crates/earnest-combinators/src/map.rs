//! One function over many inputs, on an executor; results in input order.

use crate::in_flight::InFlight;
use crate::map_options::MapOptions;
use crate::map_with::MapWith;
use core::fmt;
use core::iter::FusedIterator;
use earnest_core::{Error, Executor, ExecutorExt, Future};
use std::sync::Arc;

/// What every [`Executor`] can do with many inputs, `dyn Executor` included.
///
/// ```
/// use earnest_combinators::MapExt;
/// use earnest_core::{Executor, InlineExecutor};
///
/// let executor: &dyn Executor = &InlineExecutor;
/// let lengths: Result<Vec<usize>, _> = executor.map(["a", "few", "words"], str::len).collect();
/// assert_eq!(lengths.unwrap(), [1, 3, 5]);
/// ```
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
    /// What the task did happens before its result is yielded. Whoever drops `f` last, the caller or the last task, gets
    /// the panic of its destructor, if there is one; for a task it is reported.
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
    /// within the call. The location of every task is where this was called.
    ///
    /// With a [chunk size](MapOptions::chunk_size), one task applies `f` to several inputs, one after the other; each has
    /// a result of its own, and an input for which `f` panics is an error in its place and no more. A chunk that has
    /// started runs to its end. With [`unordered`](MapOptions::unordered), results come as their tasks complete.
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
        MapWith::begin(self, options, inputs.into_iter(), f)
    }
}

impl<E: Executor + ?Sized> MapExt for E {}

/// The results of [`MapExt::map`], in input order. Dropping it cancels what has not started.
///
/// Where `f` gives a `Result`, there are two, one in the other. `Iterator::flatten` would drop the errors of the outer one.
///
/// ```
/// use earnest_combinators::MapExt;
/// # use earnest_core::InlineExecutor;
/// # let executor = InlineExecutor;
///
/// let mut doubles = executor.map([1, 2, 3], |n| n * 2);
/// assert_eq!(doubles.len(), 3);
/// assert_eq!(doubles.next().unwrap().unwrap(), 2);
/// assert_eq!(doubles.collect::<Result<Vec<_>, _>>().unwrap(), [4, 6]);
/// ```
#[must_use = "dropping a map cancels what has not started: iterate over it, `collect`, or call `detach` to let it run"]
pub struct Map<R> {
    in_flight: InFlight<Future<R>>,
}

impl<R> Map<R> {
    /// Lets all tasks run, and drops what they come to.
    ///
    /// ```
    /// use earnest_combinators::MapExt;
    /// use earnest_core::ManualExecutor;
    /// use std::sync::mpsc;
    ///
    /// let executor = ManualExecutor::new();
    /// let (sender, received) = mpsc::channel();
    /// executor.map([1, 2, 3], move |n| sender.send(n).unwrap()).detach();
    /// executor.run_all();
    /// assert_eq!(received.into_iter().sum::<i32>(), 6);
    /// ```
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

    /// As the default, for who wants all results, and none before the others: this thread is not woken for each.
    fn collect<C: FromIterator<Self::Item>>(mut self) -> C {
        let n = self.in_flight.len();
        let next = |_| {
            self.in_flight.let_run();
            self.next().unwrap_or_else(|| unreachable!("there were so many"))
        };
        (0..n).map(next).collect()
    }
}

impl<R> ExactSizeIterator for Map<R> {}
impl<R> FusedIterator for Map<R> {}

impl<R> fmt::Debug for Map<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("in_flight", &self.in_flight.len()).finish_non_exhaustive()
    }
}
