//! Who runs tasks: the trait that executors implement, and what it gives to those who submit.

use crate::context::TaskContext;
use crate::future::Future;
use crate::host_id::HostId;
use crate::refusal::{Refused, SubmitError};
use crate::task::{Runnable, Work, task, task_with};
use crate::task_options::TaskOptions;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::num::NonZeroUsize;
use core::panic::Location;

/// Something that runs tasks: a pool of threads, the calling thread, another library's runtime.
///
/// A library that needs to run work takes a `&dyn Executor` and leaves the choice to its user.
/// [`ExecutorExt`] has what one calls; this trait is what one implements.
///
/// ```
/// use core::num::NonZeroUsize;
/// use earnest_core::{Executor, ExecutorExt, Refused, Runnable};
///
/// /// A thread for each task.
/// struct Threads;
/// impl Executor for Threads {
///     fn spawn(&self, task: Runnable) -> Result<(), Refused> {
///         std::thread::spawn(move || task.run());
///         Ok(())
///     }
///     fn parallelism(&self) -> Option<NonZeroUsize> {
///         None
///     }
/// }
/// assert_eq!(Threads.submit(|| 6 * 7).result().unwrap(), 42);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no executor: it runs no tasks",
    label = "an executor is wanted here",
    note = "where the executor is borrowed for a call, pass `&pool`; where it is kept, `pool.handle()`"
)]
pub trait Executor {
    /// Takes `task` and sees to it that it is run or dropped, once, by whatever thread. May block, for room in a queue.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the task itself, where the executor accepts none.
    fn spawn(&self, task: Runnable) -> Result<(), Refused>;

    /// Like [`spawn`](Self::spawn), and never blocks: an executor that waits for room in its queue refuses the task instead.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the task itself, where the executor accepts none just now.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{Executor, InlineExecutor, task};
    /// let (task, future) = task(|| 7);
    /// assert!(InlineExecutor.try_spawn(task).is_ok() && future.is_done());
    /// ```
    fn try_spawn(&self, task: Runnable) -> Result<(), Refused> {
        self.spawn(task)
    }

    /// How many tasks it runs at the same time at most, as far as it knows. A hint for those who divide work: it may
    /// change, and nothing may depend on it for being right.
    ///
    /// `None`, as it is unless implemented: it does not know, or sets no limit of its own.
    fn parallelism(&self) -> Option<NonZeroUsize> {
        None
    }

    /// The pool that it hands tasks to, if it is one whose [host](crate::Host) says the same.
    #[doc(hidden)]
    #[inline]
    fn host(&self) -> Option<HostId> {
        None
    }
}

macro_rules! executor_behind {
    ($($pointer:ty),*) => {$(
        impl<E: Executor + ?Sized> Executor for $pointer {
            fn spawn(&self, task: Runnable) -> Result<(), Refused> {
                (**self).spawn(task)
            }

            fn try_spawn(&self, task: Runnable) -> Result<(), Refused> {
                (**self).try_spawn(task)
            }

            fn parallelism(&self) -> Option<NonZeroUsize> {
                (**self).parallelism()
            }

            #[inline]
            fn host(&self) -> Option<HostId> {
                (**self).host()
            }
        }
    )*};
}

executor_behind!(&E, Box<E>, Arc<E>);

/// What every [`Executor`] can do, `dyn Executor` included. Each method has an example.
pub trait ExecutorExt: Executor {
    /// Hands `f` to the executor and gives back the future of what it returns.
    ///
    /// Blocks only where the executor waits for room in its queue. Never fails: where the executor does not accept the
    /// task, `f` is dropped and the future is done already, with [`Error::Rejected`](crate::Error::Rejected) or [`Error::Broken`](crate::Error::Broken). A panic in
    /// the destructor of what `f` captured is caught and reported.
    /// What `f` captures and has not moved out is dropped when it returns: a panic there is one of the task.
    ///
    /// ```
    /// # use earnest_core::{Executor, ExecutorExt, InlineExecutor};
    /// let (name, executor): (_, &dyn Executor) = (String::from("moved in"), &InlineExecutor);
    /// assert_eq!(executor.submit(move || name.len()).result().unwrap(), 8);
    /// ```
    #[track_caller]
    fn submit<F, T>(&self, f: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (task, future) = task(f);
        self.spawn_or_dismiss(task);
        future
    }

