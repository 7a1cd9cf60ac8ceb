//! The life of a task in the model: how it is queued, started, finished, cancelled, and what its callbacks do.

use super::{By, Illegal, Life, Model, Record, Unseen};
use crate::log::Ended;
use crate::script::{Act, Id, Task};

impl Model {
    /// `false`: it is refused, and there is no future.
    pub(super) fn submit(&mut self, task: Task, hidden: bool) -> Result<bool, Illegal> {
        if self.broken || self.shut {
            return Ok(false);
        }
        let callbacks = Vec::new();
        let record = Record { task, life: Life::Pending, hidden, callbacks, unseen: None, stuck: false };
        if self.tasks.insert(task.id, record).is_some() {
            return Err("the number is taken");
        }
        self.queue.push_back(task.id);
        self.start_queued()?;
        Ok(true)
    }

    /// Lets the workers that are free take what is queued.
    pub(super) fn start_queued(&mut self) -> Result<(), Illegal> {
        while !self.failing_initializer && self.idle > 0 {
            let Some(id) = self.queue.pop_front() else { break };
            let Some(record) = self.tasks.get_mut(&id) else { return Err("no such task") };
            if record.life == Life::Pending {
                record.life = Life::Running;
                self.idle -= 1;
                self.until.started += 1;
                if !record.task.gated || self.open.contains(&id) {
                    self.finish(id)?;
                }
            } else {
                record.unseen = None;
                if !record.hidden {
                    self.until.noticed.push(id);
                }
            }
        }
        Ok(())
    }

    /// A running task comes to its end, and then its worker is free.
    pub(super) fn finish(&mut self, id: Id) -> Result<(), Illegal> {
        let ended = if self.record(id)?.task.fails { Ended::Failed(id) } else { Ended::Value(id) };
        self.end(id, ended, By::Worker)?;
        self.idle += 1;
        Ok(())
    }

    pub(super) fn cancel(&mut self, id: Id, by: By) -> Result<(), Illegal> {
        let record = self.future(id)?;
        if record.stuck {
            return Err("it is pending with the original only");
        }
        if record.life == Life::Pending {
            self.cancel_queued(id, Unseen::Queued, by)?;
        }
        Ok(())
    }

    pub(super) fn cancel_queued(&mut self, id: Id, unseen: Unseen, by: By) -> Result<(), Illegal> {
        if let Some(record) = self.tasks.get_mut(&id) {
            record.unseen = Some(unseen);
        }
        self.end(id, Ended::Cancelled, by)
    }

    /// The terminal transition, and the callbacks.
    pub(super) fn end(&mut self, id: Id, ended: Ended, by: By) -> Result<(), Illegal> {
        let record = self.tasks.get_mut(&id).ok_or("no such task")?;
        record.life = Life::Done(ended);
        self.until.ended.push(id);
        for callback in std::mem::take(&mut record.callbacks) {
            self.call(callback.act, by)?;
        }
        Ok(())
    }

    /// A callback runs.
    pub(super) fn call(&mut self, act: Act, by: By) -> Result<(), Illegal> {
        self.until.called += 1;
        match act {
            Act::Nothing | Act::Fail => {}
            Act::Add { .. } => self.until.called += 1,
            Act::Cancel { .. } if self.locked && by == By::Worker && self.workers > 1 => {
                return Err("another worker may come first");
            }
            Act::Cancel { id } => self.cancel(id, by)?,
            Act::Submit { task } => {
                if self.locked {
                    return Err("the original hangs: its callback submits under its lock");
                }
                if by == By::Worker && !(self.broken || self.shut) {
                    let has_pending = self.queue.iter().any(|id| !self.is_done(*id));
                    if has_pending || self.submitted_within > 0 {
                        return Err("what a worker submits may go first");
                    }
                    self.submitted_within += 1;
                }
                self.submit(task, false)?;
            }
            Act::Shutdown { wait } => {
                if self.locked {
                    return Err("the original hangs: its callback shuts down under its lock");
                }
                if wait && !(by == By::Worker && self.workers == 1) {
                    return Err("it would wait for others than itself");
                }
                self.shut = true;
            }
        }
        Ok(())
    }

    /// Ends what is queued as cancelled.
    pub(super) fn drain_cancelled(&mut self) -> Result<(), Illegal> {
        self.locked = true;
        while let Some(id) = self.queue.pop_front() {
            if let Some(record) = self.tasks.get_mut(&id).filter(|record| record.life != Life::Pending) {
                record.unseen = Some(Unseen::Drained);
            } else {
                self.cancel_queued(id, Unseen::Drained, By::Driver)?;
            }
        }
        self.locked = false;
        Ok(())
    }

    /// Each worker's initializer fails, and ends what is queued; with the original only up to a task that was
    /// cancelled.
    pub(super) fn fail_initializers(&mut self) -> Result<(), Illegal> {
        self.broken = true;
        self.locked = true;
        for _ in 0..self.workers.min(self.tasks.len()) {
            while let Some(id) = self.queue.pop_front() {
                if self.is_done(id) {
                    if let Some(record) = self.tasks.get_mut(&id) {
                        record.unseen = Some(Unseen::Drained);
                    }
                    break;
                }
                self.end(id, Ended::Broken, By::Worker)?;
            }
        }
        self.locked = false;
        if self.until.ended.is_empty() && !self.closing {
            return Err("nothing shows that it has happened");
        }
        for id in std::mem::take(&mut self.queue) {
            let Some(record) = self.tasks.get_mut(&id) else { continue };
            if record.life != Life::Pending {
                continue;
            }
            if !record.callbacks.is_empty() {
                return Err("its callbacks would run with ours only");
            }
            record.stuck = true;
            record.life = Life::Done(Ended::Broken);
            self.until.stuck.push(id);
        }
        Ok(())
    }
}
