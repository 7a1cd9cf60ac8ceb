//! Tasks that borrow: none of them outlives the call that they were submitted in.

use crate::detached::Detached;
use crate::executor::{Executor, ExecutorExt};
use crate::parties;
use crate::scope_end::{Counted, Tasks};
use crate::scoped_future::ScopedFuture;
use crate::scoped_map::ScopedMap;
use crate::task::Runnable;
use core::fmt;
use core::marker::PhantomData;
use core::panic::Location;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

/// Calls `f` with a [`Scope`], whose tasks may borrow what lives longer than this call, and returns when they have all
/// ended.
///
/// Shaped as [`std::thread::scope`]; the tasks run on `executor`.
///
/// ```
/// use earnest_core::{InlineExecutor, scope};
///
/// let words = ["scopes", "borrow"];
/// let mut longest = 0;
/// let total = scope(&InlineExecutor, |s| {
///     let lengths = words.each_ref().map(|word| s.submit(|| word.len()));
///     s.submit(|| longest = words.iter().map(|word| word.len()).max().unwrap()).detach();
///     lengths.into_iter().map(|length| length.result().unwrap()).sum::<usize>()
/// });
/// assert_eq!((total, longest), (12, 6));
/// ```
///
/// What a task borrows has to be there before the scope:
///
/// ```compile_fail,E0373
/// # use earnest_core::{InlineExecutor, scope};
/// scope(&InlineExecutor, |s| {
///     let local = 7;
///     s.submit(|| println!("{local}")).detach();
/// });
/// ```
///
/// and its future stays inside:
///
/// ```compile_fail
/// # use earnest_core::{InlineExecutor, scope};
/// let future = scope(&InlineExecutor, |s| s.submit(|| 7));
/// ```
///
/// # Blocking
///
/// However `f` ends, by a value, by `?` or by a panic, the call blocks until every task has ended: has returned or
/// panicked, been cancelled, refused or dropped, its callbacks have run, and what it captured and returned is dropped or in
/// other hands. On a worker's thread this is a wait like any other: tasks of the scope that have not begun run in place,
/// or another worker takes this one's place meanwhile. What the tasks did happens before the call returns.
///
/// A scope cannot give up waiting. Where it would wait for ever for a task that cannot begin, that task is dropped unrun,
/// and its future ends with [`Error::Deadlock`](crate::Error::Deadlock); where a running task waits for the one that the
/// scope is in, that wait is refused. Only a task that never ends, an executor that nobody drives, and a [`Runnable`] that
/// was forgotten make it wait for ever.
///
/// # Panics
///
/// With the panic of `f`, after the tasks have ended. A panic of a task is that of its future, as always: should nobody
/// look at it, it is reported and does not become one of the scope.
///
/// # Cost
///
/// One allocation for the scope and two for each task, and one more for each in a scope on a worker's thread.
pub fn scope<'env, E, F, R>(executor: &'env E, f: F) -> R
where
    E: Executor + ?Sized,
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env, E>) -> R,
{
    let scope = Scope { executor, tasks: Tasks::new(), scope: PhantomData, environment: PhantomData };
    let result = catch_unwind(AssertUnwindSafe(|| f(&scope)));
    scope.tasks.join();
    result.unwrap_or_else(|payload| resume_unwind(payload))
}

/// Where tasks that borrow are submitted: see [`scope`].
///
/// The tasks may use it themselves, to submit others.
///
/// ```
/// use earnest_core::{Executor, InlineExecutor, Scope, scope};
///
/// fn fill<'scope, E: Executor + ?Sized>(s: &'scope Scope<'scope, '_, E>, squares: &'scope mut [usize]) {
///     for (n, square) in squares.iter_mut().enumerate() {
///         s.submit(move || *square = n * n).detach();
///     }
/// }
///
/// let mut squares = [0; 4];
/// scope(&InlineExecutor, |s| fill(s, &mut squares));
/// assert_eq!(squares, [0, 1, 4, 9]);
/// ```
pub struct Scope<'scope, 'env: 'scope, E: ?Sized> {
    executor: &'env E,
    tasks: Arc<Tasks>,
    /// Invariant, so that what is borrowed for the scope cannot be taken for shorter.
    scope: PhantomData<&'scope mut &'scope ()>,
    environment: PhantomData<&'env mut &'env ()>,
}

