//! Done to settled: the callbacks run, the outcome is published, and everybody who waits is told.

use crate::cell::RawCell;
use crate::error::{Error, dismissal};
use crate::observer::{Chain, ErasedOutcome, Node, Stage, in_registration_order};
use crate::panic::run_caught;
use crate::settling::Settling;
use crate::state::{Outcome, View};
use crate::unseen::report_unseen;
use crate::worker;
use earnest_sync::{mutant, window};

/// Who settles, and so which parties go on holding the cell afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settler {
    /// The producer itself, which lets go by settling.
    Producer,
    /// Another; the producer still has its reference, unless it has said otherwise.
    Other,
}

/// Observers that are told after publication.
struct Aside {
    /// Those who will look at the outcome.
    wake: Chain,
    /// Those from whom something follows.
    then: Chain,
    /// How many of them go on holding the cell.
    links: usize,
    /// Whether a callback has been shown the outcome.
    is_seen: bool,
}

impl RawCell {
    /// Pending to settled as cancelled, with all that belongs to it. Says whether the future is cancelled now.
    pub(crate) fn cancel(self) -> bool {
        let (cancelled, then) = self.cancel_chained();
        then.tell_all();
        cancelled
    }

    /// Like `cancel`, and leaves to the caller what follows from it.
    pub(crate) fn cancel_chained(self) -> (bool, Chain) {
        match self.header().word.cancel() {
            Ok(()) => {
                let side = self.leave_backlog();
                window!("cancelled_not_dropped");
                // SAFETY: the task is claimed (R1).
                unsafe { (self.header().vtable.drop_closure)(self) };
                // SAFETY: this thread settles it, and there is nothing in the slot.
                unsafe { self.tell_if_dismissed(side, Outcome::Cancelled) };
                // SAFETY: this thread made the transition, and the slot is empty.
                let then = unsafe { self.settle(Outcome::Cancelled, Settler::Other, &mut |_| {}) };
                (true, then)
            }
            Err(seen) => {
                if seen.is_running() {
                    // It is not interrupted, but asked.
                    self.ask_to_end();
                }
                (seen.is_cancelled(), Chain::new())
            }
        }
    }

    /// Ends a task that has not begun, without running it, with the outcome that `write` leaves in the slot. `false`:
    /// somebody else has claimed it.
    pub(crate) fn end_unrun(self, write: impl FnOnce(RawCell) -> Outcome) -> bool {
        let header = self.header();
        if !header.word.start() && !mutant!("expire_without_claim") {
            return false;
        }
        let side = self.leave_backlog();
        // SAFETY: this thread has won `start`, and so has the closure (R1).
        unsafe { (header.vtable.drop_closure)(self) };
        let outcome = write(self);
        // SAFETY: this thread settles it, and the slot holds `outcome`.
        unsafe { self.tell_if_dismissed(side, outcome) };
        let _always = header.word.finish(View::RUNNING);
        // SAFETY: this thread made the transition, and the slot holds `outcome`.
        unsafe { self.settle(outcome, Settler::Other, &mut |_| {}) }.tell_all();
        true
    }

    /// The task's time is up.
    pub(crate) fn expire(self) {
        if !self.end_unrun(|_| Outcome::DeadlineExceeded) && self.header().word.load().is_running() {
            self.ask_to_end();
        }
    }

    /// Cancels the token of a running task, if it has one.
    fn ask_to_end(self) {
        if let Some(terms) = self.terms() {
            terms.token.cancel();
        }
    }

