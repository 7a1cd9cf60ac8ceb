//! How a task comes in: accepted, queued, and announced to who could run it.

use crate::admit::{Admitted, Entry};
use crate::counts::Counts;
use crate::seat;
use crate::shared::Shared;
use earnest_core::{Future, Priority, Refusal, Refused, Runnable, spans_are_on, task, unqueued_is_awaited};
use earnest_sync::{mutant, window};
use std::sync::Arc;

impl Shared {
    pub(crate) fn spawn(self: &Arc<Shared>, task: Runnable, entry: Entry) -> Result<(), Refused> {
        let counts = self.sleep.counts();
        let is_told_of = self.monitor.is_some() || spans_are_on();
        let is_plain = self.bound.is_none() && !is_told_of && entry != Entry::Again && task.is_plain();
        if counts.is_closed() || counts.live() == 0 || !is_plain {
            return self.spawn_with_care(task, entry);
        }
        task.belongs_to(self.owner());
        self.queue(task);
        Ok(())
    }

    #[cold]
    fn spawn_with_care(self: &Arc<Shared>, mut task: Runnable, entry: Entry) -> Result<(), Refused> {
        let counts = self.sleep.counts();
        if counts.is_closed() {
            return Err(Refused { task, reason: self.refusal() });
        }
        if counts.live() == 0 {
            if let Err(reason) = self.has_first_worker() {
                return if self.degraded.get().is_some() {
                    self.run_here(task, entry);
                    Ok(())
                } else {
                    Err(Refused { task, reason })
                };
            }
        }
        let mut _until_queued = None;
        if let Some(bound) = self.bound.as_ref().filter(|_| !matches!(entry, Entry::Async | Entry::Again)) {
            match self.admit(bound, task, entry)? {
                Admitted::Queue(admitted, on_the_way) => (task, _until_queued) = (admitted, Some(on_the_way)),
                Admitted::Over => return Ok(()),
            }
        }
        if !entry.is_part() {
            self.instrument(&mut task);
        }
        task.belongs_to(self.owner());
        if task.has_options() {
            self.keep_terms(&mut task);
            if task.priority() != Priority::Normal {
                self.queue_for_all(task);
                return Ok(());
            }
        }
        if entry == Entry::Again {
            // What has had a turn goes behind all others, as a worker takes its own newest first.
            self.queue_for_all(task);
        } else {
            self.queue(task);
        }
        Ok(())
    }

    /// Queues a task that has been accepted, and sees to it that somebody comes. Inlined where it is called on the short way:
    /// a call and the registers it saves are a fifth of all that is done here.
    #[inline(always)]
    fn queue(self: &Arc<Shared>, task: Runnable) {
        match seat::push_local(self, task) {
            // A lone worker needs nobody to be told of its own task: it looks into its deque before it does anything
            // else, unless it is in the middle of `blocking`. Should the pool grow at this very moment, the task may wait
            // for this worker all the same.
            Ok(()) if self.sleep.max_workers() == 1 && self.sleep.counts().blocked() == 0 => {}
            Ok(()) => self.announce_work(),
            Err(task) => self.queue_from_outside(task),
        }
    }

    /// Puts a task into the queue that all workers share, behind all others of its priority.
    pub(crate) fn queue_for_all(self: &Arc<Shared>, task: Runnable) {
        match task.priority() {
            Priority::Normal => self.queue_from_outside(task),
            priority => {
                self.queues.push_with(priority, task);
                self.announce_work();
            }
        }
    }

    #[inline]
    fn queue_from_outside(self: &Arc<Shared>, task: Runnable) {
        self.queues.push(task);
        window!("queued_not_announced");
        self.announce(self.sleep.after_shared_push());
    }

    /// Queues a task that is lent the state of the worker that it runs on.
    #[track_caller]
    pub(crate) fn submit_local<S, F, T>(self: &Arc<Shared>, f: F) -> Future<T>
    where
        F: FnOnce(&mut S) -> T + Send + 'static,
        T: Send + 'static,
        S: 'static,
    {
        let pool = self.clone();
        let (task, future) = task(move || seat::with_state(&pool, f));
        if let Err(refused) = self.spawn(task, Entry::Local) {
            refused.dismiss();
        }
        future
    }

    /// Tells those who could run what has just been queued.
    #[inline]
    pub(crate) fn announce_work(self: &Arc<Shared>) {
        self.announce(self.sleep.after_push());
    }

    /// A task has been queued, and `seen` is who was there since.
    #[inline]
    fn announce(self: &Arc<Shared>, seen: Counts) {
        if !self.sleep.is_attended(seen) {
            self.send_for_one(seen);
        }
    }

    #[inline(never)]
    fn send_for_one(self: &Arc<Shared>, seen: Counts) {
        let (counts, start) = self.sleep.bring_one(seen, |limit| self.queues.backlog(limit));
        if let Some(permit) = start {
            let _there_are_others = self.start_worker(permit);
            return;
        }
        if counts.is_closed() && counts.live() == 0 && !mutant!("stranded_left_lying") {
            // The pool was closed, and its last worker left, between our first look and the push.
            self.dismiss_queued();
        } else if counts.live() == counts.blocked() && unqueued_is_awaited() && !mutant!("push_without_call")
        {
            self.call_those_who_wait(None);
        }
    }

    /// Wakes or starts another worker for what is queued, if one may be.
    pub(crate) fn bring_another(self: &Arc<Shared>) {
        let (_, start) = self.sleep.work_added(|limit| self.queues.backlog(limit));
        if let Some(permit) = start {
            let _there_are_others = self.start_worker(permit);
        }
    }

    /// Whether the pool is open, and has workers.
    fn is_served(&self) -> bool {
        let counts = self.sleep.counts();
        counts.live() > 0 && !counts.is_closed()
    }

    #[cold]
    fn has_first_worker(self: &Arc<Shared>) -> Result<(), Refusal> {
        if let Some(degraded) = self.degraded.get() {
            return Err(Refusal::NoThread(degraded.kind()));
        }
        match self.sleep.first_worker() {
            Some(permit) => match self.start_worker(permit) {
                // Meanwhile another has been started, or is being started, for who came second.
                Err(_) if self.is_served() => Ok(()),
                Err(Some(error)) => Err(Refusal::NoThread(error)),
                Err(None) => Err(self.refusal()),
                Ok(()) => Ok(()),
            },
            None if self.sleep.counts().is_closed() => Err(self.refusal()),
            None => Ok(()),
        }
    }
}
