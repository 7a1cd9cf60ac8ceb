//! Who waits for whom, in the whole process: how a wait that could never end is known before it begins.
//!
//! Only tasks that are about to block are in here, and only waits without a timeout. A task is *stuck* when it waits for
//! what cannot come: for all of several futures of which one is stuck, or for any of several that all are. Running tasks
//! and promises are not: somebody may always complete them. Nor are pending tasks, unless every worker of their pool is
//! in here, stuck, and no other may be started, and they have no deadline. Whoever is about to block enters what it waits
//! for, and looks whether it would be stuck; as it is the last link that closes a cycle, and everybody enters under the
//! same lock, one of those who close it sees it, and leaves again before anybody else can look.

use crate::awaited::{Awaited, LookedAt};
use crate::cancel::CancelHandle;
use crate::cell::RawCell;
use crate::deadlock::{Deadlock, DeadlockedTask};
use crate::listening;
use crate::owner::Owner;
use crate::process_local::ProcessLocal;
use crate::side::Side;
use crate::sources::Needs;
use crate::worker::{Host, Worker};
use core::mem;
use core::ops::DerefMut;
use earnest_sync::{AtomicUsize, Mutex, Ordering::Relaxed, mutant, window};
use std::collections::BTreeMap;

earnest_sync::global! {
    static GRAPH: Mutex<ProcessLocal<Graph>> = Mutex::new(ProcessLocal::new(Graph::new()));
}

/// The tasks that wait, by the addresses of their cells.
struct Graph {
    waits: BTreeMap<usize, Wait>,
    /// Of each pool that has any, the tasks that its workers are in the middle of and wait in, innermost.
    pools: BTreeMap<usize, Vec<Innermost>>,
}

struct Innermost {
    task: RawCell,
    host: *const dyn Host,
}

/// What one task waits for.
struct Wait {
    on: Awaited,
}

// SAFETY: the cells are looked at, from whatever thread, under the lock only, and while the thread that has entered
// them holds them; what is looked at are the atomic word, the location, and the side box.
unsafe impl Send for Wait {}
// SAFETY: as above; a host is made to be shared, and stays while its worker waits.
unsafe impl Send for Innermost {}

earnest_sync::global! {
    // How many workers are in the graph: where there are none, it need not be locked.
    static WAITING: AtomicUsize = AtomicUsize::new(0);
}

/// The graph of this process.
fn graph() -> impl DerefMut<Target = ProcessLocal<Graph>> {
    let mut graph = GRAPH.lock();
    if graph.renew(Graph::new()) {
        // ORDERING: Relaxed; whoever counts has come by here before.
        WAITING.store(0, Relaxed);
    }
    graph
}

/// What `derived`, which the caller holds, is made of has changed: somebody who waits for it may be able to run it now, if
/// nobody else can, or may wait for itself.
pub(crate) fn sources_changed(derived: RawCell) {
    listening::call_those_in_a_jam();
    // ORDERING: Relaxed. What `derived` is made of lies behind a lock, under which it has just been changed, and which
    // `enter_and_look` takes, to look at that, after it has counted. Whoever comes second sees the other: the new sources
    // there, or the count here. Without a side box there is no lock: but what has none yet has had no sources, and whoever
    // waits for it has it from the one who gave it the first ones.
    if WAITING.load(Relaxed) == 0 || mutant!("sources_changed_unheard") {
        return;
    }
    let graph = graph();
    for pool in graph.pools.values() {
        // SAFETY: a host stays while its worker waits, and is taken off under the lock before it goes.
        let host = pool.first().map(|worker| unsafe { &*worker.host });
        host.filter(|host| host.is_jammed()).into_iter().for_each(Host::call_all);
    }
    let mut looked_at = Vec::new();
    if graph.stuck(derived, &mut looked_at).is_some() {
        graph.call_everybody();
    }
    drop(graph);
    // Not under the lock.
    drop(looked_at);
}

