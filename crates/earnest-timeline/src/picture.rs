//! What is to be seen: the records, put together to lanes and tasks.

use crate::kind::{Kind, Kinds};
use crate::lane::{Lane, Replay, Turn};
use crate::log::{Known, Snapshot};
use crate::record::{By, Record, What};
use core::panic::Location;
use earnest_core::{FutureId, TaskEnd};
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::ThreadId;

/// What is to be seen. All times are nanoseconds since the first record.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    pub(crate) pools: Vec<Arc<str>>,
    /// By pool, workers first.
    pub(crate) lanes: Vec<Lane>,
    /// In the order in which they were queued.
    pub(crate) tasks: Vec<Task>,
    /// Those first that took most time.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) end: u64,
    /// How many records found no room.
    pub(crate) left_out: u64,
}

/// One task.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) id: FutureId,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) place: &'static Location<'static>,
    pub(crate) pool: u32,
    /// An index into the picture's kinds.
    pub(crate) kind: usize,
    pub(crate) queued: u64,
    /// On which lane it was submitted, if on one.
    pub(crate) from: Option<usize>,
    pub(crate) fate: Fate,
}

/// What has become of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is queued still. It has a row among those that have not begun.
    Queued { row: usize },
    /// It never began. Likewise.
    Dismissed { at: u64, end: TaskEnd, row: usize },
    /// It ran on that lane, below so many others.
    Ran { lane: usize, row: usize, began: u64, ended: Option<(u64, TaskEnd)> },
}

/// More tasks than these that never began, and at the same time, share rows.
const MOST_ROWS: usize = 6;

impl Picture {
    pub(crate) fn of(snapshot: Snapshot) -> Picture {
        let Snapshot { mut records, pools, threads, until, left_out } = snapshot;
        // Stable: what one thread has told stays in order, also where its clock stood still.
        records.sort_by_key(|record| record.at);
        let origin = records.first().map_or(0, |record| record.at);
        records.iter_mut().for_each(|record| record.at -= origin);

        let lane_of = lane_of(&records);
        let mut kinds = Kinds::default();
        let (mut tasks, task_of) = queued_tasks(&records, &lane_of, &threads, &mut kinds);
        let mut replays = replays(&lane_of, &threads);
        for record in &records {
            follow(record, &lane_of, &task_of, &mut replays, &mut tasks);
        }

        let last = records.last().map_or(0, |record| record.at);
        let goes_on = tasks.iter().any(|task| task.end().is_none());
        let end = if goes_on || left_out > 0 { until.saturating_sub(origin).max(last) } else { last };
        stack(&mut tasks, pools.len(), end);
        let lanes = replays.into_iter().map(|replay| replay.end(end)).collect();
        let kinds = kinds.count(&mut tasks, end);
        Picture { pools, lanes, tasks, kinds, end, left_out }
    }

    /// How many rows there are for tasks of `pool` that never began.
    pub(crate) fn rows_below(&self, pool: usize) -> usize {
        let row = |task: &Task| match task.fate {
            Fate::Queued { row } | Fate::Dismissed { row, .. } => row + 1,
            Fate::Ran { .. } => 0,
        };
        self.tasks.iter().filter(|task| task.pool as usize == pool).map(row).max().unwrap_or(0)
    }
}

impl Task {
    /// The name, or what there is in its place.
    pub(crate) fn label(&self) -> String {
        self.name.as_deref().map_or_else(|| self.place.to_string(), str::to_owned)
    }

    /// What it has come to. None: it is queued, or running.
    pub(crate) fn end(&self) -> Option<TaskEnd> {
        match self.fate {
            Fate::Queued { .. } => None,
            Fate::Dismissed { end, .. } => Some(end),
            Fate::Ran { ended, .. } => ended.map(|(_, end)| end),
        }
    }

    /// When it was queued no more.
    pub(crate) fn left_queue(&self, end: u64) -> u64 {
        match self.fate {
            Fate::Queued { .. } => end,
            Fate::Dismissed { at, .. } => at,
            Fate::Ran { began, .. } => began,
        }
    }

    pub(crate) fn queued_for(&self, end: u64) -> u64 {
        self.left_queue(end).saturating_sub(self.queued)
    }

    /// How long it ran, in all that it waited included. None: it has not begun.
    pub(crate) fn ran_for(&self, end: u64) -> Option<u64> {
        match self.fate {
            Fate::Ran { began, ended, .. } => {
                Some(ended.map_or(end, |(ended, _)| ended).saturating_sub(began))
            }
            _ => None,
        }
    }
}