    /// Hands `task` to the executor. Where that does not accept it, its future ends with the reason.
    #[doc(hidden)]
    #[inline]
    fn spawn_or_dismiss(&self, task: Runnable) {
        if let Err(refused) = self.spawn(task) {
            refused.dismiss();
        }
    }

    /// Like [`submit`](Self::submit), with a name, priority, deadline or token, which `f` is told of.
    ///
    /// The deadline is looked at when the task is about to begin and when it has returned, and by who waits for it; an
    /// executor with a timer, as the pool has, sees to it when it passes. Cancelling the future of a running task cancels
    /// the task's token, and gives `false` as always.
    ///
    /// # Cost
    ///
    /// A box beside the task, and a token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor, TaskOptions};
    /// let options = TaskOptions::new().name("report");
    /// let named = InlineExecutor.submit_with(options, |context| context.name() == Some("report"));
    /// assert!(named.result().unwrap());
    /// ```
    #[track_caller]
    fn submit_with<F, T>(&self, options: TaskOptions, f: F) -> Future<T>
    where
        F: FnOnce(&TaskContext<'_>) -> T + Send + 'static,
        T: Send + 'static,
    {
        let (task, future) = task_with(options, f);
        self.spawn_or_dismiss(task);
        future
    }

    /// Like [`submit`](Self::submit), and gives `f` back if the executor does not accept it. Never blocks, also where
    /// `submit` waits for room in a queue.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with `f` inside.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, ManualExecutor};
    /// let executor = ManualExecutor::new();
    /// assert!(executor.try_submit(|| 7).is_ok());
    /// executor.close();
    /// assert!(executor.try_submit(|| 7).is_err());
    /// ```
    #[track_caller]
    fn try_submit<F, T>(&self, f: F) -> Result<Future<T>, SubmitError<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (task, future) = task(f);
        // SAFETY: made from an `F` just now, and not used.
        unsafe { accepted(self.try_spawn(task), future) }
    }

    /// Runs `f` some time, with no future to ask. Blocks where [`submit`](Self::submit) does. A panic in `f` is
    /// reported as a [`tracing`](https://docs.rs/tracing) event.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with `f` inside, where the executor does not accept it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_core::{ExecutorExt, InlineExecutor};
    /// let (sender, seen) = std::sync::mpsc::channel();
    /// assert!(InlineExecutor.execute(move || sender.send(7).unwrap()).is_ok());
    /// assert_eq!(seen.recv().unwrap(), 7);
    /// ```
    #[track_caller]
    fn execute<F>(&self, f: F) -> Result<(), SubmitError<F>>
    where
        F: FnOnce() + Send + 'static,
    {
        match Runnable::detached(f, Location::caller()) {
            Ok(task) => self.spawn(task).or_else(detached_was_refused),
            Err(f) => {
                let (task, future) = task(f);
                // SAFETY: made from an `F` just now, and not used.
                unsafe { accepted(self.spawn(task), future) }.map(Future::detach)
            }
        }
    }
}

impl<E: Executor + ?Sized> ExecutorExt for E {}

/// The future of a task, or its closure if it was refused.
///
/// # Safety
///
/// The task was made from an `F`, and the future has not been used.
unsafe fn accepted<F, T>(answer: Result<(), Refused>, future: Future<T>) -> Result<Future<T>, SubmitError<F>>
where
    F: FnOnce() -> T,
{
    match answer {
        Ok(()) => Ok(future),
        // The executor may have given back another task than it was given; that one is abandoned by being dropped, and
        // ours is where the executor put it.
        Err(Refused { task, reason }) => match task.into_work() {
            // SAFETY: by the caller's promise.
            Work::Cell(producer) => match unsafe { future.consumer.unsubmit(producer) } {
                Ok(closure) => Err(SubmitError { closure, reason }),
                Err(consumer) => Ok(Future { consumer }),
            },
            Work::Detached(_) => Ok(future),
        },
    }
}

/// The closure of a task that was refused.
#[cold]
fn detached_was_refused<F: FnOnce() + Send + 'static>(refused: Refused) -> Result<(), SubmitError<F>> {
    let Refused { task, reason } = refused;
    match task.into_work() {
        Work::Detached(detached) => match detached.into_closure::<F>() {
            Ok(closure) => Err(SubmitError { closure, reason }),
            Err(_) => Ok(()),
        },
        // The executor has asked something of it for which it was given a cell.
        Work::Cell(producer) => {
            Refused { task: Runnable::new(producer), reason }.dismiss();
            Ok(())
        }
    }
}
