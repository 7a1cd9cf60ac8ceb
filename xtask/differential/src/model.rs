//! The reference model: what each operation leads to, and which operations make a legal script.
//!
//! It follows the original, queue and all, so that both sides can be told what to wait for. A script is legal if
//! all that is observed is promised, and if the original does not hang; [`Model::apply`] says which are not.

mod acts;
mod ops;
#[cfg(test)]
mod tests;

use crate::log::Ended;
use crate::script::{Callback, Id, Op, Opening, Step, Task, Until};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Why an operation is not allowed here.
pub(crate) type Illegal = &'static str;

#[derive(Clone, Debug)]
pub(crate) struct Model {
    workers: usize,
    idle: usize,
    failing_initializer: bool,
    /// As the original has it: what was cancelled stays until a worker comes to it.
    queue: VecDeque<Id>,
    tasks: BTreeMap<Id, Record>,
    maps: BTreeMap<Id, MapRecord>,
    open: BTreeSet<Id>,
    shut: bool,
    broken: bool,
    /// While the original holds the lock under which a callback must not submit.
    locked: bool,
    /// The script is being brought to its end.
    closing: bool,
    /// How many tasks callbacks on workers have submitted in this step.
    submitted_within: usize,
    until: Until,
}

/// One task and its future.
#[derive(Clone, Debug)]
struct Record {
    task: Task,
    life: Life,
    /// The future is within a map.
    hidden: bool,
    callbacks: Vec<Callback>,
    /// Cancelled, and the original's `wait` does not see it.
    unseen: Option<Unseen>,
    /// Broken with ours, pending for ever with the original.
    stuck: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    Pending,
    Running,
    Done(Ended),
}

/// Why the original's `wait` does not see a cancelled future.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Unseen {
    /// No worker has come to it yet.
    Queued,
    /// A shutdown has taken it out of the queue.
    Drained,
}

#[derive(Clone, Debug)]
struct MapRecord {
    left: VecDeque<Id>,
    timed: bool,
    /// It has been asked for a result.
    begun: bool,
    /// With the original it is over.
    failed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    Driver,
    Worker,
}

/// What the model knows and a log does not show, as of the end of a step: by this the deviations are told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) queued: BTreeSet<Id>,
    pub(crate) drained: BTreeSet<Id>,
    pub(crate) stuck: BTreeSet<Id>,
    /// Those of them that are inputs of maps.
    pub(crate) stuck_items: BTreeSet<Id>,
    /// What the next item of the map comes to.
    pub(crate) head: Option<Ended>,
    pub(crate) map_had_failed: bool,
    /// What lay unstarted in a map that was never asked, when it was dropped.
    pub(crate) map_pending: Vec<Id>,
    /// The operation happened on a pool with several workers at rest, which may start tasks in any order.
    pub(crate) is_concurrent: bool,
}

/// One step, as both sides will do it, and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) step: Step,
    pub(crate) facts: Facts,
}

impl Model {
    pub(crate) fn new(workers: usize, failing_initializer: bool) -> Model {
        Model {
            workers,
            idle: workers,
            failing_initializer,
            queue: VecDeque::new(),
            tasks: BTreeMap::new(),
            maps: BTreeMap::new(),
            open: BTreeSet::new(),
            shut: false,
            broken: false,
            locked: false,
            closing: false,
            submitted_within: 0,
            until: Until::default(),
        }
    }

