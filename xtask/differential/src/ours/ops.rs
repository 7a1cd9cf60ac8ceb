//! The driver's operations on our side.

use super::{Driver, Ended, Outcome, SharedFuture, Stuck, World, ended, ended_of, state_of};
use crate::script::{Id, Mode, Op, Opening, Script, Task};
use crate::stage::Gate;
use earnest::{Error, MapExt, MapOptions, ReturnWhen, Shutdown, ThreadPoolExecutor};
use earnest::{as_completed, as_completed_timeout, wait};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

impl Driver<'_> {
    pub(super) fn operate(&mut self, op: &Op, opens: &[Opening], script: &Script) -> Result<Outcome, Stuck> {
        let world = self.world;
        match op {
            Op::Submit { task } => world.submit(*task),
            Op::Open { gate } => world.stage.open(Gate::Task(*gate)),
            Op::OpenInitializer => world.stage.open(Gate::Initializer),
            Op::Cancel { id } => return Ok(Outcome::Bool(world.future(*id).cancel())),
            Op::AddCallback { id, callback } => world.add_callback(*id, *callback),
            Op::Query { id } => return Ok(Outcome::State(state_of(&world.future(*id)))),
            Op::Result { id } => {
                let future = world.future(*id);
                let _is_done = future.wait_timeout(self.patience(opens));
                return Ok(Outcome::Ended(ended_of(&future)));
            }
            Op::Wait { ids, mode } => return Ok(self.wait(ids, *mode, self.patience(opens))),
            Op::AsCompleted { ids } => return self.as_completed(ids, opens),
            Op::Map { map, items, timed } => return Ok(self.map(*map, items, *timed)),
            Op::MapNext { map } => {
                let next = self.maps.get_mut(map).expect("the script names maps that are there").next();
                return Ok(next.map_or(Outcome::End, |result| Outcome::Next(ended(result.as_ref()))));
            }
            Op::MapDrop { map } => drop(self.maps.remove(map)),
            Op::BufferedMap { buffer_size, fails, nexts } => {
                return Ok(buffered_map(script.workers, *buffer_size, fails, *nexts));
            }
            Op::Shutdown { wait, cancel } => {
                let timeout = wait.then(|| world.stage.watchdog());
                let how = Shutdown { wait: *wait, cancel_pending: *cancel, timeout };
                let still_running = world.pool.shutdown_with(how);
                still_running.map_err(|still_running| Stuck(format!("shutdown: {still_running}")))?;
            }
        }
        Ok(Outcome::Nothing)
    }

    /// How long to block: not at all, unless the script leads to an end of it.
    fn patience(&self, opens: &[Opening]) -> Duration {
        if opens.is_empty() { Duration::ZERO } else { self.world.stage.watchdog() }
    }

    fn given(&self, ids: &[Id]) -> Vec<(Id, SharedFuture<Id>)> {
        ids.iter().map(|id| (*id, self.world.future(*id))).collect()
    }

    fn wait(&self, ids: &[Id], mode: Mode, timeout: Duration) -> Outcome {
        let mode = match mode {
            Mode::AllCompleted => ReturnWhen::AllCompleted,
            Mode::FirstCompleted => ReturnWhen::FirstCompleted,
            Mode::FirstException => ReturnWhen::FirstException,
        };
        let waited = wait(self.given(ids), mode, Some(timeout));
        let numbers = |list: Vec<(Id, SharedFuture<Id>)>| list.into_iter().map(|(id, _)| id).collect();
        Outcome::Wait { done: numbers(waited.done), not_done: numbers(waited.not_done) }
    }

    fn as_completed(&self, ids: &[Id], opens: &[Opening]) -> Result<Outcome, Stuck> {
        let given = self.given(ids);
        if opens.is_empty() {
            let (mut phase, mut unfinished) = (Vec::new(), 0);
            for item in as_completed_timeout(given, Duration::ZERO) {
                match item {
                    Ok((id, _)) => phase.push(id),
                    Err(timed_out) => unfinished = timed_out.into_inner().len(),
                }
            }
            return Ok(Outcome::Completed { phases: vec![phase], unfinished });
        }
        let mut distinct = ids.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let n_done = distinct.iter().filter(|id| self.world.future(**id).is_done()).count();
        let mut completed = as_completed(given);
        let mut take = |n| (0..n).map_while(|_| completed.next()).map(|(id, _)| id).collect::<Vec<Id>>();
        let mut phases = vec![take(n_done)];
        for opening in opens {
            self.world.stage.open(Gate::Task(opening.gate));
            phases.push(take(opening.yields));
            self.world.rest(&opening.until)?;
        }
        Ok(Outcome::Completed { phases, unfinished: completed.len() })
    }

    fn map(&mut self, map: Id, items: &[Task], timed: bool) -> Outcome {
        let world = self.world;
        let inputs: Vec<Item> = items.iter().map(|task| Item { task: *task, world: world.clone() }).collect();
        let work = |item: Item| item.world.work(item.task);
        let results: super::Map<'_> = if timed {
            Box::new(world.pool.map_with(MapOptions::new().timeout(Duration::ZERO), inputs, work))
        } else {
            Box::new(world.pool.map(inputs, work))
        };
        if items.iter().all(|item| world.is_refused(item.id)) {
            // Every result says so.
            let refusals: Vec<Ended> = results.map(|result| ended(result.as_ref())).collect();
            let is_uniform =
                refusals.len() == items.len() && refusals.iter().all(|each| *each == refusals[0]);
            return Outcome::Refused(if is_uniform { refusals[0] } else { Ended::Unexpected });
        }
        self.items.extend(items.iter().map(|task| task.id));
        self.maps.insert(map, results);
        Outcome::Nothing
    }
}

/// An input of a map, which tells when it is gone.
struct Item {
    task: Task,
    world: Arc<World>,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.world.stage.item_gone(self.task.id);
    }
}

fn buffered_map(workers: usize, buffer_size: usize, fails: &[bool], nexts: usize) -> Outcome {
    let pool = ThreadPoolExecutor::builder().max_workers(workers).build().expect("the settings are valid");
    let n_pulled = Cell::new(0);
    let inputs = (0..).zip(fails.to_vec()).inspect(|_| n_pulled.set(n_pulled.get() + 1));
    let mut results = Vec::new();
    let options = MapOptions::new().buffer_size(buffer_size);
    let mut map = pool.map_with(options, inputs, |(id, fails): (Id, bool)| {
        assert!(!fails, "{} {id}", super::ON_PURPOSE);
        id
    });
    let mut pulled = vec![n_pulled.get()];
    for _ in 0..nexts {
        let next: Option<Result<Id, Error>> = map.next();
        results.push(next.map(|result| -> Ended { ended(result.as_ref()) }));
        pulled.push(n_pulled.get());
    }
    Outcome::Buffered { pulled, results }
}
