//! Who waits for whom, in the whole process: how a wait that could never end is known before it begins.
//!
//! Only tasks that are about to block are in here, and only waits without a timeout. A task is *stuck* when it waits for
//! what cannot come: for all of several futures of which one is stuck, or for any of several that all are. Running and
//! pending tasks, and promises, are not: somebody may always complete them. Whoever is about to block enters what it
//! waits for, and looks whether it would be stuck; as it is the last link that closes a cycle, and everybody enters
//! under the same lock, one of those who close it sees it.

use crate::awaited::Awaited;
use crate::cancel::CancelHandle;
use crate::cell::RawCell;
use crate::deadlock::{Deadlock, DeadlockedTask};
use crate::side::Side;
use crate::sources::Needs;
use crate::worker::Worker;
use earnest_sync::{Mutex, mutant};
use std::collections::BTreeMap;

earnest_sync::global! {
    static GRAPH: Mutex<Graph> = Mutex::new(Graph::new());
}

/// The tasks that wait, by the addresses of their cells.
struct Graph {
    waits: BTreeMap<usize, Wait>,
}

/// What one task waits for.
struct Wait {
    on: Awaited,
}

// SAFETY: the cells are looked at, from whatever thread, under the lock only, and while the thread that has entered
// them holds them; what is looked at are the atomic word, the location, and the side box.
unsafe impl Send for Wait {}

/// What a thread has entered. Dropped when the wait is over.
#[must_use = "the wait is forgotten when this is dropped"]
pub(crate) struct Entered(Vec<usize>);

impl Drop for Entered {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            let left = {
                let mut graph = GRAPH.lock();
                self.0.iter().map(|address| graph.waits.remove(address)).collect::<Vec<_>>()
            };
            // Handles of other futures, which may be the last: not under the lock.
            drop(left);
        }
    }
}

/// Enters that the innermost of `worker`'s tasks waits for `on`, and those beneath it each for the one above.
///
/// # Errors
///
/// The cycle, where the wait could never end. Nothing is entered then.
pub(crate) fn enter(worker: &Worker<'_>, on: Awaited) -> Result<Entered, Deadlock> {
    let tasks: Vec<RawCell> = worker.tasks().collect();
    let Some(innermost) = tasks.first() else { return Ok(Entered(Vec::new())) };
    let mut looked_at = Vec::new();
    let cycle = {
        let mut graph = GRAPH.lock();
        let mut on = on;
        for task in &tasks {
            let wait = Wait { on: core::mem::replace(&mut on, Awaited::Cell(*task)) };
            graph.waits.insert(task.address(), wait);
        }
        if mutant!("wait_without_look") { None } else { graph.cycle(*innermost, &mut looked_at) }
    };
    drop(looked_at);
    let entered = Entered(tasks.iter().map(|task| task.address()).collect());
    cycle.map_or(Ok(entered), |tasks| Err(Deadlock::cycle(tasks)))
}

/// A future that has a part in whether a wait can end.
struct Part {
    cell: RawCell,
    needs: Needs,
    /// By their places. Empty for one that may be completed any time.
    on: Vec<usize>,
    /// Whether it may yet be completed.
    is_live: bool,
}

impl Graph {
    const fn new() -> Graph {
        Graph { waits: BTreeMap::new() }
    }

    /// The tasks that wait for each other, if `task`, which has been entered, is stuck. What had to be held to find out
    /// is left in `looked_at`, to be dropped where no lock is held.
    fn cycle(&self, task: RawCell, looked_at: &mut Vec<CancelHandle>) -> Option<Vec<DeadlockedTask>> {
        let mut parts = self.parts(task, looked_at);
        // What is not shown to be live is stuck.
        while let Some(place) = parts.iter().position(|part| !part.is_live && part.may_end(&parts)) {
            parts[place].is_live = true;
        }
        let mut way = vec![0];
        while let Some(next) = parts[*way.last()?].on.iter().find(|place| !parts[**place].is_live) {
            if let Some(first) = way.iter().position(|place| place == next) {
                way.drain(..first);
                break;
            }
            way.push(*next);
        }
        let stuck = !parts[0].is_live;
        let tasks = way.into_iter().map(|place| parts[place].cell);
        let tasks = tasks.filter(|cell| self.waits.contains_key(&cell.address()));
        let named = |cell: RawCell| DeadlockedTask { id: cell.side().id(), location: cell.header().location };
        stuck.then(|| tasks.map(named).collect())
    }

    /// Everything that `task` depends on, itself first.
    fn parts(&self, task: RawCell, looked_at: &mut Vec<CancelHandle>) -> Vec<Part> {
        let mut places = BTreeMap::from([(task.address(), 0)]);
        let mut cells = vec![task];
        let mut parts = Vec::new();
        while let Some(cell) = cells.get(parts.len()).copied() {
            let (needs, on) = self.needed_by(cell, looked_at);
            let is_live = on.is_empty();
            let on = on.into_iter().map(|cell| {
                *places.entry(cell.address()).or_insert_with(|| {
                    cells.push(cell);
                    cells.len() - 1
                })
            });
            let on = on.collect();
            parts.push(Part { cell, needs, on, is_live });
        }
        parts
    }

    /// What `cell` needs before it can be completed. Nothing, if that may happen any time.
    fn needed_by(&self, cell: RawCell, looked_at: &mut Vec<CancelHandle>) -> (Needs, Vec<RawCell>) {
        const NOTHING: (Needs, Vec<RawCell>) = (Needs::All, Vec::new());
        if cell.header().word.load().is_settled() {
            return NOTHING;
        }
        let (needs, mut handles) = match self.waits.get(&cell.address()).map(|wait| &wait.on) {
            Some(Awaited::Cell(cell)) => return (Needs::All, vec![*cell]),
            Some(Awaited::Set(members)) => match members.all() {
                Some(handles) => (members.needs(), handles),
                None => return NOTHING,
            },
            None => match cell.side_if_made().and_then(Side::sources) {
                Some(sources) => (sources.needs(), sources.handles().to_vec()),
                None => return NOTHING,
            },
        };
        // One that had settled when its handle was made is not in anybody's way.
        let on: Vec<_> = handles.iter().filter_map(CancelHandle::cell).collect();
        if needs == Needs::Any && on.len() < handles.len() {
            return NOTHING;
        }
        looked_at.append(&mut handles);
        (needs, on)
    }
}

impl Part {
    /// Whether enough of what it needs is live, as far as is known.
    fn may_end(&self, parts: &[Part]) -> bool {
        let mut on = self.on.iter().map(|place| parts[*place].is_live);
        match self.needs {
            Needs::All => on.all(|is_live| is_live),
            Needs::Any => on.any(|is_live| is_live),
        }
    }
}