    /// Does one step, with the gates that another thread opens meanwhile. The model is of no use after an error.
    pub(crate) fn apply(&mut self, op: &Op, gates: &[Id]) -> Result<Planned, Illegal> {
        if self.closing && !matches!(op, Op::OpenInitializer | Op::Shutdown { .. }) {
            return Err("nothing but the end can follow");
        }
        self.submitted_within = 0;
        let mut facts = Facts { is_concurrent: self.idle > 1, ..Facts::default() };
        self.look_before(op, gates, &mut facts)?;
        self.operate(op, gates)?;
        let until = self.rest();
        let mut opens = Vec::new();
        let cancelled = self.cancelled_of(op);
        for &gate in gates {
            let before = self.done_of(op);
            self.open_for(op, gate)?;
            let yields = self.done_of(op) - before;
            opens.push(Opening { gate, yields, until: self.rest() });
        }
        if self.cancelled_of(op) > cancelled {
            return Err("a callback cancels what is waited for: the original sees it later");
        }
        self.look_after(op, &opens)?;
        let until = opens.last().map_or(until, |opening| Until { ..opening.until.clone() });
        let of = |unseen| {
            let records = self.tasks.iter();
            records.filter(move |(_, record)| record.unseen == Some(unseen)).map(|(id, _)| *id).collect()
        };
        facts.queued = of(Unseen::Queued);
        facts.drained = of(Unseen::Drained);
        facts.stuck = self.tasks.iter().filter(|(_, record)| record.stuck).map(|(id, _)| *id).collect();
        facts.stuck_items = facts.stuck.iter().copied().filter(|id| self.tasks[id].hidden).collect();
        Ok(Planned { step: Step { op: op.clone(), opens, until }, facts })
    }

    /// What has come about since this was last asked.
    fn rest(&mut self) -> Until {
        let next = Until { started: self.until.started, called: self.until.called, ..Until::default() };
        std::mem::replace(&mut self.until, next)
    }

    /// Brings the script to its end: from here on nothing is legal but to shut down.
    pub(crate) fn close(&mut self) {
        self.closing = true;
    }

    /// A gate of a running task that is still closed.
    pub(crate) fn closed_gates(&self) -> Vec<Id> {
        let running = self.tasks.values().filter(|record| record.life == Life::Running);
        running.map(|record| record.task.id).collect()
    }

    /// The gates that are still closed, be the task running or pending.
    pub(crate) fn gates(&self) -> Vec<Id> {
        let waiting = self.tasks.values().filter(|record| !matches!(record.life, Life::Done(_)));
        waiting
            .filter(|record| record.task.gated && !self.open.contains(&record.task.id))
            .map(|record| record.task.id)
            .collect()
    }

    /// The futures that the driver has.
    pub(crate) fn futures(&self) -> Vec<Id> {
        self.tasks.values().filter(|record| !record.hidden).map(|record| record.task.id).collect()
    }

    pub(crate) fn maps(&self) -> Vec<Id> {
        self.maps.keys().copied().collect()
    }

    pub(crate) fn has_blocked_initializer(&self) -> bool {
        self.failing_initializer && !self.broken && !self.tasks.is_empty()
    }

    /// Opens one gate; the model is of no use after an error.
    pub(crate) fn open_gate(&mut self, gate: Id) -> Result<(), Illegal> {
        let record = self.tasks.get(&gate).ok_or("no such task")?;
        if !record.task.gated || !self.open.insert(gate) {
            return Err("it is open already");
        }
        if record.life == Life::Running {
            self.finish(gate)?;
            self.start_queued()?;
        }
        Ok(())
    }

    fn open_for(&mut self, op: &Op, gate: Id) -> Result<(), Illegal> {
        if self.tasks.get(&gate).is_none_or(|record| record.life != Life::Running) {
            return Err("a gate that is opened meanwhile lets a task go on");
        }
        if self.is_over(op) {
            return Err("the operation is over before");
        }
        self.open_gate(gate)
    }

    fn record(&self, id: Id) -> Result<&Record, Illegal> {
        self.tasks.get(&id).ok_or("no such task")
    }

    /// The future of `id`, for the driver.
    fn future(&self, id: Id) -> Result<&Record, Illegal> {
        self.record(id).ok().filter(|record| !record.hidden).ok_or("no such future")
    }

    fn is_done(&self, id: Id) -> bool {
        self.tasks.get(&id).is_some_and(|record| matches!(record.life, Life::Done(_)))
    }

    fn has_failed(&self, id: Id) -> bool {
        let life = self.tasks.get(&id).map(|record| record.life);
        matches!(life, Some(Life::Done(Ended::Failed(_) | Ended::Broken)))
    }
}
