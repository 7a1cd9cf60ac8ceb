//! What has been recorded: bounded, and in parts, so that threads which record seldom wait for each other.

use crate::record::{By, Record, What};
use earnest_core::{TaskEvent, TaskInfo};
use earnest_pool::{Event, WorkerEvent};
use earnest_sync::{AtomicU64, Instant, Mutex, Ordering::Relaxed, now};
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::{ThreadId, current};

/// With more workers than these, some share a part.
const N_PARTS: usize = 16;

pub(crate) struct Log {
    /// None where there is no clock: then everything is at once.
    epoch: Option<Instant>,
    capacity: u64,
    /// How many records there would be without a bound.
    wanted: AtomicU64,
    /// When the first was left out, if any was.
    full_at: AtomicU64,
    /// All that one worker does is in one part, in order.
    parts: [Mutex<Vec<Record>>; N_PARTS],
    pools: Mutex<Vec<Arc<str>>>,
    /// The threads that have run tasks, or are workers.
    threads: Mutex<HashMap<ThreadId, Known>>,
}

/// What is known of a thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) name: Option<Arc<str>>,
    /// Of which pool it is a worker, and which.
    pub(crate) seat: Option<(u32, u32)>,
}

/// All of it, at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) records: Vec<Record>,
    pub(crate) pools: Vec<Arc<str>>,
    pub(crate) threads: HashMap<ThreadId, Known>,
    /// When: that of the first record that was left out, if there is one.
    pub(crate) until: u64,
    /// How many were left out.
    pub(crate) left_out: u64,
}

impl Log {
    pub(crate) fn new(capacity: usize) -> Log {
        Log {
            epoch: now(),
            capacity: capacity as u64,
            wanted: AtomicU64::new(0),
            full_at: AtomicU64::new(0),
            parts: core::array::from_fn(|_| Mutex::new(Vec::new())),
            pools: Mutex::new(Vec::new()),
            threads: Mutex::new(HashMap::new()),
        }
    }

    pub(crate) fn add_pool(&self, name: Arc<str>) -> u32 {
        let mut pools = self.pools.lock();
        pools.push(name);
        u32::try_from(pools.len() - 1).expect("no program has so many pools")
    }

    pub(crate) fn n_records(&self) -> u64 {
        // ORDERING: Relaxed, here and below; numbers behind which nothing lies.
        self.wanted.load(Relaxed).min(self.capacity)
    }

    /// What `pool` tells.
    pub(crate) fn record(&self, pool: u32, event: &Event<'_>) {
        match *event {
            Event::Task { task, event, worker, .. } => self.record_task(pool, &task, event, worker),
            Event::Worker { worker, event, .. } => {
                let worker = number(worker);
                if self.push(pool, By::Worker(worker), || Some(What::Worker(event)))
                    && event == WorkerEvent::Started
                {
                    self.know(Some((pool, worker)));
                }
            }
            _ => {}
        }
    }

    fn record_task(&self, pool: u32, task: &TaskInfo<'_>, event: TaskEvent, worker: Option<usize>) {
        let id = task.id();
        let by = worker.map_or_else(|| By::Other(current().id()), |worker| By::Worker(number(worker)));
        let what = || match event {
            TaskEvent::Queued => {
                Some(What::Queued { task: id, name: task.name().map(Arc::from), place: task.location() })
            }
            TaskEvent::Began { .. } => Some(What::Began { task: id }),
            TaskEvent::Ended { end, .. } => Some(What::Ended { task: id, end }),
            TaskEvent::Dismissed { end, .. } => Some(What::Dismissed { task: id, end }),
            _ => None,
        };
        let is_kept = self.push(pool, by, what);
        if is_kept && worker.is_none() && matches!(event, TaskEvent::Began { .. }) {
            self.know(None);
        }
    }

    /// `false`: it is not kept, as there is no more room.
    fn push(&self, pool: u32, by: By, what: impl FnOnce() -> Option<What>) -> bool {
        let at = self.now();
        // ORDERING: Relaxed, here and below; what is kept is behind locks. Of two things of which one happens before the
        // other the first has the smaller number, by coherence: where a task's beginning is left out, so is its end.
        let number = self.wanted.fetch_add(1, Relaxed);
        if number >= self.capacity {
            if number == self.capacity {
                self.full_at.store(at, Relaxed);
            }
            return false;
        }
        let part = match by {
            By::Worker(worker) => 1 + (worker.wrapping_add(pool.wrapping_mul(5)) as usize) % (N_PARTS - 1),
            By::Other(_) => 0,
        };
        let Some(what) = what() else { return false };
        let record = Record { at, pool, by, what };
        self.parts[part].lock().push(record);
        true
    }

    /// Remembers this thread's name.
    fn know(&self, seat: Option<(u32, u32)>) {
        let thread = current();
        let mut threads = self.threads.lock();
        let known = threads.entry(thread.id()).or_default();
        known.seat = known.seat.or(seat);
        if known.name.is_none() {
            known.name = thread.name().map(Arc::from);
        }
    }

    fn now(&self) -> u64 {
        let since = self.epoch.zip(now()).map(|(epoch, now)| now.saturating_duration_since(epoch));
        // In 64 bits there is room for centuries.
        since.map_or(0, |since| since.as_nanos() as u64)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        // All at once: a task is recorded as queued in one part before it is as begun in another.
        let parts: Vec<_> = self.parts.iter().map(Mutex::lock).collect();
        let records = parts.iter().flat_map(|part| part.iter().cloned()).collect();
        drop(parts);
        let now = self.now();
        // ORDERING: Relaxed, here and below, as in `push`.
        let left_out = self.wanted.load(Relaxed).saturating_sub(self.capacity);
        let until = if left_out == 0 { now } else { self.full_at.load(Relaxed) };
        let (pools, threads) = (self.pools.lock().clone(), self.threads.lock().clone());
        Snapshot { records, pools, threads, until, left_out }
    }
}

/// There are no more workers than fit.
fn number(worker: usize) -> u32 {
    u32::try_from(worker).unwrap_or(u32::MAX)
}
