//! The producer's handle: a future that is completed by hand.

use crate::cancel::CancelHandle;
use crate::error::Error;
use crate::future::Future;
use crate::observer::Chain;
use crate::parties;
use crate::producer::{Dismissal, Producer};
use crate::sources::{Needs, Sources};
use crate::unseen::drop_unwanted;
use crate::worker::{self, Frame};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::error::Error as StdError;
use core::fmt;
use core::marker::PhantomData;
use core::panic::{Location, RefUnwindSafe, UnwindSafe};

/// A promise, and the future of what is promised.
///
/// ```
/// let (promise, future) = earnest_core::promise();
/// std::thread::spawn(move || promise.complete("done"));
/// assert_eq!(future.result().unwrap(), "done");
/// ```
#[track_caller]
pub fn promise<T>() -> (Promise<T>, Future<T>) {
    promise_at(Location::caller())
}

/// A promise that says it was made at `location`.
pub(crate) fn promise_at<T>(location: &'static Location<'static>) -> (Promise<T>, Future<T>) {
    let (producer, consumer) = parties::promise(location);
    (Promise { producer, value: PhantomData, takes: PhantomData }, Future { consumer })
}

/// The duty to complete a [`Future`], made by [`promise`].
///
/// Dropped unkept, it ends the future with [`Error::Abandoned`]: nobody waits for ever on it.
///
/// A promise cannot be kept with something that lives too short:
///
/// ```compile_fail,E0597
/// let (promise, future) = earnest_core::promise::<&'static str>();
/// {
///     let short = String::from("gone too soon");
///     promise.complete(&short);
/// }
/// println!("{}", future.result().unwrap());
/// ```
///
/// # Ordering
///
/// What happened before [`complete`](Self::complete) happens before the future's outcome is seen.
#[must_use = "a promise that is dropped abandons its future: call `complete` or `fail`"]
pub struct Promise<T> {
    producer: Producer,
    /// Send and Sync as the future is.
    value: PhantomData<Future<T>>,
    /// And invariant: whoever may complete a `Promise<&'static T>` must not do it with a shorter-lived reference.
    takes: PhantomData<fn(T)>,
}

impl<T> Promise<T> {
    /// Says that work on the value has begun: from now on the future cannot be cancelled.
    ///
    /// `false`: it has been cancelled already, or begun before. Calling this is optional.
    #[must_use = "`false` after a cancellation means that nobody wants the value"]
    pub fn start(&self) -> bool {
        self.producer.start()
    }

    /// Completes the future with `value`, runs its callbacks on this thread, and wakes who waits.
    ///
    /// # Errors
    ///
    /// The value comes back where the future was cancelled first.
    #[inline]
    pub fn complete(self, value: T) -> Result<(), T> {
        match self.resolve(Ok(value)) {
            Err(Ok(value)) => Err(value),
            _ => Ok(()),
        }
    }

    /// Completes the future with [`Error::Failed`]. `false`: it was cancelled first, and the error is dropped.
    pub fn fail(self, error: impl Into<Box<dyn StdError + Send + Sync>>) -> bool {
        self.resolve(Err(Box::new(Error::Failed(error.into())))).is_ok()
    }

    #[inline]
    fn resolve(self, result: Result<T, Box<Error>>) -> Result<(), Result<T, Box<Error>>> {
        // SAFETY: the producer was made together with this type's `T`, by `promise`.
        let then = unsafe { self.producer.resolve::<T>(result) }?;
        then.tell_all();
        Ok(())
    }

    /// Calls `f`, which makes the value: on a worker's thread it is known that the future waits for what `f` waits for.
    pub(crate) fn making<R>(&self, f: impl FnOnce() -> R) -> R {
        worker::with_current(|worker| {
            let frame = Frame::new(self.producer.cell());
            let _in_the_middle = worker.map(|worker| frame.enter(worker));
            f()
        })
    }

    /// Passes an outcome on from another future, as what it is: a cancelled one makes this one cancelled. What follows
    /// from it is left to the caller. Does nothing if this one was cancelled first.
    pub(crate) fn pass_on(self, result: Result<T, Error>) -> Chain {
        let dismissal = match result {
            Err(Error::Cancelled) => Dismissal::Cancelled,
            Err(Error::Abandoned) => Dismissal::Abandoned,
            Err(Error::Rejected) => Dismissal::Rejected,
            result => {
                let location = self.producer.location();
                // SAFETY: the producer was made together with this type's `T`, by `promise`.
                let passed = unsafe { self.producer.resolve::<T>(result.map_err(Box::new)) };
                return passed.unwrap_or_else(|unwanted| {
                    drop_unwanted(unwanted.map_err(|error| *error), location);
                    Chain::new()
                });
            }
        };
        self.producer.dismiss_chained(dismissal)
    }

    /// Passes an outcome on from another future, as what it is: a cancelled one makes this one cancelled. Does nothing
    /// if this one was cancelled first.
    #[doc(hidden)]
    pub fn settle(self, result: Result<T, Error>) {
        self.pass_on(result).tell_all();
    }

    /// Says that the value will be made of that of `source`, which is cancelled if the future of this promise is.
    pub(crate) fn comes_from(&self, source: CancelHandle) {
        self.producer.comes_from(Sources::One(source));
    }

    /// Says that the value will be made of those of `sources`, which are cancelled if the future of this promise is.
    #[doc(hidden)]
    pub fn comes_from_many(&self, sources: Arc<[CancelHandle]>, needs: Needs) {
        self.producer.comes_from(Sources::Many(sources, needs));
    }

    /// Whether the future was cancelled, and the value is no longer wanted.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.producer.view().is_cancelled()
    }

    /// Calls `f` when the future is cancelled; never, if that does not happen. It takes its turn among the future's
    /// callbacks, and runs at once on this thread where the future is cancelled already.
    pub fn on_cancel(&self, f: impl FnOnce() + Send + 'static)
    where
        T: 'static,
    {
        let told = move |outcome: Result<&T, &Error>| {
            if matches!(outcome, Err(Error::Cancelled)) {
                f();
            }
        };
        // SAFETY: the producer was made together with this type's `T`, by `promise`.
        unsafe { self.producer.add_notice::<T>(told) };
    }
}

impl<T> Unpin for Promise<T> {}
impl<T> UnwindSafe for Promise<T> {}
impl<T> RefUnwindSafe for Promise<T> {}

impl<T> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise").field("is_cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