/// A lane for each thread that runs tasks, or is a worker.
fn lane_of(records: &[Record]) -> HashMap<(u32, By), usize> {
    let mut first_seen: HashMap<(u32, By), usize> = HashMap::new();
    for (seen, record) in records.iter().enumerate() {
        if matches!(record.what, What::Began { .. } | What::Worker(_)) {
            first_seen.entry((record.pool, record.by)).or_insert(seen);
        }
    }
    let mut keys: Vec<_> = first_seen.into_iter().collect();
    keys.sort_by_key(|((pool, by), seen)| match by {
        By::Worker(worker) => (*pool, false, *worker as usize),
        By::Other(_) => (*pool, true, *seen),
    });
    keys.into_iter().enumerate().map(|(lane, (key, _))| (key, lane)).collect()
}

type Tasks = (Vec<Task>, HashMap<FutureId, usize>);

/// All tasks, as if they were queued still.
fn queued_tasks(
    records: &[Record],
    lane_of: &HashMap<(u32, By), usize>,
    threads: &HashMap<ThreadId, Known>,
    kinds: &mut Kinds,
) -> Tasks {
    let lane_of = |pool: u32, by: By| {
        let elsewhere = match by {
            By::Other(thread) => threads.get(&thread).and_then(|known| known.seat),
            By::Worker(_) => None,
        };
        let elsewhere = elsewhere.map(|(pool, worker)| (pool, By::Worker(worker)));
        lane_of.get(&(pool, by)).or_else(|| lane_of.get(&elsewhere?)).copied()
    };
    let (mut tasks, mut task_of) = Tasks::default();
    for record in records {
        let What::Queued { task: id, name, place } = &record.what else { continue };
        let (name, queued) = (name.clone(), record.at);
        let kind = kinds.of(name.as_ref(), place);
        let from = lane_of(record.pool, record.by);
        let fate = Fate::Queued { row: 0 };
        task_of.insert(*id, tasks.len());
        tasks.push(Task { id: *id, name, place, pool: record.pool, kind, queued, from, fate });
    }
    (tasks, task_of)
}

/// Each lane, before anything has happened in it.
fn replays(lane_of: &HashMap<(u32, By), usize>, threads: &HashMap<ThreadId, Known>) -> Vec<Replay> {
    let names: HashMap<_, _> =
        threads.values().filter_map(|known| Some((known.seat?, known.name.as_deref()?))).collect();
    let mut keys: Vec<_> = lane_of.iter().collect();
    keys.sort_by_key(|(_, lane)| **lane);
    let replay = |(pool, by): &(u32, By)| match by {
        By::Worker(worker) => {
            let name = names.get(&(*pool, *worker)).map(|name| (*name).to_owned());
            Replay::new(*pool, Some(*worker), name.unwrap_or_else(|| format!("worker {worker}")))
        }
        By::Other(thread) => {
            let name = threads.get(thread).and_then(|known| known.name.as_deref());
            Replay::new(*pool, None, name.unwrap_or("another thread").to_owned())
        }
    };
    keys.into_iter().map(|(key, _)| replay(key)).collect()
}

/// What has come of one record.
fn follow(
    record: &Record,
    lane_of: &HashMap<(u32, By), usize>,
    task_of: &HashMap<FutureId, usize>,
    replays: &mut [Replay],
    tasks: &mut [Task],
) {
    let at = record.at;
    let lane = lane_of.get(&(record.pool, record.by)).copied();
    let turn = lane.and_then(|lane| replays[lane].tell(at, &record.what));
    let task = |id| task_of.get(id).copied();
    match (&record.what, turn, lane) {
        (What::Began { task: id }, Some(Turn::Began { row }), Some(lane)) => {
            if let Some(task) = task(id) {
                tasks[task].fate = Fate::Ran { lane, row, began: at, ended: None };
            }
        }
        (What::Ended { task: id, end }, _, _) => {
            if let Some(Fate::Ran { ended, .. }) = task(id).map(|task| &mut tasks[task].fate) {
                *ended = Some((at, *end));
            }
        }
        (What::Dismissed { task: id, end }, _, _) => {
            if let Some(task) = task(id) {
                tasks[task].fate = Fate::Dismissed { at, end: *end, row: 0 };
            }
        }
        _ => {}
    }
}

/// Has those that have not begun lie side by side.
fn stack(tasks: &mut [Task], n_pools: usize, end: u64) {
    let mut free_at: Vec<Vec<u64>> = vec![Vec::new(); n_pools];
    for task in tasks {
        let (queued, left) = (task.queued, task.left_queue(end));
        let (Fate::Queued { row } | Fate::Dismissed { row, .. }) = &mut task.fate else { continue };
        let free_at = &mut free_at[task.pool as usize];
        *row = match free_at.iter().position(|free_at| *free_at <= queued) {
            Some(free) => free,
            None if free_at.len() < MOST_ROWS => {
                free_at.push(0);
                free_at.len() - 1
            }
            None => (0..free_at.len()).min_by_key(|row| free_at[*row]).unwrap_or(0),
        };
        free_at[*row] = free_at[*row].max(left);
    }
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