impl<'scope, 'env, E: Executor + ?Sized> Scope<'scope, 'env, E> {
    /// Hands `f` to the executor and gives back the future of what it returns.
    ///
    /// As [`ExecutorExt::submit`](crate::ExecutorExt::submit), for an `f` that borrows. Dropping the future lets the task
    /// go, which the scope waits for all the same.
    ///
    /// ```
    /// use earnest_core::{InlineExecutor, scope};
    ///
    /// let words = ["tasks", "borrow"];
    /// let total: usize = scope(&InlineExecutor, |s| {
    ///     let lengths = words.each_ref().map(|word| s.submit(|| word.len()));
    ///     lengths.into_iter().map(|length| length.result().unwrap()).sum()
    /// });
    /// assert_eq!(total, 11);
    /// ```
    #[track_caller]
    pub fn submit<F, T>(&'scope self, f: F) -> ScopedFuture<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.submit_at(Location::caller(), f)
    }

    /// Hands `f` to the executor, with no future to ask. A panic in it is reported as a [`tracing`](https://docs.rs/tracing) event.
    ///
    /// As [`submit`](Self::submit) and letting the future go, and cheaper: outside of the executor's own threads a task that
    /// captures up to two references needs no memory of its own. Where the executor does not accept it, `f` is dropped, which
    /// is reported likewise.
    ///
    /// ```
    /// use earnest_core::{InlineExecutor, scope};
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// let total = AtomicUsize::new(0);
    /// let words = ["scopes", "borrow"];
    /// scope(&InlineExecutor, |s| {
    ///     for word in &words {
    ///         let total = &total;
    ///         s.execute(move || _ = total.fetch_add(word.len(), Ordering::Relaxed));
    ///     }
    /// });
    /// assert_eq!(total.into_inner(), 12);
    /// ```
    #[track_caller]
    pub fn execute<F>(&'scope self, f: F)
    where
        F: FnOnce() + Send + 'scope,
    {
        let location = Location::caller();
        let task = match self.tasks.count(f) {
            // SAFETY: counted, and `scope` does not return before the count says that it has ended.
            Ok(counted) => unsafe { Detached::borrowing(counted, location) }.map_err(Counted::into_inner),
            Err(f) => Err(f),
        };
        match task {
            Ok(task) => self.executor.spawn_or_dismiss(Runnable::from(task)),
            Err(f) => self.submit_at(location, f).detach(),
        }
    }

    pub(crate) fn submit_at<F, T>(
        &'scope self,
        location: &'static Location<'static>,
        f: F,
    ) -> ScopedFuture<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        // SAFETY: the task is counted before anybody else can reach it, and `scope` does not return before the count says
        // that it has ended: what was borrowed for 'scope is there until then. The future cannot outlive 'scope.
        let (producer, consumer) = unsafe { parties::scoped_task(f, location) };
        self.tasks.add(producer.cell());
        self.executor.spawn_or_dismiss(Runnable::new(producer));
        ScopedFuture::new(consumer)
    }

    /// Applies `f` to every input, each as a task of its own, and iterates over the results in input order.
    ///
    /// At most `buffer_size` tasks are under way at a time, those included whose results have not been asked for: inputs
    /// are taken as the results are. An error does not end the iteration. Dropping the iterator cancels the tasks that have
    /// not begun.
    ///
    /// ```
    /// use earnest_core::{InlineExecutor, scope};
    ///
    /// let texts = ["1", "x", "3"].map(String::from);
    /// let numbers: Vec<_> = scope(&InlineExecutor, |s| {
    ///     s.map(2, &texts, |text| text.parse::<u32>().unwrap()).map(Result::ok).collect()
    /// });
    /// assert_eq!(numbers, [Some(1), None, Some(3)]);
    /// ```
    ///
    /// # Panics
    ///
    /// If `buffer_size` is zero.
    #[track_caller]
    pub fn map<I, F, R>(
        &'scope self,
        buffer_size: usize,
        inputs: I,
        f: F,
    ) -> ScopedMap<'scope, 'env, E, I::IntoIter, F, R>
    where
        I: IntoIterator,
        I::Item: Send + 'scope,
        F: Fn(I::Item) -> R + Send + Sync + 'scope,
        R: Send + 'scope,
    {
        ScopedMap::new(self, buffer_size, inputs.into_iter(), f)
    }
}

impl<E: ?Sized> fmt::Debug for Scope<'_, '_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("tasks", &self.tasks.len()).finish_non_exhaustive()
    }
}
