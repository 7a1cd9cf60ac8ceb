//! The life of one future: which transitions there are, and who wins a race.
//!
//! ```text
//!               start                 finish                   settle
//!   Pending ─────────────▶ Running ─────────────▶ Settling ─────────────▶ Settled
//!      │  │                          finish, dismiss  ▲                     ▲
//!      │  └───────────────────────────────────────────┘                     │
//!      │  cancel                                          settle            │
//!      └───────────────────────▶ Cancelling ────────────────────────────────┘
//! ```
//!
//! A future is *done* from the arrow into Settling or Cancelling on, which is made once and by one thread: the
//! *settler*. It alone runs the callbacks, and then publishes Settled; only there do others see the outcome.
//! Where nobody observes, finish and settle are one read-modify-write ([`Word::finish_unobserved`]).
//!
//! Everything above is one word, so that there is nothing to keep in step with it:
//!
//! | | bits 0-1 | bit 2 | bit 3 | the rest |
//! |---|---|---|---|---|
//! | not settled | phase | consumer gone | producer gone | newest observer, a [`Node`] pointer |
//! | settled | 00 | consumer gone | 1 | producer held (1 bit), [`Outcome`] (3), taken (1), seen (1), links (counted) |
//!
//! "Pending, and the producer gone" is how Settled is told from the rest: a producer cannot let go of a pending
//! future without dismissing it, so the combination has no other meaning.
//!
//! The rules of the cell, cited by number where they are relied upon:
//!
//! - **R1** The slot belongs to the producer until Settled; whoever claims a pending task by `start` or `cancel`
//!   takes the producer's place. A canceller never touches the slot of a promise, whose producer may be writing it.
//! - **R2** After an Acquire load shows Settled the slot belongs to the consumer, or to the settler where the
//!   consumer is gone. Nobody else touches it again.
//! - **R3** The settler alone takes observers off the word. One that comes after Settled is handed back to whoever
//!   brought it. Hence each observer is told exactly once.
//! - **R4** The memory is freed by the last of producer, consumer and links to let go. Before Settled that is
//!   nobody: the settler still has it.

mod view;

use view::{DETACHED, HELD, LINK, RELEASED, TAGS};
pub(crate) use view::{Outcome, Phase, View};

use crate::observer::Node;
use core::ptr;
use earnest_sync::{
    AtomicPtr,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    mutant,
};

/// Who holds a settled cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Producer,
    Consumer,
    Link,
}

/// The state word. Every transition is one compare-exchange that wins or is retried on what it saw.
pub(crate) struct Word(AtomicPtr<Node>);

impl Word {
    pub(crate) fn new(view: View) -> Word {
        Word(AtomicPtr::new(view.0))
    }

    #[inline]
    pub(crate) fn load(&self) -> View {
        // ORDERING: Relaxed only as a seeded fault; Acquire pairs with the Release of `publish` and
        // `finish_unobserved`, and carries the slot (R2).
        View(self.0.load(if mutant!("observe_relaxed") { Relaxed } else { Acquire }))
    }

    #[inline]
    fn exchange(&self, seen: View, next: View) -> Result<(), View> {
        self.0.compare_exchange(seen.0, next.0, AcqRel, Acquire).map(drop).map_err(View)
    }

    /// Applies `step` until it wins or refuses, beginning with the guess `seen`.
    fn update(&self, mut seen: View, step: impl Fn(View) -> Option<View>) -> Result<View, View> {
        loop {
            let Some(next) = step(seen) else { return Err(seen) };
            match self.exchange(seen, next) {
                Ok(()) => return Ok(next),
                Err(actual) => seen = actual,
            }
        }
    }

    /// Pending to Running. The winner may run the closure (R1).
    #[must_use = "only the winner may run the task"]
    #[inline]
    pub(crate) fn start(&self) -> bool {
        if mutant!("start_without_exchange") {
            let next = self.load().if_pending(Phase::Running);
            // ORDERING: Release, and only as a seeded fault.
            // NO MODEL: no other build has it.
            next.into_iter().for_each(|next| self.0.store(next.0, Release));
            return next.is_some();
        }
        self.update(View::PENDING, |seen| seen.if_pending(Phase::Running)).is_ok()
    }

    /// Pending to Running, for who has both parties of a task that nobody else has to do with.
    pub(crate) fn start_alone(&self) {
        // ORDERING: Relaxed; nobody looks but who comes upon this thread in the graph, under its lock.
        self.0.store(View::RUNNING.0, Relaxed);
    }

    /// Pending to Cancelling. The winner is the settler. `Err` says what stood in the way.
    #[must_use = "only the winner may settle"]
    pub(crate) fn cancel(&self) -> Result<(), View> {
        if mutant!("cancel_without_exchange") {
            let seen = self.load();
            let next = seen.if_pending(Phase::Cancelling).ok_or(seen)?;
            // NO MODEL: a seeded fault, as above.
            self.0.store(next.0, Release);
            return Ok(());
        }
        self.update(View::PENDING, |seen| seen.if_pending(Phase::Cancelling)).map(drop)
    }

