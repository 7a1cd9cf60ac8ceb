//! The joins that a worker is in the middle of, and which of them others know of.
//!
//! A join puts its second closure off, here, and calls the first. What is put off is *private*: to push it and to pop it
//! again are stores to memory of the worker's own. So that others have something to take, the oldest, which is the largest
//! where work is divided, is *shared*, one at a time: made a task, and handed to the host. The next is when that has been
//! taken by another, or back.

use crate::stack_job::Job;
use crate::worker::Worker;
use core::cell::Cell;
use core::ptr;
use earnest_sync::{AtomicBool, MODEL, Ordering::Relaxed, mutant};

/// How many can be private. Of more than these the oldest are shared.
const CAPACITY: usize = if MODEL { 2 } else { 256 };

/// By places: those up to `end` are put off, and of these the ones from `CAPACITY` before `limit` on are private.
pub(crate) struct Joins {
    limit: Cell<usize>,
    end: Cell<usize>,
    jobs: [Cell<*const Job>; CAPACITY],
    /// Whether nothing that was shared is left for others to take, as far as is known.
    is_lacking: AtomicBool,
}

impl Joins {
    pub(crate) fn new() -> Joins {
        Joins {
            limit: Cell::new(CAPACITY),
            end: Cell::new(0),
            jobs: [const { Cell::new(ptr::null()) }; CAPACITY],
            is_lacking: AtomicBool::new(true),
        }
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.end.get() == self.limit.get()
    }

    /// Puts `job` off, and gives its place. There is room.
    #[inline]
    pub(crate) fn push(&self, job: *const Job) -> usize {
        debug_assert!(!self.is_full());
        let place = self.end.get();
        self.jobs[place % CAPACITY].set(job);
        self.end.set(place + 1);
        place
    }

    /// Takes the newest off again, which is in `place`. Says whether it is still private.
    #[inline]
    pub(crate) fn pop(&self, place: usize) -> bool {
        debug_assert_eq!(self.end.get(), place + 1);
        self.end.set(place);
        let is_private = self.limit.get() <= place + CAPACITY;
        if !is_private {
            self.limit.set(place + CAPACITY);
        }
        is_private
    }

    /// Whether another should be shared.
    #[inline]
    pub(crate) fn lacks(&self) -> bool {
        // ORDERING: Relaxed; nothing else is read by it.
        self.is_lacking.load(Relaxed)
    }

    /// What is told when a job that was shared is left to be taken no more, by whichever thread that is.
    pub(crate) fn is_lacking(&self) -> &AtomicBool {
        &self.is_lacking
    }

    pub(crate) fn lacks_offers(&self) {
        // ORDERING: Relaxed, as in `lacks`.
        self.is_lacking.store(true, Relaxed);
    }

    pub(crate) fn has_offered(&self) {
        // ORDERING: Relaxed, as in `lacks`.
        self.is_lacking.store(false, Relaxed);
    }

    /// The oldest that is private, which counts as shared from then on.
    fn next_to_share(&self) -> Option<*const Job> {
        let place = self.limit.get() - CAPACITY;
        (place < self.end.get()).then(|| {
            self.limit.set(place + CAPACITY + 1);
            self.jobs[place % CAPACITY].get()
        })
    }
}

impl Worker<'_> {
    /// Shares the oldest private job, if there is one.
    #[cold]
    #[inline(never)]
    pub(crate) fn share_oldest(&self) -> bool {
        let job = self.joins.next_to_share();
        // SAFETY: a job is pushed by the frame that it is in, on this thread, and popped before that returns. Each is given
        // out here once.
        job.inspect(|job| unsafe { Job::share(*job, self) }).is_some()
    }

    /// Shares what is private: for before the thread blocks, or does something else that may take long, as what others wait
    /// for may be among it.
    pub(crate) fn share_all(&self) {
        if !mutant!("block_with_private_jobs") {
            while self.share_oldest() {}
        }
    }
}
