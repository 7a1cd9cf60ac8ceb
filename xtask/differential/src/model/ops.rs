//! What the driver can do in the model, and when it may.

use super::{By, Facts, Illegal, Life, MapRecord, Model};
use crate::log::Ended;
use crate::script::{Act, Id, Mode, Op, Opening};

impl Model {
    /// Whether the operation is legal here, and what is to be known of the state before it.
    pub(super) fn look_before(&self, op: &Op, gates: &[Id], facts: &mut Facts) -> Result<(), Illegal> {
        let blocks = !gates.is_empty();
        match op {
            Op::Wait { ids, .. } | Op::AsCompleted { ids } => {
                for id in ids {
                    let record = self.future(*id)?;
                    if blocks && (record.unseen.is_some() || record.stuck) {
                        return Err("the original does not see that it is done");
                    }
                }
            }
            Op::Result { id } => {
                self.future(*id)?;
            }
            Op::MapNext { map } => {
                facts.head = self.head_of(*map);
                self.look_before_next(*map, blocks, facts)?;
            }
            Op::MapDrop { map } => {
                let map = self.maps.get(map).ok_or("no such map")?;
                if !map.begun {
                    let pending = |id: &Id| self.tasks[id].life == Life::Pending;
                    facts.map_pending = map.left.iter().copied().filter(pending).collect();
                }
                return if blocks { Err("it does not block") } else { Ok(()) };
            }
            Op::Shutdown { wait, cancel } => {
                if *cancel && self.tasks.values().any(|record| record.stuck) {
                    return Err("it would be cancelled with the original only");
                }
                let queued = self.queue.iter().any(|id| !self.is_done(*id));
                if blocks && (!wait || *cancel && queued) {
                    return Err("it does not block, or the gates may be opened too early");
                }
                let mut callbacks = self.tasks.values().flat_map(|record| &record.callbacks);
                let submits = callbacks.any(|callback| matches!(callback.act, Act::Submit { .. }));
                if blocks && !self.shut && submits {
                    return Err("a callback may submit before or after");
                }
            }
            _ if blocks => return Err("it does not block"),
            _ => {}
        }
        Ok(())
    }

    fn look_before_next(&self, map: Id, blocks: bool, facts: &mut Facts) -> Result<(), Illegal> {
        let map = self.maps.get(&map).ok_or("no such map")?;
        facts.map_had_failed = map.failed;
        let Some(head) = map.left.front().map(|id| &self.tasks[id]) else {
            return if blocks { Err("it does not block") } else { Ok(()) };
        };
        if head.stuck && !map.failed {
            return Err("the original would wait for ever");
        }
        match head.life {
            Life::Done(_) if map.timed => Err("it may be there, or not yet"),
            Life::Done(_) if blocks => Err("it does not block"),
            Life::Done(_) => Ok(()),
            _ if blocks == map.timed => Err("it waits, or not"),
            _ => Ok(()),
        }
    }

    pub(super) fn operate(&mut self, op: &Op, gates: &[Id]) -> Result<(), Illegal> {
        match op {
            Op::Submit { task } => {
                self.submit(*task, false)?;
            }
            Op::Open { gate } => self.open_gate(*gate)?,
            Op::OpenInitializer => {
                if !self.has_blocked_initializer() {
                    return Err("no initializer waits");
                }
                self.fail_initializers()?;
            }
            Op::Cancel { id } => self.cancel(*id, By::Driver)?,
            Op::AddCallback { id, callback } => {
                if self.future(*id)?.stuck {
                    return Err("it is pending with the original only");
                }
                if self.is_done(*id) {
                    self.call(callback.act, By::Driver)?;
                } else if let Some(record) = self.tasks.get_mut(id) {
                    record.callbacks.push(*callback);
                }
            }
            Op::Query { id } => {
                self.future(*id)?;
            }
            Op::Result { .. } | Op::Wait { .. } | Op::AsCompleted { .. } | Op::BufferedMap { .. } => {}
            Op::Map { map, items, timed } => {
                if items.is_empty() {
                    return Err("nothing to map");
                }
                let mut accepted = true;
                for item in items {
                    accepted &= self.submit(*item, true)?;
                }
                if accepted {
                    let left = items.iter().map(|item| item.id).collect();
                    let record = MapRecord { left, timed: *timed, begun: false, failed: false };
                    if self.maps.insert(*map, record).is_some() {
                        return Err("the number is taken");
                    }
                }
            }
            Op::MapNext { map } => return self.next_of(*map),
            Op::MapDrop { map } => {
                let Some(map) = self.maps.remove(map) else { return Err("no such map") };
                self.cancel_items(map.left)?;
            }
            Op::Shutdown { cancel, wait } => {
                self.shut = true;
                if *cancel {
                    self.drain_cancelled()?;
                }
                if *wait && gates.is_empty() && !self.is_at_rest() {
                    return Err("it would wait for ever");
                }
            }
        }
        Ok(())
    }

