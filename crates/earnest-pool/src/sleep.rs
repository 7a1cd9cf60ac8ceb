//! Who is awake, who sleeps, and who is woken: the accounts by which no work is left lying and no thread woken in vain.
//!
//! A worker is *starting* (its thread and initializer have not come to the first search), *searching* (it looks for
//! work, or is about to), *running* a task, or *parked*. One word counts them, so that each change is one
//! read-modify-write. Whoever adds work wakes at most one worker, and none while another searches: that one will find
//! it. A running worker whose task waits is *blocked*: it does not count against the limit meanwhile, and another may be
//! woken or started in its stead. *Active* are those that are neither parked nor blocked; nobody is woken or started
//! where as many are active as there may be. Two rules make this safe.
//!
//! - **S1** A worker that stops searching because it has *found* something, and was the last to search, looks whether
//!   there is more, and if so wakes the next ([`Sleep::found`]).
//! - **S2** A worker that stops searching because it has found *nothing* first says that it parks, and then looks at
//!   every queue once more ([`Sleep::park`]).
//!
//! # Why no wake-up is lost
//!
//! Let a thread push a task and then look at the word, and a worker change the word and then look at the queues, both
//! with a sequentially consistent fence in between. Of the two fences one comes first. If the worker's does not, its
//! look at the queues sees the task. If it does, the pusher sees the change that the worker made: a parked worker and
//! nobody searching, hence it wakes one; or another that still searches, to which the same argument applies, as it too
//! must come by S1 or S2.
//!
//! A push to the shared queue is itself a sequentially consistent read-modify-write, and the look at the word that follows a
//! sequentially consistent load. If that load does not see the worker's change, it comes before the worker's fence in the
//! one order of all that is sequentially consistent; so does the push; and hence the look after the fence sees it.
//!
//! The scheme is that of the Go scheduler and of tokio: count the searchers, let the last of them look again.
//!
//! # Starting threads
//!
//! A submission that finds nobody parked or searching starts a thread, if the backlog exceeds the number of threads
//! that are already starting. A starting worker searches when it is ready, and S1 holds for it like for any other. So
//! `n` tasks that need each other, with `n` up to the limit, all come to run: whoever takes one and leaves others
//! behind with nobody to look for them brings one more.
//!
//! # Waiting
//!
//! A worker that becomes blocked is one active worker less, and does what S1 asks of a searcher: it looks at the queues,
//! and brings another if there is something ([`Sleep::block`]). When it goes on, there may be one active worker too many.
//! Then whoever is to take the next task steps aside and parks instead ([`Sleep::step_aside`]), for which it needs no
//! look at the queues: as many as there may be are active without it, and each of them comes by S1, S2, or the look
//! of one who becomes blocked.
//!
//! Where all workers are blocked and a thread that may be started cannot be, nobody is left but those who wait. The word
//! remembers this until a start succeeds; it is no reason not to try again, which everybody does who adds work, or becomes
//! blocked and leaves some. While one tries, its worker counts; when it has failed, it calls those who wait.

mod resize;
mod aside;
mod end;
pub(crate) mod alone;

pub(crate) use aside::Aside;

use crate::counts::{BLOCKED, Counts, LIVE, MAX_WORKERS, NO_THREAD, PARKED, SEARCHING, STARTING};
use crate::end::End;
use crate::semaphore::Semaphore;
use crossbeam_utils::CachePadded;
use earnest_sync::{
    AtomicBool, AtomicU64, MODEL,
    Ordering::{AcqRel, Acquire, Relaxed, SeqCst},
    fence, mutant, window,
};
use std::time::Duration;

/// The duty to start one worker, which is counted already.
#[must_use = "a worker that is counted must be started, or counted out again"]
#[derive(Debug)]
pub(crate) struct StartPermit(());

#[derive(Debug)]
pub(crate) struct Sleep {
    word: AtomicU64,
    wakes: Semaphore,
    ended: End,
    /// Set when more workers may be active than there should be.
    too_many: CachePadded<AtomicBool>,
    /// How many may be active.
    max_workers: AtomicU64,
    /// How many there may be, those who wait included.
    max_threads: AtomicU64,
    /// Set when there were to be fewer, once and for all: from then on spare workers, too, come and go.
    has_shrunk: AtomicBool,
}

impl Sleep {
    pub(crate) fn new(max_workers: usize, max_threads: usize) -> Sleep {
        debug_assert!((1..=max_threads).contains(&max_workers) && max_threads <= MAX_WORKERS);
        Sleep {
            word: AtomicU64::new(0),
            wakes: Semaphore::new(),
            ended: End::new(),
            too_many: CachePadded::new(AtomicBool::new(false)),
            max_workers: AtomicU64::new(max_workers as u64),
            max_threads: AtomicU64::new(max_threads as u64),
            has_shrunk: AtomicBool::new(false),
        }
    }

