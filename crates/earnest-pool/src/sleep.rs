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

use crossbeam_utils::CachePadded;
use earnest_sync::{
    AtomicBool, AtomicU64, Condvar, Mutex,
    Ordering::{AcqRel, Acquire, Relaxed, SeqCst},
    fence, mutant,
};
use std::time::{Duration, Instant};

/// The largest number of workers that the word can count.
pub(crate) const MAX_WORKERS: usize = (FIELD as usize) - 1;

const FIELD_BITS: u32 = 12;
const FIELD: u64 = (1 << FIELD_BITS) - 1;

const PARKED: u64 = 1;
const SEARCHING: u64 = PARKED << FIELD_BITS;
const STARTING: u64 = SEARCHING << FIELD_BITS;
const LIVE: u64 = STARTING << FIELD_BITS;
const BLOCKED: u64 = LIVE << FIELD_BITS;
const CLOSED: u64 = BLOCKED << FIELD_BITS;
const BROKEN: u64 = CLOSED << 1;

/// One reading of the word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts(u64);

impl Counts {
    /// Workers that wait to be woken.
    pub(crate) fn parked(self) -> u64 {
        (self.0 / PARKED) & FIELD
    }

    /// Workers that look for work, those included that have just been woken to do so.
    pub(crate) fn searching(self) -> u64 {
        (self.0 / SEARCHING) & FIELD
    }

    /// Workers that have not come to their first search.
    pub(crate) fn starting(self) -> u64 {
        (self.0 / STARTING) & FIELD
    }

    /// All workers.
    pub(crate) fn live(self) -> u64 {
        (self.0 / LIVE) & FIELD
    }

    /// Workers whose tasks wait.
    pub(crate) fn blocked(self) -> u64 {
        (self.0 / BLOCKED) & FIELD
    }

    /// Workers that are starting, searching, or running a task that does not wait.
    pub(crate) fn active(self) -> u64 {
        self.live() - self.parked() - self.blocked()
    }

    /// Whether submissions are no longer accepted.
    pub(crate) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    /// Whether that is because the pool is broken.
    pub(crate) fn is_broken(self) -> bool {
        self.0 & BROKEN != 0
    }
}

impl core::fmt::Debug for Counts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Counts")
            .field("parked", &self.parked())
            .field("searching", &self.searching())
            .field("starting", &self.starting())
            .field("live", &self.live())
            .field("blocked", &self.blocked())
            .field("closed", &self.is_closed())
            .field("broken", &self.is_broken())
            .finish()
    }
}

/// The duty to start one worker, which is counted already.
#[must_use = "a worker that is counted must be started, or counted out again"]
#[derive(Debug)]
pub(crate) struct StartPermit(());

#[derive(Debug)]
pub(crate) struct Sleep {
    word: AtomicU64,
    wakes: Semaphore,
    /// Signalled when the last worker has gone.
    ended: (Mutex<()>, Condvar),
    /// Set when more workers may be active than there should be.
    too_many: CachePadded<AtomicBool>,
    /// How many may be active.
    max_workers: u64,
    /// How many there may be, those who wait included.
    max_threads: u64,
}

