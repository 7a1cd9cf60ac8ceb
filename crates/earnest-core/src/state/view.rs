//! One reading of the state word: what its bits say.

use crate::observer::Node;
use core::ptr;

pub(super) const PHASE: usize = 0b0011;
pub(super) const DETACHED: usize = 0b0100;
pub(super) const RELEASED: usize = 0b1000;
pub(super) const TAGS: usize = 0b1111;

pub(super) const HELD: usize = 1 << 4;
const OUTCOME_SHIFT: u32 = 5;
const OUTCOME: usize = 0b111 << OUTCOME_SHIFT;
pub(super) const TAKEN: usize = 1 << 8;
pub(super) const SEEN: usize = 1 << 9;
pub(super) const LINK: usize = 1 << 10;

/// Where an unsettled future stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nobody has begun: --> Running, Settling, Cancelling, or Settled.
    Pending = 0,
    /// The closure runs, or a promise was started: --> Settling or Settled.
    Running = 1,
    /// Done; callbacks run: --> Settled.
    Settling = 2,
    /// Cancelled; the closure is dropped, then callbacks run: --> Settled.
    Cancelling = 3,
}

/// What a settled future came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The slot holds the value.
    Value = 0,
    /// The slot holds the error.
    Error = 1,
    /// Dismissed by `cancel`; the slot is empty, as for all that follow.
    Cancelled = 2,
    /// The producer was dropped.
    Abandoned = 3,
    /// The executor did not take the task.
    Rejected = 4,
    /// The task was still queued when its time was up.
    DeadlineExceeded = 5,
}

/// One reading of the word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct View(pub(super) *mut Node);

impl Outcome {
    /// Whether it is an error that somebody should look at. A cancellation was asked for.
    pub(crate) fn is_failure(self) -> bool {
        !matches!(self, Outcome::Value | Outcome::Cancelled)
    }
}

impl View {
    pub(crate) const PENDING: View = View(ptr::null_mut());
    pub(crate) const RUNNING: View = View(ptr::without_provenance_mut(Phase::Running as usize));

    /// Running, and nobody but the producer is left.
    pub(crate) const RUNNING_ALONE: View =
        View(ptr::without_provenance_mut(Phase::Running as usize | DETACHED));

    /// Settled with a value, and nobody but the consumer is left: what most come to.
    pub(crate) const VALUE_FOR_CONSUMER: View =
        View(ptr::without_provenance_mut(RELEASED | (Outcome::Value as usize) << OUTCOME_SHIFT));

    /// As many links as can be counted.
    pub(crate) const MOST_LINKS: usize = usize::MAX / LINK;

    /// A settled word; who is left is said by the parameters.
    pub(crate) fn settled(outcome: Outcome, held: bool, detached: bool, links: usize) -> View {
        let mut bits = RELEASED | ((outcome as usize) << OUTCOME_SHIFT) | (links * LINK);
        bits |= if held { HELD } else { 0 };
        bits |= if detached { DETACHED } else { 0 };
        View(ptr::without_provenance_mut(bits))
    }

    pub(super) fn bits(self) -> usize {
        self.0.addr()
    }

    pub(super) fn map(self, f: impl FnOnce(usize) -> usize) -> View {
        View(self.0.map_addr(f))
    }

    pub(crate) fn is_settled(self) -> bool {
        self.bits() & (PHASE | RELEASED) == RELEASED
    }

    /// Whether the terminal transition has been made.
    pub(crate) fn is_done(self) -> bool {
        self.is_settled() || matches!(self.phase(), Phase::Settling | Phase::Cancelling)
    }

    pub(crate) fn is_pending(self) -> bool {
        !self.is_settled() && self.phase() == Phase::Pending
    }

    pub(crate) fn is_running(self) -> bool {
        !self.is_settled() && self.phase() == Phase::Running
    }

    pub(crate) fn is_cancelled(self) -> bool {
        if self.is_settled() {
            self.outcome() == Outcome::Cancelled
        } else {
            self.phase() == Phase::Cancelling
        }
    }

    /// The phase; Pending for a settled word, which callers exclude first.
    pub(crate) fn phase(self) -> Phase {
        match self.bits() & PHASE {
            0 => Phase::Pending,
            1 => Phase::Running,
            2 => Phase::Settling,
            _ => Phase::Cancelling,
        }
    }

    /// The outcome of a settled word.
    pub(crate) fn outcome(self) -> Outcome {
        debug_assert!(self.is_settled());
        match (self.bits() & OUTCOME) >> OUTCOME_SHIFT {
            0 => Outcome::Value,
            1 => Outcome::Error,
            2 => Outcome::Cancelled,
            3 => Outcome::Abandoned,
            4 => Outcome::Rejected,
            _ => Outcome::DeadlineExceeded,
        }
    }

    /// Whether the consumer has had the outcome of a settled word, or it was dropped on the consumer's behalf: the slot
    /// is empty.
    pub(crate) fn is_taken(self) -> bool {
        debug_assert!(self.is_settled());
        self.bits() & TAKEN != 0
    }

    /// The same settled word with the slot emptied.
    pub(crate) fn taken(self) -> View {
        debug_assert!(self.is_settled());
        self.map(|bits| bits | TAKEN)
    }

    /// Whether somebody has looked at the outcome of a settled word without taking it. Kept for failures only.
    pub(crate) fn is_seen(self) -> bool {
        debug_assert!(self.is_settled());
        self.bits() & SEEN != 0
    }

    /// The same settled word, with the outcome looked at.
    pub(crate) fn seen(self) -> View {
        debug_assert!(self.is_settled());
        self.map(|bits| bits | SEEN)
    }

    /// The newest observer of an unsettled word.
    pub(crate) fn newest(self) -> *mut Node {
        debug_assert!(!self.is_settled());
        self.map(|bits| bits & !TAGS).0
    }

    pub(crate) fn is_detached(self) -> bool {
        self.bits() & DETACHED != 0
    }

    /// Whether the producer of an unsettled word has let go, as it may once another has claimed the task.
    pub(crate) fn is_released(self) -> bool {
        self.bits() & RELEASED != 0
    }

    /// Whether a settled word has no holder left.
    pub(crate) fn nobody_left(self) -> bool {
        debug_assert!(self.is_settled());
        self.is_detached() && self.bits() & HELD == 0 && self.bits() / LINK == 0
    }

    /// Whether the consumer, which has not let go, is all that holds a settled word.
    pub(crate) fn has_only_consumer(self) -> bool {
        debug_assert!(self.is_settled() && !self.is_detached());
        self.bits() & HELD == 0 && self.bits() / LINK == 0
    }

    /// The same word in phase `to`, provided that it is pending.
    pub(super) fn if_pending(self, to: Phase) -> Option<View> {
        (!self.is_settled() && self.phase() == Phase::Pending).then(|| self.in_phase(to))
    }

    pub(super) fn in_phase(self, phase: Phase) -> View {
        self.map(|bits| (bits & !PHASE) | phase as usize)
    }
}