    /// Done to settled: runs the callbacks, publishes the outcome, wakes who waits, and lets the settler go. What
    /// follows from it, other futures becoming done, is left to the caller; there are no callbacks among it.
    ///
    /// `available` is told whether this thread is about to be free: `true` just before publication, where nothing
    /// follows from it, `false` before code of the user's is run.
    ///
    /// # Safety
    ///
    /// The caller made the transition to Settling or Cancelling, and the slot holds what `outcome` says.
    pub(crate) unsafe fn settle(
        self,
        outcome: Outcome,
        settler: Settler,
        available: &mut dyn FnMut(bool),
    ) -> Chain {
        let word = &self.header().word;
        let mut aside = Aside { wake: Chain::new(), then: Chain::new(), links: 0, is_seen: false };
        let mut dropped = false;
        let mut seen = word.load();
        let held = |seen: View| settler == Settler::Other && !seen.is_released();
        // SAFETY: this is the settler, and the slot is as the caller says.
        if let Some(then) = unsafe { self.finish_for_one(seen, outcome, held(seen), available) } {
            return then;
        }
        loop {
            if !seen.newest().is_null() && !mutant!("publish_over_observers") {
                if let Ok(newest) = word.take_observers(seen) {
                    available(false);
                    // SAFETY: the observers are ours (R3); the slot is as the caller says, and stays so.
                    unsafe { self.run_callbacks(newest, outcome, &mut aside) };
                }
                seen = word.load();
                continue;
            }
            if seen.is_detached() && !dropped {
                available(false);
                // Nobody will take it: the settler drops it in the consumer's stead, before others are let in (R2).
                run_caught("the destructor of an outcome that nobody took", || {
                    // SAFETY: the slot holds `outcome`, and is ours as the consumer is gone.
                    unsafe { self.drop_untaken(outcome, aside.is_seen) };
                });
                dropped = true;
            }
            if aside.then.is_empty() {
                available(true);
            }
            let settled = View::settled(outcome, held(seen), seen.is_detached(), aside.links);
            let settled = if dropped { settled.taken() } else { settled };
            let settled = if aside.is_seen { settled.seen() } else { settled };
            window!("callbacks_run_not_published");
            if settled.nobody_left() {
                worker::settled(self);
                // SAFETY: no party is left but the settler, and the outcome has been dropped.
                unsafe { self.free() };
                break;
            }
            match self.publish(seen, settled) {
                Ok(()) => break,
                Err(actual) => seen = actual,
            }
        }
        window!("published_not_told");
        // The cell may be gone from here on: what is told now owns its memory.
        aside.then.append(aside.wake.tell_each(told_of(outcome)));
        aside.then
    }

    /// Publishes the outcome at once where there is one observer, which is told afterwards. Gives what follows from that.
    /// `None`: there are others, or there is more to do; nothing has changed.
    ///
    /// # Safety
    ///
    /// The caller is the producer of a running task, which nobody else finishes, or the settler. The slot holds what
    /// `outcome` says. `held` is whether the producer holds on.
    pub(crate) unsafe fn finish_for_one(
        self,
        seen: View,
        outcome: Outcome,
        held: bool,
        available: &mut dyn FnMut(bool),
    ) -> Option<Chain> {
        let node = seen.newest();
        // SAFETY: null, or a node of the list, which nobody but this thread takes off (R3) and nobody writes.
        let Node { next, vtable } = unsafe { node.as_ref() }?;
        let is_one = next.get().is_null() || mutant!("one_of_two_told");
        if seen.is_detached() || !is_one || vtable.stage != Stage::Wake {
            return None;
        }
        available(true);
        self.publish(seen, View::settled(outcome, held, false, 0)).ok()?;
        window!("published_not_told_to_one");
        // SAFETY: the exchange has taken the node off the list (R3). It is told once, here.
        Some(unsafe { (vtable.tell)(node, told_of(outcome)) })
    }

    /// Publishes the outcome, from which on this thread is not in the middle of the task: before others can see it, and not
    /// where something has come between.
    fn publish(self, seen: View, settled: View) -> Result<(), View> {
        let was_in_it = worker::settled(self);
        let published = self.header().word.publish(seen, settled);
        if published.is_err() && was_in_it && !mutant!("over_all_the_same") {
            worker::is_not_settled(self);
        }
        published
    }

