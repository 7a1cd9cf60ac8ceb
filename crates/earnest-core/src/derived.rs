//! Futures made of other futures: `map`, `and_then`, `flatten`, `then_on`.

use crate::error::Error;
use crate::executor::Executor;
use crate::future::Future;
use crate::observer::Chain;
use crate::panic::{Panic, drop_caught, run_caught};
use crate::parties;
use crate::promise::{Promise, promise_at};
use crate::span::TaskSpan;
use crate::task::Runnable;
use crate::then::then;
use crate::unseen::drop_unwanted;
use alloc::boxed::Box;
use core::convert::identity;
use core::error::Error as StdError;
use core::panic::Location;
use earnest_sync::catch_unwind;

/// Futures that are made of this one.
///
/// Each takes this future, and is a future like any other. If this one ends with an error, the derived one ends with
/// the same, and `f` is dropped uncalled. **Cancelling the derived future cancels this one**, if its task has not
/// begun. `f` is called by the thread that completes this future, after its callbacks have run and those who wait have
/// been told, or at once by the caller if it is done already; a panic in it is the derived future's outcome.
///
/// However long a chain of these is, it completes, is cancelled and is dropped without a deep stack.
impl<T: Send + 'static> Future<T> {
    /// The future of `f(value)`.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// let length = future.map(|text: &str| text.len());
    /// promise.complete("four").unwrap();
    /// assert_eq!(length.result().unwrap(), 4);
    /// ```
    #[track_caller]
    pub fn map<U: Send + 'static>(self, f: impl FnOnce(T) -> U + Send + 'static) -> Future<U> {
        let location = Location::caller();
        self.derive(location, move |value, promise| {
            // From here on the derived future runs, and cannot be cancelled.
            if !promise.start() {
                drop_caught((value, f), "the destructor of what a cancelled future was made of");
                return Chain::new();
            }
            let result = promise.making(|| call(location, f, value));
            promise.pass_on(result)
        })
    }

    /// The future that `f(value)` gives back.
    ///
    /// ```
    /// use earnest_core::{Future, promise};
    ///
    /// let (promise, future) = promise();
    /// let doubled = future.and_then(|n: u32| Future::ready(n * 2));
    /// promise.complete(21).unwrap();
    /// assert_eq!(doubled.result().unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn and_then<U: Send + 'static>(self, f: impl FnOnce(T) -> Future<U> + Send + 'static) -> Future<U> {
        let location = Location::caller();
        self.derive(location, move |value, promise| match promise.making(|| call(location, f, value)) {
            Ok(inner) => {
                promise.comes_from(inner.cancel_handle());
                then(inner.consumer, move |result| promise.pass_on(result))
            }
            Err(error) => promise.pass_on(Err(error)),
        })
    }

    /// The future of `f(value)`, which runs as a task on `executor`.
    ///
    /// Where the executor does not accept the task, the derived future ends with [`Error::Rejected`] or
    /// [`Error::Broken`].
    ///
    /// ```
    /// # #[derive(Clone)] struct Inline;
    /// # impl earnest_core::Executor for Inline {
    /// #     fn spawn(&self, task: earnest_core::Runnable) -> Result<(), earnest_core::Refused> {
    /// #         task.run();
    /// #         Ok(())
    /// #     }
    /// # }
    /// # let pool = Inline;
    /// let (promise, future) = earnest_core::promise();
    /// let sum = future.then_on(pool, |numbers: Vec<u32>| numbers.into_iter().sum::<u32>());
    /// promise.complete(vec![1, 2, 3]).unwrap();
    /// assert_eq!(sum.result().unwrap(), 6);
    /// ```
    #[track_caller]
    pub fn then_on<U: Send + 'static>(
        self,
        executor: impl Executor + Send + 'static,
        f: impl FnOnce(T) -> U + Send + 'static,
    ) -> Future<U> {
        let (location, submitter) = (Location::caller(), TaskSpan::current());
        self.and_then(move |value| {
            let (producer, consumer) = parties::task(move || f(value), location);
            if let Err(refused) = submitter.run(|| executor.spawn(Runnable::new(producer))) {
                refused.dismiss();
            }
            Future { consumer }
        })
    }

    /// Calls `f` with the outcome, by value, once the future is settled: by the thread that completes it, after its
    /// callbacks have run and those who wait have been told, or at once if it is settled. A panic in `f` is caught and
    /// reported. It gives back what it has no use for: that is dropped, and a failure reported as one that nobody has
    /// looked at.
    #[doc(hidden)]
    pub fn on_settled(self, f: impl FnOnce(Result<T, Error>) -> Option<Result<T, Error>> + Send + 'static) {
        let location = self.consumer.cell().header().location;
        let following = then(self.consumer, move |result| {
            run_caught("what follows from a future", move || {
                f(result).into_iter().for_each(|unwanted| drop_unwanted(unwanted, location));
            });
            Chain::new()
        });
        following.tell_all();
    }

    fn derive<U: Send + 'static>(
        self,
        location: &'static Location<'static>,
        next: impl FnOnce(T, Promise<U>) -> Chain + Send + 'static,
    ) -> Future<U> {
        let (promise, derived) = promise_at(location);
        promise.comes_from(self.cancel_handle());
        let following = then(self.consumer, move |result| match result {
            // What is not wanted any more is not computed.
            Ok(value) if promise.is_cancelled() => {
                drop_caught((value, next), "the destructor of what a cancelled future was made of");
                Chain::new()
            }
            Ok(value) => next(value, promise),
            Err(error) => {
                drop_caught(next, "the destructor of a function that is not called");
                promise.pass_on(Err(error))
            }
        });
        following.tell_all();
        derived
    }
}

impl<T: Send + 'static, E: Into<Box<dyn StdError + Send + Sync>> + Send + 'static> Future<Result<T, E>> {
    /// The future of the value alone: an `Err` that the task returned becomes [`Error::Failed`], so that
    /// [`result`](Self::result) has one error to look at, and those who wait for a failure see it.
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<Result<u32, std::num::ParseIntError>>();
    /// promise.complete("x".parse()).unwrap();
    /// assert!(future.flatten().result().unwrap_err().is_failed());
    /// ```
    #[track_caller]
    pub fn flatten(self) -> Future<T> {
        let location = Location::caller();
        self.derive(location, move |result, promise| {
            // What becomes of the task's error is said by code of the user's.
            let failed = |error: E| Error::Failed(error.into());
            promise.pass_on(result.map_err(|error| call(location, failed, error).unwrap_or_else(identity)))
        })
    }
}

/// Calls user code for a derived future.
fn call<T, U>(location: &'static Location<'static>, f: impl FnOnce(T) -> U, value: T) -> Result<U, Error> {
    catch_unwind(move || f(value)).map_err(|payload| Error::Panicked(Panic::new(payload, location)))
}