    /// How many may be active.
    pub(crate) fn max_workers(&self) -> u64 {
        // ORDERING: Relaxed; whoever changes it looks afterwards at what others may have decided by the old one.
        self.max_workers.load(Relaxed)
    }

    pub(crate) fn counts(&self) -> Counts {
        // NO MODEL: whoever finds the pool closed reads why, and that lies in a `OnceLock`, into which the checker does not see;
        // whoever decides by it how many may be active looks again at how many, once that is done.
        Counts(self.word.load(Acquire))
    }

    fn add(&self, delta: u64) -> Counts {
        Counts(self.word.fetch_add(delta, AcqRel).wrapping_add(delta))
    }

    /// Applies `step` until it wins or refuses; gives what it was decided on.
    fn update(&self, step: impl Fn(Counts) -> Option<u64>) -> Result<Counts, Counts> {
        self.update_from(self.counts(), step)
    }

    fn update_from(&self, mut seen: Counts, step: impl Fn(Counts) -> Option<u64>) -> Result<Counts, Counts> {
        while let Some(delta) = step(seen) {
            let next = seen.0.wrapping_add(delta);
            match self.word.compare_exchange(seen.0, next, AcqRel, Acquire) {
                Ok(_) => return Ok(seen),
                Err(actual) => seen = Counts(actual),
            }
        }
        Err(seen)
    }

    // ---- called by whoever adds work ----

    /// Called after a task has been pushed: wakes a parked worker, asks for a new one, or does neither. `backlog`
    /// counts the queued tasks, as far as it is told; it is asked only where a thread might be started.
    ///
    /// The counts are those that the decision was made on. Where they say closed and nobody live, the task may lie in
    /// a queue that nobody will look at again.
    pub(crate) fn work_added(&self, backlog: impl Fn(usize) -> usize) -> (Counts, Option<StartPermit>) {
        self.bring_one(self.after_push(), backlog)
    }

    /// The look at the word that follows a push to any of the queues.
    #[inline]
    pub(crate) fn after_push(&self) -> Counts {
        if !mutant!("push_without_fence") {
            // ORDERING: SeqCst; pairs with the fences in `found`, `park` and `leave`: see the module's text.
            fence(SeqCst);
        }
        self.counts()
    }

    /// The same after a push to the shared queue, which was a sequentially consistent read-modify-write: it needs no fence.
    #[inline]
    pub(crate) fn after_shared_push(&self) -> Counts {
        if MODEL && !mutant!("push_without_fence") {
            // ORDERING: SeqCst; the checker takes sequentially consistent accesses for weaker than they are, and does not
            // have the shared queue itself. The fence says what the push and the load are.
            fence(SeqCst);
        }
        // ORDERING: SeqCst; comes after the push in the order of all that is sequentially consistent, and pairs as the fence
        // does in `after_push`: see the module's text. It acquires, too, how many there may be. NO MODEL: that has the fence above.
        Counts(self.word.load(SeqCst))
    }

    /// Whether a pusher who has `seen` this has nothing to do, which is nearly always so: [`bring_one`](Self::bring_one)
    /// would decide likewise, and somebody is there to come for what was pushed.
    #[inline]
    pub(crate) fn is_attended(&self, seen: Counts) -> bool {
        self.has_enough(seen) && !seen.is_closed() && seen.blocked() == 0
    }

    /// Whether somebody searches, or as many are active as there may be: then nobody is woken or started.
    #[inline]
    fn has_enough(&self, seen: Counts) -> bool {
        seen.searching() > 0 || seen.active() >= self.max_workers()
    }

    /// See [`work_added`](Self::work_added), for those who have `seen` this since they pushed.
    pub(crate) fn bring_one(
        &self,
        seen: Counts,
        backlog: impl Fn(usize) -> usize,
    ) -> (Counts, Option<StartPermit>) {
        let decision = self.update_from(seen, |seen| {
            if self.has_enough(seen) {
                None
            } else if seen.parked() > 0 {
                Some(SEARCHING - PARKED)
            } else if self.may_start(seen) && backlog(seen.starting() as usize + 1) as u64 > seen.starting() {
                Some(LIVE + STARTING)
            } else {
                None
            }
        });
        if decision.is_ok_and(|seen| seen.active() >= self.max_workers())
            && !mutant!("bring_without_second_look")
        {
            // Meanwhile there are to be fewer.
            self.has_too_many();
        }
        match decision {
            Ok(seen) if seen.parked() > 0 => {
                self.wakes.post(1);
                (seen, None)
            }
            Ok(seen) => (seen, Some(StartPermit(()))),
            Err(seen) => (seen, None),
        }
    }

    fn may_start(&self, seen: Counts) -> bool {
        // ORDERING: Relaxed, as in `max_workers`.
        seen.live() < self.max_threads.load(Relaxed)
            && seen.active() < self.max_workers()
            && !(seen.is_closed() && seen.live() == 0)
    }

