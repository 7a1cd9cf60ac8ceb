//! Runs scripts on earnest, in this process.

mod acts;
mod ops;

use crate::log::{Call, Ended, Entry, Log, Outcome, State};
use crate::script::{Id, Op, Opening, Script, Step, Task, Until};
use crate::stage::{Gate, Stage, Stuck};
use earnest::{Error, SharedFuture, ThreadPoolExecutor};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the driver shares with callbacks.
pub(crate) struct World {
    stage: Stage,
    pool: ThreadPoolExecutor,
    futures: Mutex<BTreeMap<Id, SharedFuture<Id>>>,
    /// Every task takes so long at least. Tasks that are shorter may be taken off the queue several at a time, and
    /// then several workers need not keep to the order in which tasks were queued.
    least: Duration,
}

const LEAST: Duration = Duration::from_micros(5);

type Map<'a> = Box<dyn Iterator<Item = Result<Id, Error>> + 'a>;

/// What the driver keeps to itself.
struct Driver<'a> {
    world: &'a Arc<World>,
    maps: BTreeMap<Id, Map<'a>>,
    entries: Vec<Entry>,
    /// The inputs of all maps.
    items: BTreeSet<Id>,
    dropped: BTreeSet<Id>,
    started: usize,
    called: usize,
}

/// Runs `script`. Something that should come about and has not, within `watchdog`, ends it.
pub(crate) fn run(script: &Script, watchdog: Duration) -> Log {
    let world = Arc::new_cyclic(|world: &std::sync::Weak<World>| {
        let builder = ThreadPoolExecutor::builder().max_workers(script.workers);
        let pool = if script.failing_initializer {
            let world = world.clone();
            builder.initializer(move || {
                if let Some(world) = world.upgrade() {
                    world.stage.pass(Gate::Initializer);
                }
                Err::<(), _>("on purpose")
            })
        } else {
            builder
        };
        let least = if script.workers > 1 { LEAST } else { Duration::ZERO };
        let pool = pool.build().expect("the settings are valid");
        World { stage: Stage::new(watchdog), pool, futures: Mutex::default(), least }
    });
    let mut driver = Driver {
        world: &world,
        maps: BTreeMap::new(),
        entries: Vec::new(),
        items: BTreeSet::new(),
        dropped: BTreeSet::new(),
        started: 0,
        called: 0,
    };
    let stuck = script.steps.iter().try_for_each(|step| driver.step(step, script)).err();
    let Driver { entries, maps, .. } = driver;
    drop(maps);
    let futures = std::mem::take(&mut *world.futures());
    let finals = futures.iter().map(|(id, future)| (*id, ended_of(future))).collect();
    if stuck.is_some() {
        // Nothing is known of the pool any more: it is left behind, and so are its threads.
        world.stage.give_up();
        std::mem::forget(world.clone());
    }
    Log { entries, finals, stuck: stuck.map(|Stuck(what)| what) }
}

impl Driver<'_> {
    fn step(&mut self, step: &Step, script: &Script) -> Result<(), Stuck> {
        let world = self.world;
        let has_helper = !step.opens.is_empty() && !matches!(step.op, Op::AsCompleted { .. });
        let returned = std::thread::scope(|scope| {
            if has_helper {
                scope.spawn(|| world.open_one_by_one(&step.opens));
            }
            let returned = self.operate(&step.op, &step.opens, script);
            if returned.is_err() {
                world.stage.give_up();
            }
            returned
        })?;
        world.rest(&step.until)?;
        let returned = self.settled(&step.op, returned);
        let (started, called) = {
            let inner = world.stage.lock();
            (inner.started.clone(), inner.called.clone())
        };
        let dropped = self.newly_dropped(&started);
        self.entries.push(Entry {
            returned,
            started: started[self.started..].to_vec(),
            called: called[self.called..].to_vec(),
            dropped,
        });
        (self.started, self.called) = (started.len(), called.len());
        Ok(())
    }

    /// A submission that was refused shows in its future.
    fn settled(&self, op: &Op, returned: Outcome) -> Outcome {
        match op {
            Op::Submit { task } => self.world.accepted(task.id),
            _ => returned,
        }
    }

    fn newly_dropped(&mut self, started: &[Id]) -> Vec<Id> {
        let gone = self.world.stage.lock().items_gone.clone();
        let new: Vec<Id> = gone
            .into_iter()
            .filter(|id| self.items.contains(id) && !started.contains(id) && self.dropped.insert(*id))
            .collect();
        new
    }
}