    /// The whole way to Settled in one step, for the producer of a future that nobody observes. `guess` is the
    /// phase the producer believes it is in. `false`: nothing changed, take the long way.
    #[must_use = "when refused, the future is not done yet"]
    #[inline]
    pub(crate) fn finish_unobserved(&self, guess: View, outcome: Outcome) -> bool {
        let settled = View::settled(outcome, false, false, 0);
        // ORDERING: Relaxed only as a seeded fault; Release publishes the slot to `load` (R2).
        let publish = if mutant!("finish_relaxed") { Relaxed } else { AcqRel };
        self.0.compare_exchange(guess.0, settled.0, publish, Acquire).is_ok()
    }

    /// Pending or Running to Settling. The winner is the settler. Refused where a canceller was first. `guess` is what the
    /// word may be.
    #[must_use = "only the winner may settle"]
    pub(crate) fn finish(&self, guess: View) -> bool {
        self.update(guess, |seen| {
            (!seen.is_settled() && matches!(seen.phase(), Phase::Pending | Phase::Running))
                .then(|| seen.in_phase(Phase::Settling))
        })
        .is_ok()
    }

    /// Pending to Settling, without running. The winner is the settler.
    #[must_use = "only the winner may settle"]
    pub(crate) fn dismiss(&self) -> bool {
        self.update(View::PENDING, |seen| seen.if_pending(Phase::Settling)).is_ok()
    }

    /// For the settler: takes all observers `seen` off the word (R3).
    pub(crate) fn take_observers(&self, seen: View) -> Result<*mut Node, View> {
        self.exchange(seen, View(ptr::without_provenance_mut(seen.bits() & TAGS)))?;
        Ok(seen.newest())
    }

    /// For the settler: publishes Settled, provided that nothing has happened since `seen`. What observers it has are
    /// taken off by that (R3).
    pub(crate) fn publish(&self, seen: View, settled: View) -> Result<(), View> {
        self.exchange(seen, settled)
    }

    /// Puts `node` before the newest observer; `link` stores that one's address in the node. Refused once settled.
    #[must_use = "a refused observer must be told by whoever brought it"]
    pub(crate) fn push(&self, node: *mut Node, link: impl Fn(*mut Node)) -> bool {
        debug_assert_eq!(node.addr() & TAGS, 0);
        self.update(self.load(), |seen| {
            if seen.is_settled() {
                return None;
            }
            link(seen.newest());
            Some(View(node.map_addr(|addr| addr | (seen.bits() & TAGS))))
        })
        .is_ok()
    }

    /// The consumer leaves a future that is not settled. `false`: it is settled, and the outcome is the consumer's
    /// to drop before it lets go.
    #[must_use = "a settled outcome must be dropped by the consumer"]
    pub(crate) fn detach(&self) -> bool {
        self.update(self.load(), |seen| (!seen.is_settled()).then(|| seen.map(|bits| bits | DETACHED)))
            .is_ok()
    }

    /// The producer lets go of a task that another has claimed. `true`: it was the last, and frees the cell (R4).
    #[must_use = "the last party frees the cell"]
    pub(crate) fn release_producer(&self) -> bool {
        let released = |seen: View| (!seen.is_settled()).then(|| seen.map(|bits| bits | RELEASED));
        match self.update(self.load(), released) {
            Ok(_) => false,
            Err(_) => self.release(Party::Producer),
        }
    }

    /// `party` lets go of a settled cell. `true`: it was the last, and frees the cell (R4).
    #[must_use = "the last party frees the cell"]
    pub(crate) fn release(&self, party: Party) -> bool {
        let without = |seen: View| {
            seen.map(|bits| match party {
                Party::Producer => bits & !HELD,
                Party::Consumer => bits | DETACHED,
                Party::Link => bits - LINK,
            })
        };
        // Nobody else is left to look at the word once we would be the last: no write is needed then. The Acquire
        // load or failed exchange that showed it makes the others' accesses happen before ours.
        self.update(self.load(), |seen| Some(without(seen)).filter(|next| !next.nobody_left())).is_err()
    }

    /// The consumer has moved the outcome out of the slot and keeps the cell.
    pub(crate) fn mark_taken(&self) {
        let _always = self.update(self.load(), |seen| Some(seen.taken()));
    }

    /// Somebody has looked at the outcome, which is a failure.
    pub(crate) fn mark_seen(&self) {
        let _unless_it_was = self.update(self.load(), |seen| (!seen.is_seen()).then(|| seen.seen()));
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests;
