//! The half of a join that has not begun: a closure in the frame of `join`, and how others come to run it.

use crate::awaited::Members;
use crate::cancel::CancelHandle;
use crate::consumer::Consumer;
use crate::firm_wait::{MustReturn, wait_for_all};
use crate::parties;
use crate::refusal::Refused;
use crate::task::{Runnable, Work};
use crate::waiter::{Single, spin_until, with_single};
use crate::worker::Worker;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::panic::Location;
use core::ptr;
use earnest_sync::{AtomicBool, Ordering::Relaxed, UnsafeCell, catch_unwind, mutant, window};
use std::sync::Arc;
use std::thread::Result as Caught;

/// A stack job whose types are forgotten: what each begins with.
pub(crate) struct Job {
    /// Makes a task of the job, and hands it to the worker's host.
    share: unsafe fn(*const Job, &Worker<'_>),
}

impl Job {
    /// # Safety
    ///
    /// The job is in its frame, which `worker`'s thread is further down in, and has not been shared.
    pub(crate) unsafe fn share(job: *const Job, worker: &Worker<'_>) {
        // SAFETY: the job is in its frame, by the caller's promise.
        let share = unsafe { (*job).share };
        // SAFETY: by the caller's promise.
        unsafe { share(job, worker) };
    }
}

/// A closure that is called once, by the thread whose frame this is in or by the one that runs its task, and then what it
/// came to.
///
/// As long as the job is private, none but its own thread reaches it. From when it is shared on, it belongs to whoever
/// starts or ends its task, and its thread stays in the frame until that task has ended.
#[repr(C)]
pub(crate) struct StackJob<B, RB> {
    job: Job,
    location: &'static Location<'static>,
    /// Of the task that was made of the job, once it has been shared.
    task: UnsafeCell<MaybeUninit<Consumer<()>>>,
    slot: UnsafeCell<Slot<B, RB>>,
}

/// Read and written by pointers to the one or the other.
#[repr(C)]
union Slot<B, RB> {
    closure: ManuallyDrop<B>,
    _result: ManuallyDrop<Caught<RB>>,
}

impl<B, RB> StackJob<B, RB>
where
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    #[inline]
    pub(crate) fn new(closure: B, location: &'static Location<'static>) -> Self {
        StackJob {
            job: Job { share: Self::share },
            location,
            task: UnsafeCell::new(MaybeUninit::uninit()),
            slot: UnsafeCell::new(Slot { closure: ManuallyDrop::new(closure) }),
        }
    }

    #[inline]
    pub(crate) fn as_job(&self) -> *const Job {
        ptr::from_ref(self).cast()
    }

    /// Moves the closure out.
    ///
    /// # Safety
    ///
    /// The closure is there, and the caller is the one to have it.
    #[inline]
    pub(crate) unsafe fn take(&self) -> B {
        // SAFETY: by the caller's promise.
        self.slot.with_mut(|slot| unsafe { slot.cast::<B>().read() })
    }

    /// As `Job::share`.
    #[cold]
    unsafe fn share(job: *const Job, worker: &Worker<'_>) {
        // SAFETY: the pointer came from `as_job`, and the frame is there, by the caller's promise.
        let this = unsafe { &*job.cast::<Self>() };
        worker.joins.has_offered();
        // SAFETY: by the caller's promise.
        let is_refused =
            !unsafe { this.offer(Some(worker.joins.is_lacking()), |task| worker.host.offer(task)) };
        if is_refused {
            // The next would be refused as well: not before this frame is done.
            worker.joins.has_offered();
        }
    }

    /// Makes a task of the job, which `hand_over` gives to others. Says whether it was taken. From when it is left to be
    /// taken no more on, `is_lacking` is true.
    ///
    /// # Safety
    ///
    /// The job stays where it is until [`finish`](Self::finish) has returned, which is called. It has not been shared.
    pub(crate) unsafe fn offer(
        &self,
        is_lacking: Option<&AtomicBool>,
        hand_over: impl FnOnce(Runnable) -> Result<(), Refused>,
    ) -> bool {
        let offer = Offer { job: self, is_lacking: is_lacking.map(ptr::from_ref) };
        // SAFETY: by the caller's promise, and as `finish` comes back after the task has ended. What is borrowed outlives
        // the frame, and the task's outcome borrows nothing.
        let (producer, consumer) = unsafe { parties::scoped_task(|| offer.accept(), self.location) };
        // SAFETY: the field is this thread's.
        self.task.with_mut(|task| unsafe { task.cast::<Consumer<()>>().write(consumer) });
        hand_over(Runnable::new(producer)).map_err(Refused::dismiss).is_ok()
    }