impl World {
    fn futures(&self) -> std::sync::MutexGuard<'_, BTreeMap<Id, SharedFuture<Id>>> {
        self.futures.lock().expect("nobody panics under this lock")
    }

    fn future(&self, id: Id) -> SharedFuture<Id> {
        self.futures().get(&id).cloned().expect("the script names futures that are there")
    }

    /// Whether the submission of `id` was refused; if so there is no future to go on with.
    fn accepted(&self, id: Id) -> Outcome {
        let ended = ended_of(&self.future(id));
        if ended == Ended::Rejected || ended == Ended::Broken {
            self.futures().remove(&id);
            return Outcome::Refused(ended);
        }
        Outcome::Accepted
    }

    fn open_one_by_one(&self, opens: &[Opening]) {
        for opening in opens {
            self.stage.open(Gate::Task(opening.gate));
            // If this is in vain, the driver finds the same.
            if self.rest(&opening.until).is_err() {
                self.stage.give_up();
                return;
            }
        }
    }

    /// Waits until the pool has come to rest.
    fn rest(&self, until: &Until) -> Result<(), Stuck> {
        self.stage.wait_for("tasks that start", |inner| inner.started.len() >= until.started)?;
        self.stage.wait_for("callbacks", |inner| inner.calls_ended >= until.called)?;
        for id in until.ended.iter().chain(&until.stuck) {
            let future = self.futures().get(id).cloned();
            let is_done = match future {
                Some(future) => future.wait_timeout(self.stage.watchdog()),
                None => {
                    self.stage.wait_for("an input of a map", |inner| inner.items_gone.contains(id))?;
                    true
                }
            };
            if !is_done {
                return Err(Stuck(format!("the future of {id}")));
            }
        }
        Ok(())
    }

    /// What every task does.
    fn work(&self, task: Task) -> Id {
        let began = std::time::Instant::now();
        self.stage.start(task.id);
        if task.gated {
            self.stage.pass(Gate::Task(task.id));
        }
        while began.elapsed() < self.least {
            std::hint::spin_loop();
        }
        assert!(!task.fails, "{} {}", ON_PURPOSE, task.id);
        task.id
    }
}

/// What the message of an intended panic begins with.
pub(crate) const ON_PURPOSE: &str = "on purpose:";

/// How a future stands.
fn ended_of(future: &SharedFuture<Id>) -> Ended {
    future.peek().map_or(Ended::Not, ended)
}

fn state_of(future: &SharedFuture<Id>) -> State {
    State { done: future.is_done(), running: future.is_running(), cancelled: future.is_cancelled() }
}

fn ended(result: Result<&Id, &Error>) -> Ended {
    match result {
        Ok(id) => Ended::Value(*id),
        Err(Error::Cancelled) => Ended::Cancelled,
        Err(Error::Broken(_)) => Ended::Broken,
        Err(Error::Rejected) => Ended::Rejected,
        Err(Error::DeadlineExceeded) => Ended::Not,
        Err(Error::Panicked(panic)) => {
            let id = panic.message().and_then(|text| text.strip_prefix(ON_PURPOSE)?.trim().parse().ok());
            id.map_or(Ended::Unexpected, Ended::Failed)
        }
        Err(_) => Ended::Unexpected,
    }
}
