//! How a map is to be carried out.

use core::num::NonZeroUsize;
use earnest_core::Executor;
use std::time::Duration;

/// Options for [`MapExt::map_with`](crate::MapExt::map_with). The default is no buffer size, one input a task, input order,
/// and no timeout.
///
/// ```
/// use earnest_combinators::MapOptions;
/// use std::time::Duration;
///
/// let options = MapOptions::new().buffer_size(16).timeout(Duration::from_secs(60));
/// # drop(options);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing unless they are given to `map_with`"]
pub struct MapOptions {
    /// `None`: everything at once.
    pub(crate) buffer_size: Option<usize>,
    /// `None`: for ever.
    pub(crate) timeout: Option<Duration>,
    pub(crate) is_unordered: bool,
    chunk_size: ChunkSize,
}

/// How many inputs go into one task.
#[derive(Clone, Copy, Debug)]
enum ChunkSize {
    Fixed(usize),
    Auto,
}

impl Default for ChunkSize {
    fn default() -> Self {
        ChunkSize::Fixed(1)
    }
}

impl MapOptions {
    /// The default options.
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// # use earnest_core::InlineExecutor;
    /// # let executor = InlineExecutor;
    ///
    /// let doubles = executor.map_with(MapOptions::new(), [1, 2], |n| n * 2);
    /// assert_eq!(doubles.into_vec().unwrap(), [2, 4]);
    /// ```
    pub const fn new() -> Self {
        Self { buffer_size: None, timeout: None, is_unordered: false, chunk_size: ChunkSize::Fixed(1) }
    }

    /// Bounds how many inputs have been pulled and not yet yielded as results: `n` at most, at any moment.
    ///
    /// The call pulls and submits the first `n` inputs. Each further one is pulled by the
    /// [`next`](Iterator::next) after the one whose result made room for it, so inputs may be infinite.
    ///
    /// # Panics
    ///
    /// If `n` is 0: nothing could ever be submitted.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// # use earnest_core::InlineExecutor;
    /// # let executor = InlineExecutor;
    ///
    /// let mut n_pulled = 0;
    /// let inputs = (1..).inspect(|_| n_pulled += 1);
    /// let doubles = executor.map_with(MapOptions::new().buffer_size(2), inputs, |n| n * 2);
    /// assert_eq!(doubles.take(3).collect::<Result<Vec<_>, _>>().unwrap(), [2, 4, 6]);
    /// assert!(n_pulled <= 5, "three results, and two inputs ahead at most");
    /// ```
    #[track_caller]
    pub const fn buffer_size(mut self, n: usize) -> Self {
        assert!(n > 0, "buffer_size must be greater than 0, or nothing could ever be submitted");
        self.buffer_size = Some(n);
        self
    }

    /// Has one task for `n` inputs, for inputs that are worth less than a task. Default: 1.
    ///
    /// The results are the same as without: one for each input, in input order, and an input for which the function
    /// panics fails alone. What is cancelled, refused or broken is the task, and with it each of its inputs. With a
    /// [buffer size](Self::buffer_size) below `n`, a chunk is of that size; above it, inputs are pulled when there is
    /// room for a whole chunk.
    ///
    /// The results of all chunks lie in one piece of memory, which is freed when the last of them has gone, if it takes 64 MiB at
    /// most; not so with a buffer size, [unordered](Self::unordered), or where the inputs do not say how many they are.
    ///
    /// # Panics
    ///
    /// If `n` is 0: nothing could ever be submitted.
    ///
    /// # Examples
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// use earnest_core::ManualExecutor;
    ///
    /// let executor = ManualExecutor::new();
    /// let doubles = executor.map_with(MapOptions::new().chunk_size(100), 0..1000, |n| n * 2);
    /// assert_eq!(executor.pending(), 10, "tasks for a thousand inputs");
    /// executor.run_all();
    /// assert_eq!(doubles.into_vec().unwrap().len(), 1000);
    /// ```
    #[track_caller]
    pub const fn chunk_size(mut self, n: usize) -> Self {
        assert!(n > 0, "chunk_size must be greater than 0, or nothing could ever be submitted");
        self.chunk_size = ChunkSize::Fixed(n);
        self
    }

    /// Has as many inputs for one task as leave eight tasks at least for each that the executor runs at the same time, and
    /// 2048 at most.
    ///
    /// It goes by how many inputs there are at least, as their [`size_hint`](Iterator::size_hint) says; where that is
    /// not known, one input is one task. An executor that does not know how many tasks it runs at the same time is taken
    /// to run as many as the program can use processors.
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// # use earnest_core::InlineExecutor;
    /// # let executor = InlineExecutor;
    ///
    /// let doubles = executor.map_with(MapOptions::new().auto_chunk_size(), 0..10_000, |n| n * 2);
    /// assert_eq!(doubles.into_vec().unwrap()[9_999], 19_998);
    /// ```
    pub const fn auto_chunk_size(mut self) -> Self {
        self.chunk_size = ChunkSize::Auto;
        self
    }

    /// Yields results as their tasks complete, and not in input order. Who wants to know which input one is of has the
    /// function say so.
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// use earnest_core::ManualExecutor;
    ///
    /// let executor = ManualExecutor::new();
    /// let lengths = executor.map_with(MapOptions::new().unordered(), ["slow", "fast"], |word| (word, word.len()));
    /// executor.run_nth(1);
    /// executor.run_nth(0);
    /// let words: Vec<&str> = lengths.map(|result| result.unwrap().0).collect();
    /// assert_eq!(words, ["fast", "slow"]);
    /// ```
    pub const fn unordered(mut self) -> Self {
        self.is_unordered = true;
        self
    }

    /// The chunk size for at least `n` inputs.
    pub(crate) fn chunk_size_for<E: Executor + ?Sized>(&self, executor: &E, n: usize) -> usize {
        const CHUNKS_PER_WORKER: usize = 8;
        // By then what a task costs is spread thin. Memory of larger chunks has left the caches before it is used again, and some
        // allocators have given it back to the system.
        const MOST: usize = 2048;
        match self.chunk_size {
            ChunkSize::Fixed(n) => n,
            // An endless iterator may claim any number.
            ChunkSize::Auto if n == usize::MAX => 1,
            ChunkSize::Auto => {
                let workers = executor.parallelism().or_else(|| std::thread::available_parallelism().ok());
                let workers = workers.map_or(1, NonZeroUsize::get);
                (n / workers.saturating_mul(CHUNKS_PER_WORKER)).clamp(1, MOST)
            }
        }
    }

    /// Bounds the iteration as a whole, counted from the call of `map_with`.
    ///
    /// A timeout too large for the clock means for ever.
    ///
    /// ```
    /// use earnest_combinators::{MapExt, MapOptions};
    /// use earnest_core::ManualExecutor;
    /// use std::time::Duration;
    ///
    /// let never_run = ManualExecutor::new();
    /// let mut doubles = never_run.map_with(MapOptions::new().timeout(Duration::from_millis(1)), [1, 2], |n| n * 2);
    /// assert!(doubles.next().unwrap().unwrap_err().is_deadline_exceeded());
    /// assert!(doubles.next().is_none());
    /// ```
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}