    /// Counts in the first worker, before its task is pushed: where no thread can be had, the task can still be given
    /// back. `None`: there are workers, or there shall be none any more.
    pub(crate) fn first_worker(&self) -> Option<StartPermit> {
        self.update(|seen| (seen.live() == 0 && !seen.is_closed()).then_some(LIVE + STARTING))
            .ok()
            .map(|_| StartPermit(()))
    }

    /// The thread could not be started. Says what is left.
    pub(crate) fn start_failed(&self, permit: StartPermit) -> Counts {
        let StartPermit(()) = permit;
        // ORDERING: Relaxed; nobody sees the next change of the word, a line further on, without it.
        self.word.fetch_or(NO_THREAD, Relaxed);
        self.count_out(LIVE + STARTING)
    }

    /// The thread has been started.
    pub(crate) fn start_succeeded(&self, permit: StartPermit) {
        let StartPermit(()) = permit;
        if self.counts().has_no_thread() {
            // ORDERING: Relaxed; nothing else is to be seen with it.
            self.word.fetch_and(!NO_THREAD, Relaxed);
        }
    }

    /// Counts a worker out. Others may have relied on it to come and search: the caller looks at the queues again.
    fn count_out(&self, worker: u64) -> Counts {
        let counts = self.add(worker.wrapping_neg());
        // ORDERING: SeqCst; pairs with the fence in `work_added`: who pushed before it sees the worker gone is seen by
        // the look that follows, and who pushed later sees that it is gone.
        fence(SeqCst);
        counts
    }

    // ---- called by workers, in the order of their life ----

    /// The thread runs, and its initializer has done well.
    pub(crate) fn started(&self) {
        self.add(SEARCHING.wrapping_sub(STARTING));
    }

    /// This worker has nothing to do but to look for work.
    pub(crate) fn search(&self) {
        self.add(SEARCHING);
    }

    /// This worker has found something. `true`: it was the last to search, somebody could be woken or started, and
    /// `more` says that something is left (S1): call [`work_added`](Self::work_added).
    #[must_use = "work that was left behind must be announced"]
    pub(crate) fn found(&self, more: impl Fn() -> bool) -> bool {
        let counts = self.add(SEARCHING.wrapping_neg());
        if counts.searching() > 0 || !self.may_help(counts) {
            return false;
        }
        // ORDERING: SeqCst; pairs with the fence in `work_added`: see the module's text.
        fence(SeqCst);
        more() && !mutant!("found_without_look")
    }

    /// Whether somebody could be woken or started.
    fn may_help(&self, seen: Counts) -> bool {
        self.may_start(seen) || seen.parked() > 0 && seen.active() < self.max_workers()
    }

    /// This worker's task waits. `true`: `more` says that there is work for another in its stead: call
    /// [`work_added`](Self::work_added).
    #[must_use = "work that was left behind must be announced"]
    pub(crate) fn block(&self, more: impl Fn() -> bool) -> bool {
        self.add(BLOCKED);
        // ORDERING: SeqCst; pairs with the fence in `work_added`: see the module's text.
        fence(SeqCst);
        more() && !mutant!("block_without_look")
    }

    /// The wait is over.
    pub(crate) fn unblock(&self) {
        let counts = self.add(BLOCKED.wrapping_neg());
        if counts.active() > self.max_workers() {
            self.has_too_many();
        }
    }

    /// Whether every worker's task waits, and no other may be started, or none could be.
    pub(crate) fn is_jammed(&self) -> bool {
        let counts = self.counts();
        counts.live() == counts.blocked() && (counts.has_no_thread() || !self.may_start(counts))
    }

    /// This worker has found nothing: it parks, unless `more` says that something has come (S2).
    ///
    /// Afterwards it is counted as searching again. `true`: it has not been woken for as long as `idle` says.
    pub(crate) fn park(&self, more: impl Fn() -> bool, idle: Option<Duration>) -> bool {
        let counts = self.add(PARKED.wrapping_sub(SEARCHING));
        window!("parked_not_looked");
        if !mutant!("park_without_fence") {
            // ORDERING: SeqCst; pairs with the fence in `work_added`: see the module's text.
            fence(SeqCst);
        }
        let look_again = counts.is_closed() || !mutant!("park_without_look") && more();
        // Where nothing has come, or a waker was faster and has counted us among the searching, there will be a wake.
        if look_again && self.unpark() {
            return false;
        }
        let is_over = idle.is_some_and(|idle| !self.wakes.wait_for(idle));
        if is_over && self.unpark() {
            return true;
        }
        if idle.is_none() || is_over {
            self.wakes.wait();
        }
        false
    }

    /// This worker, which has parked, goes on by itself. `false`: a waker was faster, and there is a wake.
    fn unpark(&self) -> bool {
        let unparked = self.update(|seen| (seen.parked() > 0).then_some(SEARCHING - PARKED));
        if unparked.is_ok_and(|seen| seen.active() >= self.max_workers()) {
            // Meanwhile another may have been woken in our stead.
            self.has_too_many();
        }
        unparked.is_ok()
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests;
