//! How a task comes into a queue that is bounded.

use crate::bound::{Bound, ENTERED, OVER, OnTheWay, RejectionPolicy, TOKENS};
use crate::seat::is_worker_of;
use crate::shared::Shared;
use core::iter;
use earnest_core::{Blocked, Dismissal, Refusal, Refused, Runnable, Waiter, deadline_after, stack_has_room};
use earnest_sync::{mutant, thread, window};
use std::sync::Arc;
use std::time::Instant;

/// What became of a task that was submitted.
pub(crate) enum Admitted {
    /// It has its place, and is to be queued.
    Queue(Runnable, OnTheWay),
    /// It has been run instead, or has ended otherwise.
    Over,
}

/// How a task is submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// As the policy says.
    Submit,
    /// Without waiting, and without anything else that the policy might do in order to let it in.
    Try,
    /// The same, for the half of a join.
    Offer,
    /// As the policy says, but for a task that needs a worker's state: elsewhere it waits for room rather than being run.
    Local,
    /// In any case: a turn of an async block, which takes no place.
    Async,
    /// The same, for a block that has woken itself while it was polled, and takes its turn behind others.
    Again,
}

impl Entry {
    /// Whether it is a part of something, which is not told of by itself.
    pub(crate) fn is_part(self) -> bool {
        matches!(self, Entry::Async | Entry::Again | Entry::Offer)
    }
}

impl Shared {
    /// Takes a place for the task, or does with it what the policy says.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the task.
    #[cold]
    pub(crate) fn admit(
        self: &Arc<Shared>,
        bound: &Arc<Bound>,
        task: Runnable,
        entry: Entry,
    ) -> Result<Admitted, Refused> {
        let full = |task| Err(Refused { task, reason: Refusal::Full });
        if let Some(on_the_way) = bound.enter_on_the_way() {
            return Ok(in_its_place(bound, task, on_the_way));
        }
        match bound.policy {
            _ if matches!(entry, Entry::Try | Entry::Offer) => full(task),
            RejectionPolicy::Reject => full(task),
            RejectionPolicy::DiscardOldest => match self.discard_until_entered(bound) {
                Some(on_the_way) => Ok(in_its_place(bound, task, on_the_way)),
                None => full(task),
            },
            RejectionPolicy::CallerRuns if entry == Entry::Local && !is_worker_of(self) => {
                self.wait_for_room(bound, task, None)
            }
            RejectionPolicy::CallerRuns => self.run_instead(task),
            RejectionPolicy::Block => self.wait_for_room(bound, task, None),
            RejectionPolicy::BlockTimeout(timeout) => {
                self.wait_for_room(bound, task, deadline_after(timeout))
            }
        }
    }

    /// Runs the task on this thread, if its stack has room for one more. Its time may be up meanwhile, as if it had been
    /// queued.
    fn run_instead(self: &Arc<Shared>, mut task: Runnable) -> Result<Admitted, Refused> {
        if !stack_has_room() {
            return Err(Refused { task, reason: Refusal::Full });
        }
        self.instrument(&mut task);
        if task.has_options() {
            self.keep_terms(&mut task);
        }
        task.run_nested();
        Ok(Admitted::Over)
    }

    /// Discards what has been longest in the queue until there is room. `None`: there is none, and nothing left.
    fn discard_until_entered(self: &Arc<Shared>, bound: &Arc<Bound>) -> Option<OnTheWay> {
        let mut without_place = Vec::new();
        let mut entered = None;
        while entered.is_none() {
            // Before the look into the queue, which then has what was on its way until now.
            let is_on_the_way = bound.has_some_on_the_way() || self.queues.has_some_from_outside();
            let may_come = is_on_the_way && !mutant!("discard_without_those_on_the_way");
            match self.queues.take_oldest_from_outside() {
                Some(oldest) if oldest.was_counted() => {
                    // Its callbacks may wait for them.
                    self.put_back(&mut without_place);
                    oldest.dismiss(Dismissal::Rejected);
                }
                Some(turn) => {
                    without_place.push(turn);
                    continue;
                }
                None if may_come => thread::yield_now(),
                None => break,
            }
            entered = bound.enter_on_the_way();
        }
        self.put_back(&mut without_place);
        entered
    }

    /// Turns of async blocks make no room: they stay, and a worker that has not found them meanwhile is told.
    fn put_back(self: &Arc<Shared>, turns: &mut Vec<Runnable>) {
        if !turns.is_empty() {
            turns.drain(..).for_each(|turn| self.queues.push(turn));
            self.announce_work();
        }
    }

    fn wait_for_room(
        self: &Arc<Shared>,
        bound: &Arc<Bound>,
        mut task: Runnable,
        deadline: Option<Instant>,
    ) -> Result<Admitted, Refused> {
        let mut waiter = Waiter::new(TOKENS);
        if task.has_options() {
            // It may be cancelled meanwhile, and then nobody waits for it to be queued.
            let inbox = waiter.inbox().clone();
            task.when_over(move || inbox.put(OVER));
        }
        bound.enter_or_wait(waiter.inbox());
        window!("waits_for_room_not_asleep");
        let earliest = task.deadline().into_iter().chain(deadline).min();
        let token = match waiter.next_unless_jammed(earliest, self.owner()) {
            Blocked::Token(OVER) if bound.withdraw(waiter.inbox()) => return Ok(Admitted::Over),
            Blocked::Token(token) if token != OVER => Some(token),
            Blocked::TimedOut if earliest != deadline && bound.withdraw(waiter.inbox()) => {
                task.expiry().expire();
                return Ok(Admitted::Over);
            }
            Blocked::TimedOut | Blocked::NotReady if bound.withdraw(waiter.inbox()) => None,
            Blocked::Jammed if bound.withdraw(waiter.inbox()) => {
                // Nobody else is left to run anything: the queue would stay as it is.
                return self.run_instead(task);
            }
            // The answer is under way.
            _ => iter::from_fn(|| waiter.next(None)).find(|token| *token != OVER),
        };
        match token {
            Some(ENTERED) => Ok(in_its_place(bound, task, bound.on_the_way())),
            Some(_closed) => Err(Refused { task, reason: self.refusal() }),
            None => Err(Refused { task, reason: Refusal::Full }),
        }
    }
}

fn in_its_place(bound: &Arc<Bound>, mut task: Runnable, on_the_way: OnTheWay) -> Admitted {
    task.count_in(bound.clone());
    Admitted::Queue(task, on_the_way)
}
