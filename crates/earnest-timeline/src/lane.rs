//! What one thread did, one thing after the other.

use crate::record::What;
use earnest_core::FutureId;
use earnest_pool::WorkerEvent;

/// From when to when.
pub(crate) type Span = (u64, u64);

/// What one thread did: a lane of the picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) pool: u32,
    /// Its number, if it is a worker of that pool.
    pub(crate) worker: Option<u32>,
    pub(crate) name: String,
    /// How many tasks at most it had under way at once, each in the place of the one before.
    pub(crate) rows: usize,
    /// When it was there, for a worker.
    pub(crate) alive: Vec<Span>,
    pub(crate) parked: Vec<Span>,
    /// When the task in that row waited.
    pub(crate) waits: Vec<(Span, usize)>,
    pub(crate) steals: Vec<u64>,
    /// How long it ran tasks that did not wait.
    pub(crate) ran_for: u64,
    /// How long the task that was to go on waited.
    pub(crate) waited_for: u64,
    pub(crate) parked_for: u64,
}

/// A task's part in a lane.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Began { row: usize },
    Ended,
}

/// Makes a lane of what is told of it, in order.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    lane: Lane,
    /// The tasks under way, the one that runs last.
    under_way: Vec<FutureId>,
    /// The waits under way: since when, and of the task in which row.
    waits: Vec<(u64, usize)>,
    alive_since: Option<u64>,
    parked_since: Option<u64>,
    last: u64,
}

impl Replay {
    pub(crate) fn new(pool: u32, worker: Option<u32>, name: String) -> Replay {
        Replay { lane: Lane { pool, worker, name, rows: 1, ..Lane::default() }, ..Replay::default() }
    }

    pub(crate) fn tell(&mut self, at: u64, what: &What) -> Option<Turn> {
        self.spend(at);
        match *what {
            What::Began { task } => {
                let row = self.under_way.len();
                self.under_way.push(task);
                self.lane.rows = self.lane.rows.max(row + 1);
                Some(Turn::Began { row })
            }
            What::Ended { task, .. } => {
                self.under_way.retain(|other| *other != task);
                Some(Turn::Ended)
            }
            What::Worker(event) => {
                self.tell_worker(at, event);
                None
            }
            What::Queued { .. } | What::Dismissed { .. } => None,
        }
    }

    fn tell_worker(&mut self, at: u64, event: WorkerEvent) {
        let lane = &mut self.lane;
        if event != WorkerEvent::Stopped && self.alive_since.is_none() {
            self.alive_since = Some(at);
        }
        match event {
            WorkerEvent::Stopped => {
                lane.parked.extend(self.parked_since.take().map(|since| (since, at)));
                lane.alive.extend(self.alive_since.take().map(|since| (since, at)));
            }
            WorkerEvent::Parked => self.parked_since = Some(at),
            WorkerEvent::Unparked => {
                lane.parked.extend(self.parked_since.take().map(|since| (since, at)));
            }
            WorkerEvent::Stole => lane.steals.push(at),
            WorkerEvent::WaitBegan => self.waits.push((at, self.under_way.len().saturating_sub(1))),
            WorkerEvent::WaitEnded => {
                lane.waits.extend(self.waits.pop().map(|(since, row)| ((since, at), row)));
            }
            _ => {}
        }
    }

    /// Counts the time up to now for what was done in it.
    fn spend(&mut self, at: u64) {
        let spent = at.saturating_sub(self.last);
        self.last = self.last.max(at);
        let waits = self.waits.last().is_some_and(|(_, row)| row + 1 >= self.under_way.len());
        if waits {
            self.lane.waited_for += spent;
        } else if !self.under_way.is_empty() {
            self.lane.ran_for += spent;
        } else if self.parked_since.is_some() {
            self.lane.parked_for += spent;
        }
    }

    /// Whatever is under way goes on until `end`.
    pub(crate) fn end(mut self, end: u64) -> Lane {
        self.spend(end);
        let mut lane = self.lane;
        lane.parked.extend(self.parked_since.map(|since| (since, end)));
        lane.alive.extend(self.alive_since.map(|since| (since, end)));
        lane.waits.extend(self.waits.iter().map(|(since, row)| ((*since, end), *row)));
        lane
    }
}