/// Has all who wait look again, whether they wait in vain.
pub(crate) fn call_everybody() {
    graph().call_everybody();
}

/// Why a wait could never end.
pub(crate) struct Stuck {
    /// Those who wait for each other.
    pub(crate) tasks: Vec<DeadlockedTask>,
    /// Of what is waited for, the tasks that have not begun and never could, by their addresses.
    pub(crate) unbegun: Vec<usize>,
}

/// What a thread has entered. Dropped when the wait is over.
#[must_use = "the wait is forgotten when this is dropped"]
pub(crate) struct Entered {
    tasks: Vec<usize>,
    owner: Owner,
}

impl Drop for Entered {
    fn drop(&mut self) {
        if !self.tasks.is_empty() {
            window!("awake_still_in_graph");
            // Nobody's host is looked at, so it does not matter which process they are of.
            let left = GRAPH.lock().leave(self);
            // Handles of other futures, which may be the last: not under the lock.
            drop(left);
        }
    }
}

/// The host of a worker, for a list that it is taken off again before its wait is over: nobody is to follow it later.
pub(crate) fn host_of(worker: &Worker<'_>) -> *const dyn Host {
    // SAFETY: of the same type but for the lifetime, which a pointer does not vouch for.
    unsafe { mem::transmute::<&dyn Host, *const (dyn Host + 'static)>(worker.host) }
}

/// Enters that the innermost of `worker`'s tasks waits for `on`, and those beneath it each for the one above.
///
/// # Errors
///
/// The cycle, where the wait could never end. Nothing is entered then.
pub(crate) fn enter(worker: &Worker<'_>, on: Awaited) -> Result<Entered, Deadlock> {
    match enter_and_look(worker, on, false) {
        (entered, None) => Ok(entered),
        (_, Some(stuck)) => Err(Deadlock::cycle(stuck.tasks)),
    }
}

/// Like `enter`, and stays entered where the wait could not end.
pub(crate) fn enter_anyway(worker: &Worker<'_>, on: Awaited) -> (Entered, Option<Stuck>) {
    enter_and_look(worker, on, true)
}

fn enter_and_look(worker: &Worker<'_>, on: Awaited, stays: bool) -> (Entered, Option<Stuck>) {
    let tasks: Vec<RawCell> = worker.tasks().collect();
    let mut entered =
        Entered { tasks: tasks.iter().map(|task| task.address()).collect(), owner: worker.owner };
    let Some(innermost) = tasks.first() else { return (entered, None) };
    let mut looked_at = Vec::new();
    let (stuck, left) = {
        let mut graph = graph();
        // ORDERING: Relaxed; see `sources_changed`.
        WAITING.fetch_add(1, Relaxed);
        let mut on = on;
        for task in &tasks {
            let wait = Wait { on: mem::replace(&mut on, Awaited::Cell(*task)) };
            graph.waits.insert(task.address(), wait);
        }
        let pool = graph.pools.entry(worker.owner.number()).or_default();
        pool.push(Innermost { task: *innermost, host: host_of(worker) });
        let stuck = if mutant!("wait_without_look") { None } else { graph.stuck(*innermost, &mut looked_at) };
        // Under the same lock: whoever looks after this one has been refused is not to see it, and be refused as well.
        let leaves = stuck.is_some() && !stays && !mutant!("refused_left_to_be_seen");
        let left = leaves.then(|| graph.leave(&mut entered));
        (stuck, left)
    };
    drop((looked_at, left));
    window!("in_graph_not_asleep");
    (entered, stuck)
}

impl Entered {
    /// Whether the wait can still end, for all that others have come to wait for since.
    pub(crate) fn look(&self) -> Option<Stuck> {
        let innermost = *self.tasks.first()?;
        let mut looked_at = Vec::new();
        let stuck = {
            let graph = graph();
            let worker = graph.pools.get(&self.owner.number())?.iter();
            let task = worker.map(|worker| worker.task).find(|task| task.address() == innermost)?;
            graph.stuck(task, &mut looked_at)
        };
        drop(looked_at);
        stuck
    }
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
        Graph { waits: BTreeMap::new(), pools: BTreeMap::new() }
    }

    /// Takes off what was entered, and gives what was kept for it, to be dropped where the lock is not held.
    fn leave(&mut self, entered: &mut Entered) -> Vec<Wait> {
        let tasks = mem::take(&mut entered.tasks);
        if tasks.first().is_some_and(|innermost| self.leave_pool(entered.owner, *innermost)) {
            // ORDERING: Relaxed; who sees the old count looks for nothing.
            WAITING.fetch_sub(1, Relaxed);
        }
        tasks.iter().filter_map(|task| self.waits.remove(task)).collect()
    }

    /// `false`: it is not there, as a child of `fork` has begun anew since.
    fn leave_pool(&mut self, owner: Owner, innermost: usize) -> bool {
        let Some(pool) = self.pools.get_mut(&owner.number()) else { return false };
        let n_before = pool.len();
        pool.retain(|worker| worker.task.address() != innermost);
        let has_left = pool.len() < n_before;
        if pool.is_empty() {
            self.pools.remove(&owner.number());
        }
        has_left
    }

    fn call_everybody(&self) {
        for pool in self.pools.values() {
            // SAFETY: as in `sources_changed`.
            pool.first().into_iter().for_each(|worker| unsafe { &*worker.host }.call_all());
        }
    }

    /// The tasks one of which has to go on before the pending `cell` can start. `None`: it may start.
    fn in_the_way(&self, cell: RawCell, looked_at: &mut Vec<LookedAt>) -> Option<Vec<RawCell>> {
        let pool = self.pools.get(&cell.header().owner.number())?;
        // SAFETY: a host stays while its worker waits, and is taken off under the lock before it goes.
        let host = unsafe { &*pool.first()?.host };
        if !host.is_jammed() || host.n_workers() != pool.len() {
            return None;
        }
        // Whoever waits for it will run it in place.
        let waits = |worker: &Innermost| self.waits.get(&worker.task.address());
        let is_claimed = pool
            .iter()
            .filter_map(waits)
            .any(|wait| wait.on.find_task_keeping(true, |task| task == cell, |spent| looked_at.push(spent)));
        (!is_claimed).then(|| pool.iter().map(|worker| worker.task).collect())
    }

    /// Whether `task`, which has been entered or is a derived future, is stuck. What had to be held to find out is left in
    /// `looked_at`, to be dropped where no lock is held.
    fn stuck(&self, task: RawCell, looked_at: &mut Vec<LookedAt>) -> Option<Stuck> {
        let mut parts = self.parts(task, looked_at);
        // What is not shown to be live is stuck. From the end, as what is needed mostly lies behind what needs it: a chain
        // takes one turn.
        let mut has_changed = true;
        while mem::take(&mut has_changed) {
            for place in (0..parts.len()).rev() {
                if !parts[place].is_live && parts[place].may_end(&parts) {
                    parts[place].is_live = true;
                    has_changed = true;
                }
            }
        }
        if parts[0].is_live {
            return None;
        }
        let needed = parts[0].on.iter().map(|place| &parts[*place]);
        let unbegun = needed.filter(|part| !part.is_live && part.cell.header().word.load().is_pending());
        let unbegun = unbegun.map(|part| part.cell.address()).collect();
        let mut way = vec![0];
        while let Some(next) = parts[*way.last()?].on.iter().find(|place| !parts[**place].is_live) {
            if let Some(first) = way.iter().position(|place| place == next) {
                way.drain(..first);
                break;
            }
            way.push(*next);
        }
        let tasks = way.into_iter().map(|place| parts[place].cell);
        // Those that wait, and those that are queued behind them; not what is merely made of others.
        let is_queued =
            |cell: &RawCell| cell.header().owner.get().is_some() && cell.header().word.load().is_pending();
        let tasks = tasks.filter(|cell| self.waits.contains_key(&cell.address()) || is_queued(cell));
        let named = |cell: RawCell| DeadlockedTask {
            id: cell.side().id(),
            name: cell.terms().and_then(|terms| terms.name.clone()),
            location: cell.header().location,
        };
        Some(Stuck { tasks: tasks.map(named).collect(), unbegun })
    }

    /// Everything that `task` depends on, itself first.
    fn parts(&self, task: RawCell, looked_at: &mut Vec<LookedAt>) -> Vec<Part> {
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

    /// Whether `cell` may be completed any time, for all that can be seen without looking at others.
    fn is_free(&self, cell: RawCell) -> bool {
        let header = cell.header();
        let is_held_up = self.pools.contains_key(&header.owner.number()) && header.word.load().is_pending()
            || self.waits.contains_key(&cell.address())
            || cell.side_if_made().is_some_and(Side::has_sources);
        header.word.load().is_settled() || !is_held_up
    }

    /// What `cell` needs before it can be completed. Nothing, if that may happen any time.
    fn needed_by(&self, cell: RawCell, looked_at: &mut Vec<LookedAt>) -> (Needs, Vec<RawCell>) {
        const NOTHING: (Needs, Vec<RawCell>) = (Needs::All, Vec::new());
        if cell.header().word.load().is_settled() {
            return NOTHING;
        }
        if cell.header().owner.number() != 0 && cell.header().word.load().is_pending() {
            if cell.terms().is_some_and(|terms| terms.deadline.is_some()) {
                // Its time will be up.
                return NOTHING;
            }
            return self.in_the_way(cell, looked_at).map_or(NOTHING, |in_the_way| (Needs::Any, in_the_way));
        }
        let (needs, handles) = match self.waits.get(&cell.address()).map(|wait| &wait.on) {
            Some(Awaited::Cell(cell)) => return (Needs::All, vec![*cell]),
            // Of many, the first is mostly free: then the others need not be looked at.
            Some(Awaited::Set(members))
                if members.needs() == Needs::Any && members.any_is(|cell| self.is_free(cell)) =>
            {
                return NOTHING;
            }
            Some(Awaited::Set(members)) => match members.all() {
                Some(handles) => (members.needs(), handles),
                None => return NOTHING,
            },
            None => match cell.side_if_made().and_then(Side::sources) {
                Some(sources) => {
                    let needed = (sources.needs(), sources.handles().to_vec());
                    looked_at.push(LookedAt::Sources(sources));
                    needed
                }
                None => return NOTHING,
            },
        };
        // One that had settled when its handle was made is not in anybody's way.
        let mut on: Vec<_> = handles.iter().filter_map(CancelHandle::cell).collect();
        let one_has_settled = on.len() < handles.len();
        looked_at.extend(handles.into_iter().map(LookedAt::Handle));
        if matches!(needs, Needs::AllOrFailure | Needs::AnyValue) {
            let settled = |cell: &RawCell| Some(cell.header().word.load()).filter(|seen| seen.is_settled());
            let leaves_open =
                |cell: &RawCell| settled(cell).is_none_or(|seen| needs.leaves_open(seen.outcome()));
            if !on.iter().all(leaves_open) {
                return NOTHING;
            }
            on.retain(|cell| settled(cell).is_none());
            // Any of the others may decide it.
            return (Needs::Any, on);
        }
        if needs == Needs::Any && one_has_settled {
            return NOTHING;
        }
        (needs, on)
    }
}

impl Part {
    /// Whether enough of what it needs is live, as far as is known.
    fn may_end(&self, parts: &[Part]) -> bool {
        let mut on = self.on.iter().map(|place| parts[*place].is_live);
        match self.needs {
            needs if needs.is_each() => on.all(|is_live| is_live),
            _ => on.any(|is_live| is_live),
        }
    }
}