    /// Tells the callbacks of one list, and puts the other observers aside.
    ///
    /// # Safety
    ///
    /// As for `settle`; the list was just taken off the word.
    unsafe fn run_callbacks(self, newest: *mut Node, outcome: Outcome, aside: &mut Aside) {
        // SAFETY: the slot holds `outcome`; the settler does not write it while callbacks run.
        let erased = unsafe { self.erased(outcome) };
        let settling = Settling::new(self, outcome);
        let _until_they_have_run = settling.enter();
        let mut node = newest;
        if !mutant!("callbacks_reversed") {
            // SAFETY: the list is ours.
            node = unsafe { in_registration_order(newest) };
        }
        while !node.is_null() {
            // SAFETY: the list is ours; this is read before the node goes.
            let Node { next, vtable } = unsafe { &*node };
            let (next, vtable) = (next.get(), *vtable);
            match vtable.stage {
                Stage::Callback | Stage::Notice => {
                    aside.is_seen |= vtable.stage == Stage::Callback && outcome.is_failure();
                    // SAFETY: each node is told once, by its own vtable, with the outcome of its cell.
                    aside.then.append(unsafe { (vtable.tell)(node, erased) });
                }
                // SAFETY: the node is ours, and no longer in the list we walk.
                Stage::Then => unsafe { aside.then.push(node) },
                Stage::Wake | Stage::Link => {
                    if vtable.stage == Stage::Link {
                        aside.count_link();
                    }
                    // SAFETY: as above.
                    unsafe { aside.wake.push(node) };
                }
            }
            node = next;
        }
    }

    /// Drops an outcome that nobody will take, and reports a failure that nobody has looked at: it must not be lost.
    ///
    /// # Safety
    ///
    /// As for `drop_outcome`.
    pub(crate) unsafe fn drop_untaken(self, outcome: Outcome, is_seen: bool) {
        if outcome.is_failure() && !is_seen {
            // SAFETY: the slot holds what `outcome` says, which is no value.
            if let Err(error) = unsafe { self.outcome::<()>(outcome) } {
                report_unseen(error, self.header().location);
            }
        }
        // SAFETY: by the caller's promise.
        unsafe { self.drop_outcome(outcome) };
    }

    /// Whether the outcome can be seen: it is settled, or this very thread is running its callbacks.
    pub(crate) fn is_visible(self) -> bool {
        self.header().word.load().is_settled() || Settling::outcome_of(self).is_some()
    }

    /// The outcome, if others may look at it: it is settled, or this very thread is running its callbacks. Nobody is
    /// said to have seen it.
    ///
    /// # Safety
    ///
    /// The caller is the consumer, and keeps the outcome where it is during `'a`.
    pub(crate) unsafe fn peek<'a, T>(self) -> Option<Result<&'a T, &'a Error>> {
        let seen = self.header().word.load();
        let outcome = if !seen.is_settled() {
            Settling::outcome_of(self)?
        } else if seen.is_taken() {
            return Some(Err(&Error::Taken));
        } else {
            seen.outcome()
        };
        // SAFETY: the slot is the consumer's (R2), or its owner is below us on this thread's stack and only reads.
        Some(unsafe { self.outcome(outcome) })
    }
}

impl Aside {
    fn count_link(&mut self) {
        self.links += 1;
        if self.links > View::MOST_LINKS {
            too_many_links();
        }
    }
}

/// As for `Arc`, the process is not to go on: a panic that would leave this function aborts. Where a pointer has 32 bits
/// there is memory for as many.
#[cold]
extern "C" fn too_many_links() -> ! {
    panic!("more handles of one future than can be counted");
}

/// What those are told of an outcome who come after its publication.
pub(crate) fn told_of(outcome: Outcome) -> ErasedOutcome {
    dismissal(outcome).map_or(ErasedOutcome::NONE, ErasedOutcome::dismissal)
}