    fn next_of(&mut self, map: Id) -> Result<(), Illegal> {
        let record = self.maps.get_mut(&map).ok_or("no such map")?;
        record.begun = true;
        let Some(head) = record.left.front().copied() else { return Ok(()) };
        if record.timed {
            let left = std::mem::take(&mut record.left);
            record.failed = true;
            return self.cancel_items(left);
        }
        if self.is_done(head) {
            self.yield_head(map)?;
        }
        Ok(())
    }

    /// The first item of a map is there, and is yielded.
    fn yield_head(&mut self, map: Id) -> Result<(), Illegal> {
        let record = self.maps.get_mut(&map).ok_or("no such map")?;
        let head = record.left.pop_front().ok_or("nothing is left")?;
        if matches!(self.tasks[&head].life, Life::Done(Ended::Value(_))) {
            return Ok(());
        }
        record.failed = true;
        if record.left.iter().any(|id| self.tasks[id].life == Life::Pending) {
            return Err("the original cancels the rest, and ours does not");
        }
        Ok(())
    }

    fn cancel_items(&mut self, items: impl IntoIterator<Item = Id>) -> Result<(), Illegal> {
        for id in items {
            if self.tasks[&id].life == Life::Pending {
                self.cancel_queued(id, super::Unseen::Queued, By::Driver)?;
            }
        }
        Ok(())
    }

    /// What a map's next item comes to, if it is known by now.
    fn head_of(&self, map: Id) -> Option<Ended> {
        let head = self.maps.get(&map)?.left.front()?;
        let task = self.tasks[head].task;
        Some(match self.tasks[head].life {
            Life::Done(ended) => ended,
            _ if task.fails => Ended::Failed(task.id),
            _ => Ended::Value(task.id),
        })
    }

    /// How many of the operation's futures are done.
    pub(super) fn done_of(&self, op: &Op) -> usize {
        match op {
            Op::Wait { ids, .. } | Op::AsCompleted { ids } => {
                let mut ids: Vec<Id> = ids.iter().copied().filter(|id| self.is_done(*id)).collect();
                ids.sort_unstable();
                ids.dedup();
                ids.len()
            }
            _ => 0,
        }
    }

    /// How many of the operation's futures are cancelled.
    pub(super) fn cancelled_of(&self, op: &Op) -> usize {
        let (Op::Wait { ids, .. } | Op::AsCompleted { ids }) = op else { return 0 };
        ids.iter().filter(|id| self.tasks[*id].life == Life::Done(Ended::Cancelled)).count()
    }

    /// Whether there is nothing more to wait for.
    pub(super) fn is_over(&self, op: &Op) -> bool {
        match op {
            Op::Result { id } => self.is_done(*id),
            Op::Wait { ids, mode } => {
                ids.iter().all(|id| self.is_done(*id))
                    || match mode {
                        Mode::AllCompleted => false,
                        Mode::FirstCompleted => ids.iter().any(|id| self.is_done(*id)),
                        Mode::FirstException => ids.iter().any(|id| self.has_failed(*id)),
                    }
            }
            Op::AsCompleted { ids } => ids.iter().all(|id| self.is_done(*id)),
            Op::MapNext { map } => {
                let head = self.maps.get(map).and_then(|map| map.left.front());
                head.is_none_or(|head| self.is_done(*head))
            }
            Op::Shutdown { .. } => self.is_at_rest(),
            _ => true,
        }
    }

    /// Whether the executor has nothing left to do, so that waiting for its end is soon over.
    fn is_at_rest(&self) -> bool {
        !self.has_blocked_initializer() && self.tasks.keys().all(|id| self.is_done(*id))
    }

    /// Whether an operation that blocked has ended, in one way only.
    pub(super) fn look_after(&mut self, op: &Op, opens: &[Opening]) -> Result<(), Illegal> {
        let Some(last) = opens.last() else { return Ok(()) };
        match op {
            Op::AsCompleted { .. } => return Ok(()),
            _ if !self.is_over(op) => return Err("it would wait for ever"),
            Op::Wait { mode, .. } if last.yields > 1 && *mode != Mode::AllCompleted => {
                return Err("it may see one or more of them");
            }
            Op::MapNext { map } => self.yield_head(*map)?,
            _ => {}
        }
        Ok(())
    }
}