impl Sleep {
    pub(crate) fn new(max_workers: usize, max_threads: usize) -> Sleep {
        debug_assert!((1..=max_threads).contains(&max_workers) && max_threads <= MAX_WORKERS);
        Sleep {
            word: AtomicU64::new(0),
            wakes: Semaphore::new(),
            ended: (Mutex::new(()), Condvar::new()),
            too_many: CachePadded::new(AtomicBool::new(false)),
            max_workers: max_workers as u64,
            max_threads: max_threads as u64,
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts(self.word.load(Acquire))
    }

    fn add(&self, delta: u64) -> Counts {
        Counts(self.word.fetch_add(delta, AcqRel).wrapping_add(delta))
    }

    /// Applies `step` until it wins or refuses; gives what it was decided on.
    fn update(&self, step: impl Fn(Counts) -> Option<u64>) -> Result<Counts, Counts> {
        let mut seen = self.counts();
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
    /// counts the queued tasks; it is asked only where a thread might be started.
    ///
    /// The counts are those that the decision was made on. Where they say closed and nobody live, the task may lie in
    /// a queue that nobody will look at again.
    pub(crate) fn work_added(&self, backlog: impl Fn() -> usize) -> (Counts, Option<StartPermit>) {
        if !mutant!("push_without_fence") {
            // ORDERING: SeqCst; pairs with the fences in `found`, `park` and `leave`: see the module's text.
            fence(SeqCst);
        }
        let decision = self.update(|seen| {
            if seen.searching() > 0 || seen.active() >= self.max_workers {
                None
            } else if seen.parked() > 0 {
                Some(SEARCHING - PARKED)
            } else if self.may_start(seen) && backlog() as u64 > seen.starting() {
                Some(LIVE + STARTING)
            } else {
                None
            }
        });
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
        seen.live() < self.max_threads
            && seen.active() < self.max_workers
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
        self.count_out(LIVE + STARTING)
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
        self.may_start(seen) || seen.parked() > 0 && seen.active() < self.max_workers
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
        if counts.active() > self.max_workers {
            // ORDERING: Relaxed; a hint, and the word decides.
            self.too_many.store(true, Relaxed);
        }
    }

    /// Whether somebody should [step aside](Self::step_aside), which is rarely so: it costs no more than a look.
    pub(crate) fn may_be_too_many(&self) -> bool {
        // ORDERING: Relaxed, as in `unblock`.
        self.too_many.load(Relaxed)
    }

    /// Whether every worker's task waits, and no other may be started.
    pub(crate) fn is_jammed(&self) -> bool {
        let counts = self.counts();
        counts.live() == counts.blocked() && !self.may_start(counts)
    }

    /// This worker parks before it takes another task, if more are active than there may be.
    ///
    /// Afterwards, if it did, it is counted as searching. `is_searching` says whether it is now.
    pub(crate) fn step_aside(&self, is_searching: bool) -> bool {
        let parks = if is_searching { PARKED.wrapping_sub(SEARCHING) } else { PARKED };
        // ORDERING: Relaxed, as in `unblock`; put back where others may have to step aside as well.
        self.too_many.store(false, Relaxed);
        let is_surplus = |seen: Counts| seen.active() > self.max_workers && !seen.is_closed();
        let Ok(seen) = self.update(|seen| is_surplus(seen).then_some(parks)) else { return false };
        if seen.active() > self.max_workers + 1 {
            self.too_many.store(true, Relaxed);
        }
        self.wakes.wait();
        true
    }

    /// This worker has found nothing: it parks, unless `more` says that something has come (S2).
    ///
    /// Afterwards it is counted as searching again.
    pub(crate) fn park(&self, more: impl Fn() -> bool) {
        let counts = self.add(PARKED.wrapping_sub(SEARCHING));
        // ORDERING: SeqCst; pairs with the fence in `work_added`: see the module's text.
        if !mutant!("park_without_fence") {
            fence(SeqCst);
        }
        let look_again = counts.is_closed() || !mutant!("park_without_look") && more();
        let unpark = || self.update(|seen| (seen.parked() > 0).then_some(SEARCHING - PARKED));
        match look_again.then(unpark) {
            // Either nothing has come, or a waker was faster and has counted us among the searching.
            None | Some(Err(_)) => self.wakes.wait(),
            // Meanwhile another may have been woken in our stead.
            Some(Ok(seen)) if seen.active() >= self.max_workers => {
                // ORDERING: Relaxed, as in `unblock`.
                self.too_many.store(true, Relaxed);
            }
            Some(Ok(_)) => {}
        }
    }

    /// A searching worker of a closed pool ends. `false`: something has come after all, and it goes on searching.
    pub(crate) fn leave(&self, more: impl Fn() -> bool) -> bool {
        let counts = self.count_out(LIVE + SEARCHING);
        if more() && !mutant!("leave_without_look") {
            self.add(LIVE + SEARCHING);
            return false;
        }
        if counts.live() == 0 {
            self.signal_end();
        }
        true
    }

    /// A worker whose initializer failed ends. Says what is left.
    pub(crate) fn never_started(&self) -> Counts {
        self.count_out(LIVE + STARTING)
    }

    // ---- called by whoever shuts down ----

    /// Accepts no more work, and wakes everybody to see it.
    pub(crate) fn close(&self, broken: bool) {
        self.word.fetch_or(if broken { CLOSED | BROKEN } else { CLOSED }, AcqRel);
        let all_who_park = |seen: Counts| (seen.parked() > 0).then(|| (SEARCHING - PARKED) * seen.parked());
        if let Ok(seen) = self.update(all_who_park) {
            self.wakes.post(seen.parked());
        }
    }

    /// Accepts no more work, and counts nobody any more: the workers are in another process.
    pub(crate) fn disown(&self) {
        self.word.swap(CLOSED | BROKEN, AcqRel);
    }

    /// Blocks until no worker is left. `false`: the deadline has passed.
    pub(crate) fn wait_until_ended(&self, deadline: Option<Instant>) -> bool {
        let (lock, ended) = &self.ended;
        let mut guard = lock.lock();
        while self.counts().live() > 0 {
            let now = earnest_sync::now();
            if deadline.zip(now).is_some_and(|(deadline, now)| now >= deadline) {
                return false;
            }
            guard = ended.wait_deadline(guard, deadline);
        }
        true
    }

    /// Blocks for a moment. `false`: the deadline has passed.
    pub(crate) fn pause(&self, deadline: Option<Instant>) -> bool {
        const MOMENT: Duration = Duration::from_millis(1);
        let Some((deadline, now)) = deadline.zip(earnest_sync::now()) else { return true };
        let (lock, ended) = &self.ended;
        drop(ended.wait_deadline(lock.lock(), now.checked_add(MOMENT).map(|moment| moment.min(deadline))));
        now < deadline
    }

    /// Says that no worker is left, to those who wait for it.
    pub(crate) fn signal_end(&self) {
        let (lock, ended) = &self.ended;
        drop(lock.lock());
        ended.notify_all();
    }
}

/// Counts wakes. A wake that comes before the wait is not lost.
#[derive(Debug)]
struct Semaphore {
    wakes: Mutex<u64>,
    changed: Condvar,
}

impl Semaphore {
    fn new() -> Semaphore {
        Semaphore { wakes: Mutex::new(0), changed: Condvar::new() }
    }

    fn post(&self, n: u64) {
        *self.wakes.lock() += n;
        if n == 1 { self.changed.notify_one() } else { self.changed.notify_all() }
    }

    fn wait(&self) {
        let mut wakes = self.wakes.lock();
        while *wakes == 0 {
            wakes = self.changed.wait(wakes);
        }
        *wakes -= 1;
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn who_parks_and_another_is_woken_meanwhile_leaves_one_to_step_aside() {
        let sleep = Sleep::new(1, 2);
        sleep.add(2 * LIVE + SEARCHING + PARKED);
        sleep.park(|| {
            let (_, start) = sleep.work_added(|| 1);
            start.is_none()
        });
        assert_eq!(sleep.counts().active(), 2);
        assert!(sleep.may_be_too_many());
        // There is a wake for one of the two, and this thread takes it.
        assert!(sleep.step_aside(true));
    }
}
