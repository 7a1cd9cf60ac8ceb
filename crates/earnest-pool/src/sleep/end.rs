//! How a worker leaves, and how a pool comes to its end.

use super::Sleep;
use crate::counts::{BROKEN, CLOSED, Counts, LIVE, PARKED, SEARCHING, STARTING};
use earnest_sync::{
    Ordering::{AcqRel, SeqCst},
    fence, mutant, window,
};
use std::time::Instant;

impl Sleep {
    /// A searching worker leaves an open pool, if there are more than `n`, of those whose tasks do not wait. `false`: there
    /// are not, or `more` says that something has come after all, and it goes on searching.
    pub(crate) fn retire(&self, n: u64, more: impl Fn() -> bool) -> bool {
        let may_go = |seen: Counts| !seen.is_closed() && seen.present() > n;
        let leaves = (LIVE + SEARCHING).wrapping_neg();
        if self.update(|seen| may_go(seen).then_some(leaves)).is_err() {
            return false;
        }
        // ORDERING: SeqCst; pairs with the fence in `work_added`, as in `count_out`.
        fence(SeqCst);
        if more() && !mutant!("retire_without_look") {
            if self.add(LIVE + SEARCHING).active() > self.max_workers() {
                // Meanwhile another has been started in our stead.
                self.has_too_many();
            }
            return false;
        }
        if self.counts().live() == 0 {
            // The pool may have been closed since.
            self.signal_end();
        }
        true
    }

    /// A searching worker of a closed pool ends. `false`: something has come after all, and it goes on searching.
    pub(crate) fn leave(&self, more: impl Fn() -> bool) -> bool {
        // What was queued before the pool was closed, and is not there yet, is this worker's to run: once it is counted out
        // it is refused by who queues.
        if more() && !mutant!("leave_without_first_look") {
            return false;
        }
        window!("left_queue_not_counted_out");
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
        // NO MODEL: it publishes why the pool is closed, as `counts` says.
        self.word.fetch_or(if broken { CLOSED | BROKEN } else { CLOSED }, AcqRel);
        self.wake_all();
    }

    /// Accepts no more work, and counts nobody any more: the workers are in another process.
    pub(crate) fn disown(&self) {
        // NO MODEL: likewise, and only in a process that was forked off.
        self.word.swap(CLOSED | BROKEN, AcqRel);
    }

    /// Blocks until no worker is left. `false`: the deadline has passed.
    pub(crate) fn wait_until_ended(&self, deadline: Option<Instant>) -> bool {
        self.ended.wait_until(|| self.counts().live() == 0, deadline)
    }

    /// Blocks until `are_gone`, which is signalled as well. `false`: the deadline has passed.
    pub(crate) fn wait_until_gone(&self, are_gone: impl Fn() -> bool, deadline: Option<Instant>) -> bool {
        self.ended.wait_until(are_gone, deadline)
    }

    /// Says that no worker is left, or no thread, to those who wait for it.
    pub(crate) fn signal_end(&self) {
        self.ended.signal();
    }

    pub(super) fn wake_all(&self) {
        let all_who_park = |seen: Counts| (seen.parked() > 0).then(|| (SEARCHING - PARKED) * seen.parked());
        if let Ok(seen) = self.update(all_who_park) {
            self.wakes.post(seen.parked());
        }
    }
}
