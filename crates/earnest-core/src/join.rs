//! Two closures side by side.

use crate::executor::Executor;
use crate::panic::drop_caught;
use crate::stack_job::StackJob;
use crate::worker::{self, Worker};
use core::num::NonZeroUsize;
use core::panic::Location;
use earnest_sync::{catch_unwind, resume_unwind};
use std::thread::Result as Caught;

/// Calls `a` on this thread and `b` on the executor, side by side if it has a thread to spare, and returns what both
/// return.
///
/// If `b` has not begun when `a` is done, it is called on this thread instead; so it is where the executor refuses it. The
/// two may borrow.
///
/// ```
/// use earnest_core::{Executor, InlineExecutor, join};
///
/// fn sum(executor: &(impl Executor + Sync), numbers: &[u64]) -> u64 {
///     if numbers.len() < 1_000 {
///         return numbers.iter().sum();
///     }
///     let (left, right) = numbers.split_at(numbers.len() / 2);
///     let (left, right) = join(executor, || sum(executor, left), || sum(executor, right));
///     left + right
/// }
///
/// let numbers: Vec<u64> = (0..10_000).collect();
/// assert_eq!(sum(&InlineExecutor, &numbers), 49_995_000);
/// ```
///
/// # Side by side
///
/// On a worker of the executor, of the joins that it is in the middle of, one at a time is known to others: the outermost,
/// which is the largest where work is divided. When its `b` has been taken, be it by another or back, the next one is. The
/// others are known as well from when the worker waits for a future, or says that it is [`blocking`](crate::blocking).
///
/// So two that are to meet, at a barrier or by a channel, meet if they are those of the outermost join and there is a
/// thread to spare. In a join within another they may not, unless the one that waits does so by a future, or in `blocking`.
///
/// # Blocking
///
/// It returns when both are done; as [`scope`](crate::scope()), it waits as a worker does. On a worker of the executor a full queue
/// refuses `b`, and on any other thread it does to `b` as its policy says, as to any task.
///
/// # Cost
///
/// On a worker of the executor a `b` that nobody else comes to know of costs no allocation and no atomic
/// read-modify-write, and with one worker that is all of them. One that is known to others is a task, and so is each on
/// any other thread.
///
/// # Panics
///
/// With the panic of `a`, or else with that of `b`, when both are done. If `a` panics and `b` has not begun, `b` is
/// dropped uncalled.
#[inline]
#[track_caller]
pub fn join<E, A, B, RA, RB>(executor: &E, a: A, b: B) -> (RA, RB)
where
    E: Executor + ?Sized,
    A: FnOnce() -> RA,
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    let location = Location::caller();
    // SAFETY: it does not leave this call.
    match unsafe { worker::current() } {
        Some(worker) if worker.serves(executor.host()) => join_on(worker, executor, location, a, b),
        _ => join_elsewhere(executor, location, a, b),
    }
}

/// On a worker of the executor: `b` is put off, in this frame, and called here unless another has taken it.
#[inline]
fn join_on<E, A, B, RA, RB>(
    worker: &Worker<'_>,
    executor: &E,
    location: &'static Location<'static>,
    a: A,
    b: B,
) -> (RA, RB)
where
    E: Executor + ?Sized,
    A: FnOnce() -> RA,
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    let is_lone = || executor.parallelism() == Some(NonZeroUsize::MIN);
    if worker.joins.is_full() || worker.joins.lacks() && !is_lone() {
        return join_sharing(worker, location, a, b);
    }
    let job = StackJob::new(b, location);
    let place = worker.joins.push(job.as_job());
    // Nothing that could unwind stands between here and the end of the job.
    let result_of_a = catch_unwind(a);
    let is_private = worker.joins.pop(place);
    match result_of_a {
        // SAFETY: private until now: nobody else has the closure, or will have it.
        Ok(a) if is_private => (a, unsafe { job.take() }()),
        // SAFETY: it has just been popped.
        result_of_a => unsafe { end_on(worker, &job, is_private, result_of_a) },
    }
}

/// The same, where one is to be shared: the oldest there is.
#[cold]
#[inline(never)]
fn join_sharing<A, B, RA, RB>(
    worker: &Worker<'_>,
    location: &'static Location<'static>,
    a: A,
    b: B,
) -> (RA, RB)
where
    A: FnOnce() -> RA,
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    if worker.joins.is_full() {
        worker.share_oldest();
    }
    let job = StackJob::new(b, location);
    let place = worker.joins.push(job.as_job());
    // As above: whatever the host does, unwinding included, comes before the end of the job.
    let result_of_a = catch_unwind(|| {
        worker.share_oldest();
        a()
    });
    let is_private = worker.joins.pop(place);
    // SAFETY: it has just been popped.
    unsafe { end_on(worker, &job, is_private, result_of_a) }
}

/// The end of it, where more is to be done than to call `b`.
///
/// # Safety
///
/// `job` has been pushed and popped, which has said whether it is private.
#[cold]
#[inline(never)]
unsafe fn end_on<RA, B, RB>(
    worker: &Worker<'_>,
    job: &StackJob<B, RB>,
    is_private: bool,
    result_of_a: Caught<RA>,
) -> (RA, RB)
where
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    // SAFETY: where it is not private, it was shared.
    let result_of_b = if is_private { None } else { unsafe { job.finish(Some(worker)) } };
    // SAFETY: where nobody has called `b`, it was private until now, or has been taken back.
    unsafe { end(job, result_of_a, result_of_b) }
}

/// On any other thread: `b` is a task from the start.
#[cold]
#[inline(never)]
fn join_elsewhere<E, A, B, RA, RB>(executor: &E, location: &'static Location<'static>, a: A, b: B) -> (RA, RB)
where
    E: Executor + ?Sized,
    A: FnOnce() -> RA,
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    let job = StackJob::new(b, location);
    // Whatever an executor does, unwinding included, comes before the end of the job.
    let result_of_a = catch_unwind(|| {
        // SAFETY: `finish` is called below, and stands in nobody's way before.
        unsafe { job.offer(None, |task| executor.spawn(task)) };
        a()
    });
    // SAFETY: it has been offered, first of all.
    let result_of_b = unsafe { job.finish(None) };
    // SAFETY: where nobody has called `b`, it has been taken back.
    unsafe { end(&job, result_of_a, result_of_b) }
}

/// What a join comes to. `None`: `b` has not been called.
///
/// # Safety
///
/// If so, the closure is there, and the caller is the one to have it.
unsafe fn end<RA, B, RB>(job: &StackJob<B, RB>, a: Caught<RA>, b: Option<Caught<RB>>) -> (RA, RB)
where
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    match (a, b) {
        // SAFETY: by the caller's promise.
        (Ok(a), None) => (a, unsafe { job.take() }()),
        (Ok(a), Some(Ok(b))) => (a, b),
        (Ok(_), Some(Err(payload))) => resume_unwind(payload),
        (Err(payload), None) => {
            // SAFETY: by the caller's promise.
            drop_caught(unsafe { job.take() }, "the destructor of what a join did not come to call");
            resume_unwind(payload)
        }
        (Err(payload), Some(unseen)) => {
            drop_caught(unseen, "the destructor of what the other half of a join came to");
            resume_unwind(payload)
        }
    }
}
