//! How a worker waits: by running the task that it waits for, or by letting another thread take its place.

use crate::awaited::Awaited;
use crate::cell::RawCell;
use crate::deadlock::Deadlock;
use crate::graph;
use crate::settle::Settler;
use crate::waiter::has_passed;
use crate::worker::{Frame, Host, Worker};
use std::time::Instant;

/// What there is to claim among what a future waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// A task has been run in place.
    Ran,
    /// There is a task that could be run, but the stack has no room for it.
    NoRoom,
    /// Nothing can be run.
    Nothing,
}

impl Worker<'_> {
    /// Runs one task that is among what is waited for: a pending task of this worker's pool, or one that a future among
    /// them is derived from, however far. Where one of several would do, it is run only if `any`.
    fn claim(&self, on: &Awaited, any: bool) -> Claimed {
        let mut claimed = Claimed::Nothing;
        on.find_task(any, |cell| {
            claimed = self.run_in_place(cell).unwrap_or(claimed);
            claimed != Claimed::Nothing
        });
        claimed
    }

    /// Whether a task of this worker's pool is among what is waited for.
    fn has_a_task_among(&self, on: &Awaited) -> bool {
        on.find_task(true, |cell| {
            cell.header().is_owned_by(self.owner) && !cell.header().word.load().is_settled()
        })
    }

    /// `None`: it is not a task that can be run here.
    fn run_in_place(&self, cell: RawCell) -> Option<Claimed> {
        let header = cell.header();
        if !header.is_owned_by(self.owner) || !header.word.load().is_pending() {
            return None;
        }
        if !self.has_room() {
            return Some(Claimed::NoRoom);
        }
        if !header.word.start() {
            return None;
        }
        let frame = Frame::new(cell);
        let in_the_middle = frame.enter(self);
        // SAFETY: this thread has won `start`.
        let outcome = unsafe { (header.vtable.call)(cell) };
        let _always = header.word.finish();
        // SAFETY: this thread made the transition, and the slot holds `outcome`.
        let then = unsafe { cell.settle(outcome, Settler::Other, &mut |_| {}) };
        drop(in_the_middle);
        then.tell_all();
        Some(Claimed::Ran)
    }
}

impl Worker<'_> {
    /// Waits for `on` as a worker does: runs in place what can be, and otherwise tells the pool, so that another may take
    /// its place, and calls `block`, which says whether the wait `is_over` or the deadline has passed.
    ///
    /// # Errors
    ///
    /// [`Deadlock`], where the wait could never end.
    pub(crate) fn wait(
        &self,
        on: &Awaited,
        deadline: Option<Instant>,
        is_over: impl Fn() -> bool,
        block: impl FnOnce() -> bool,
    ) -> Result<bool, Deadlock> {
        let is_untimed = deadline.is_none();
        if !self.is_ready() {
            let never = is_untimed && self.has_a_task_among(on);
            return if never { Err(Deadlock::initializer()) } else { Ok(block()) };
        }
        loop {
            let claimed = if is_untimed { self.claim(on, false) } else { Claimed::Nothing };
            if claimed != Claimed::Ran {
                on.unless_left_behind(deadline)?;
                let _entered = if is_untimed { Some(graph::enter(self, on.clone())?) } else { None };
                let waiting = Waiting::begin(self.host);
                if waiting.is_compensated {
                    return Ok(block());
                }
                drop(waiting);
                // Nobody else of the pool runs anything, and nobody may be started: what can be done is done here.
                match self.claim(on, true) {
                    Claimed::Ran => {}
                    Claimed::NoRoom if is_untimed => return Err(Deadlock::too_deep(self.tasks().count())),
                    _ => {
                        let _waiting = Waiting::begin(self.host);
                        return Ok(block());
                    }
                }
            }
            if is_over() {
                return Ok(true);
            }
            if has_passed(deadline) {
                return Ok(false);
            }
        }
    }
}

/// The pool has been told that its worker waits.
struct Waiting<'a> {
    host: &'a dyn Host,
    is_compensated: bool,
}

impl<'a> Waiting<'a> {
    fn begin(host: &'a dyn Host) -> Waiting<'a> {
        Waiting { host, is_compensated: host.wait_begins() }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.host.wait_ends();
    }
}