    /// After the job was shared: takes it back, by the `worker` that this thread may be, or waits for who has taken it.
    /// `None`: nobody has called the closure, or will.
    ///
    /// # Panics
    ///
    /// In a child of `fork`, where the thread that has taken it is not.
    ///
    /// # Safety
    ///
    /// The job was shared, by this thread, and this has not been called.
    #[cold]
    pub(crate) unsafe fn finish(&self, worker: Option<&Worker<'_>>) -> Option<Caught<RB>> {
        // SAFETY: it was written when the job was shared, and is this thread's.
        let task = self.task.with_mut(|task| unsafe { task.cast::<Consumer<()>>().read() });
        let task = match worker {
            Some(worker) => match retract(task, worker) {
                Ok(()) => return None,
                Err(task) => task,
            },
            None => task,
        };
        window!("join_cancelled_not_looked");
        task.cancel();
        // Also where another cancels it, which may be about to drop the closure.
        if !task.view().is_settled() && !mutant!("join_without_wait") {
            wait_until_settled(&task);
        }
        worker.into_iter().for_each(|worker| worker.joins.lacks_offers());
        let outcome = match task.take() {
            Ok(outcome) => outcome,
            Err(_left_behind) => {
                panic!("the other half of a join was running where this process was forked from")
            }
        };
        // SAFETY: the task has returned, and has left the result before.
        outcome.ok().map(|()| self.slot.with_mut(|slot| unsafe { slot.cast::<Caught<RB>>().read() }))
    }
}

/// What the task of a shared job is made of. A worker whose job it is comes to know that nothing is left to be taken.
struct Offer<B, RB> {
    job: *const StackJob<B, RB>,
    is_lacking: Option<*const AtomicBool>,
}

// SAFETY: what is reached through it is the closure and its result, which are Send, and an atomic. The other fields of a
// job are its own thread's, and not looked at.
unsafe impl<B: Send, RB: Send> Send for Offer<B, RB> {}

impl<B, RB> Offer<B, RB>
where
    B: FnOnce() -> RB + Send,
    RB: Send,
{
    /// Runs the job.
    fn accept(self) {
        let job = self.job;
        drop(self);
        // SAFETY: the frame is there until the task has ended, and the closure is ours, as the task was started.
        let job = unsafe { &*job };
        // SAFETY: as above.
        let closure = unsafe { job.take() };
        let result = catch_unwind(closure);
        // SAFETY: as above, and the slot is empty now.
        job.slot.with_mut(|slot| unsafe { slot.cast::<Caught<RB>>().write(result) });
    }
}

impl<B, RB> Drop for Offer<B, RB> {
    fn drop(&mut self) {
        // SAFETY: a worker is there longer than the frames on its stack, and this is dropped before the task has ended.
        let is_lacking = self.is_lacking.map(|is_lacking| unsafe { &*is_lacking });
        if let Some(is_lacking) = is_lacking.filter(|_| !mutant!("stolen_without_telling")) {
            // ORDERING: Relaxed; nothing else is read by it.
            is_lacking.store(true, Relaxed);
        }
    }
}

/// Takes the task of a shared job out of the hands of the host, which leaves nothing of it.
///
/// # Errors
///
/// The consumer, where others may have to do with the task.
fn retract(task: Consumer<()>, worker: &Worker<'_>) -> Result<(), Consumer<()>> {
    if !task.view().is_pending() {
        return Err(task);
    }
    // Not to be left by unwinding: others may be in the middle of the job.
    let must_return = MustReturn;
    let taken = worker.host.take_back(task.cell().into());
    core::mem::forget(must_return);
    match taken.map(Runnable::into_work) {
        Some(Work::Cell(producer)) => task.undo(producer).map_err(|(task, _abandoned)| task),
        _ => Err(task),
    }
}

/// Blocks until the task of a shared job has ended. Another has begun it, or is about to drop it.
fn wait_until_settled(task: &Consumer<()>) {
    let must_return = MustReturn;
    if !spin_until(None, || task.view().is_settled()) {
        with_single(|Single { waiter, .. }| {
            if task.watch(waiter.inbox(), 0) {
                let members = Members::of_scope();
                members.insert(0, CancelHandle::new(task.link()));
                wait_for_all(&Arc::new(members), waiter);
            }
        });
    }
    core::mem::forget(must_return);
}
