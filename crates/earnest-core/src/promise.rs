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
///
/// # Examples
///
/// ```
/// let (promise, future) = earnest_core::promise();
/// std::thread::spawn(move || promise.complete("kept"));
/// assert_eq!(future.result().unwrap(), "kept");
///
/// let (promise, future) = earnest_core::promise::<u32>();
/// drop(promise);
/// assert!(future.result().unwrap_err().is_abandoned());
/// ```
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
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// assert!(promise.start());
    /// assert!(!future.cancel(), "somebody is at it");
    /// promise.complete(7).unwrap();
    ///
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// future.cancel();
    /// assert!(!promise.start(), "nobody wants it");
    /// ```
    #[must_use = "`false` after a cancellation means that nobody wants the value"]
    pub fn start(&self) -> bool {
        self.producer.start()
    }

    /// Completes the future with `value`, runs its callbacks on this thread, and wakes who waits. Does not block,
    /// unless a callback does.
    ///
    /// # Errors
    ///
    /// The value comes back where the future was cancelled first.
    ///
    /// # Examples
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise();
    /// promise.complete("in time").unwrap();
    /// assert_eq!(future.result().unwrap(), "in time");
    ///
    /// let (promise, future) = earnest_core::promise();
    /// future.cancel();
    /// assert_eq!(promise.complete("too late"), Err("too late"));
    /// ```
    #[inline]
    pub fn complete(self, value: T) -> Result<(), T> {
        match self.resolve(Ok(value)) {
            Err(Ok(value)) => Err(value),
            _ => Ok(()),
        }
    }

    /// Completes the future with [`Error::Failed`]. `false`: it was cancelled first, and the error is dropped.
    /// Callbacks run on this thread, as for [`complete`](Self::complete).
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// assert!(promise.fail("no such page"));
    /// assert_eq!(future.result().unwrap_err().to_string(), "the task failed: no such page");
    /// ```
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
    ///
    /// ```
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// assert!(!promise.is_cancelled());
    /// future.cancel();
    /// assert!(promise.is_cancelled());
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.producer.view().is_cancelled()
    }

    /// Calls `f` when the future is cancelled; never, if that does not happen. It takes its turn among the future's
    /// callbacks, and runs at once on this thread where the future is cancelled already.
    ///
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let (sender, told) = mpsc::channel();
    /// let (promise, future) = earnest_core::promise::<u32>();
    /// promise.on_cancel(move || sender.send("not wanted").unwrap());
    /// future.cancel();
    /// assert_eq!(told.recv().unwrap(), "not wanted");
    /// ```
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
