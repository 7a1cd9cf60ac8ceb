//! Makes a legal script of wishes: what cannot be had, or is not promised, is left out.

use crate::intent::{ActIntent, Intent, Nature, Wishes};
use crate::model::{Illegal, Model, Planned};
use crate::script::{Act, Callback, Id, Op, Script, Step, Task};

/// A script, with what is known of its steps.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) workers: usize,
    pub(crate) failing_initializer: bool,
    pub(crate) steps: Vec<Planned>,
}

impl Plan {
    pub(crate) fn script(&self) -> Script {
        let steps: Vec<Step> = self.steps.iter().map(|planned| planned.step.clone()).collect();
        Script { workers: self.workers, failing_initializer: self.failing_initializer, steps }
    }
}

pub(crate) fn compose(wishes: &Wishes) -> Plan {
    let mut composer = Composer {
        model: Model::new(wishes.workers, wishes.failing_initializer),
        steps: Vec::new(),
        next_id: 0,
        next_tag: 0,
    };
    for intent in &wishes.intents {
        composer.add(intent);
    }
    composer.steps.extend(ending(&composer.model).unwrap_or_default());
    let Wishes { workers, failing_initializer, .. } = *wishes;
    Plan { workers, failing_initializer, steps: composer.steps }
}

struct Composer {
    model: Model,
    steps: Vec<Planned>,
    next_id: Id,
    next_tag: u32,
}

impl Composer {
    fn add(&mut self, intent: &Intent) {
        match intent {
            Intent::Submit(nature) => {
                let task = self.task(*nature);
                self.try_now(Op::Submit { task });
            }
            Intent::Open(n) => {
                if let Some(gate) = pick(&self.model.gates(), *n) {
                    self.try_now(Op::Open { gate });
                }
            }
            Intent::OpenInitializer => _ = self.try_now(Op::OpenInitializer),
            Intent::Cancel(n) => _ = self.with_future(*n, |id| Op::Cancel { id }),
            Intent::AddCallback(n, act) => {
                let Some(act) = self.act(act) else { return };
                self.next_tag += 2;
                let callback = Callback { tag: self.next_tag, act };
                self.with_future(*n, |id| Op::AddCallback { id, callback });
            }
            Intent::Query(n) => _ = self.with_future(*n, |id| Op::Query { id }),
            Intent::Result { of, blocks } => {
                if let Some(id) = pick(&self.model.futures(), *of) {
                    self.try_either(Op::Result { id }, *blocks);
                }
            }
            Intent::Wait { of, mode, blocks } => {
                self.try_either(Op::Wait { ids: self.futures(of), mode: *mode }, *blocks);
            }
            Intent::AsCompleted { of, blocks } => {
                self.try_either(Op::AsCompleted { ids: self.futures(of) }, *blocks);
            }
            Intent::Map { items, timed } => {
                let items: Vec<Task> = items.iter().map(|nature| self.task(*nature)).collect();
                self.next_id += 1;
                self.try_now(Op::Map { map: self.next_id, items, timed: *timed });
            }
            Intent::MapNext(n) => {
                if let Some(map) = pick(&self.model.maps(), *n) {
                    self.try_either(Op::MapNext { map }, true);
                }
            }
            Intent::MapDrop(n) => {
                if let Some(map) = pick(&self.model.maps(), *n) {
                    self.try_now(Op::MapDrop { map });
                }
            }
            Intent::BufferedMap { buffer_size, fails, nexts } => {
                let (buffer_size, nexts) = (*buffer_size, *nexts);
                self.try_now(Op::BufferedMap { buffer_size, fails: fails.clone(), nexts });
            }
            Intent::Shutdown { wait, cancel } => {
                self.try_either(Op::Shutdown { wait: *wait, cancel: *cancel }, *wait);
            }
        }
    }

    fn task(&mut self, (gated, fails): Nature) -> Task {
        self.next_id += 1;
        Task { id: self.next_id, gated, fails }
    }

    fn act(&mut self, act: &ActIntent) -> Option<Act> {
        Some(match act {
            ActIntent::Nothing => Act::Nothing,
            ActIntent::Fail => Act::Fail,
            ActIntent::Add => Act::Add { then: self.next_tag + 3 },
            ActIntent::Cancel(n) => Act::Cancel { id: pick(&self.model.futures(), *n)? },
            ActIntent::Submit(nature) => Act::Submit { task: self.task(*nature) },
            ActIntent::Shutdown(wait) => Act::Shutdown { wait: *wait },
        })
    }

    fn futures(&self, numbers: &[u8]) -> Vec<Id> {
        let futures = self.model.futures();
        numbers.iter().filter_map(|n| pick(&futures, *n)).collect()
    }

    fn with_future(&mut self, n: u8, op: impl FnOnce(Id) -> Op) -> bool {
        pick(&self.model.futures(), n).is_some_and(|id| self.try_now(op(id)))
    }

    /// Blocking, if that is wished and possible; looking once otherwise.
    fn try_either(&mut self, op: Op, blocks: bool) {
        let blocked = blocks && self.try_blocking(&op);
        let _added = blocked || self.try_now(op);
    }

    fn try_now(&mut self, op: Op) -> bool {
        self.try_with(&op, &[])
    }

    /// Opens the gates of running tasks, the oldest first, until the operation can return.
    fn try_blocking(&mut self, op: &Op) -> bool {
        let mut gates = Vec::new();
        let mut opened = self.model.clone();
        while let Some(gate) = opened.closed_gates().first().copied() {
            gates.push(gate);
            if self.try_with(op, &gates) {
                return true;
            }
            if opened.open_gate(gate).is_err() {
                return false;
            }
        }
        false
    }

    fn try_with(&mut self, op: &Op, gates: &[Id]) -> bool {
        let mut model = self.model.clone();
        let Ok(planned) = model.apply(op, gates) else { return false };
        // What leads to where the script cannot be brought to its end is not had either.
        if ending(&model).is_err() {
            return false;
        }
        self.model = model;
        self.steps.push(planned);
        true
    }
}

/// The steps that let everything run to its end.
fn ending(model: &Model) -> Result<Vec<Planned>, Illegal> {
    let mut model = model.clone();
    model.close();
    let mut steps = Vec::new();
    if model.has_blocked_initializer() {
        steps.push(model.apply(&Op::OpenInitializer, &[])?);
    }
    let mut gates = Vec::new();
    let mut opened = model.clone();
    while let Some(gate) = opened.closed_gates().first().copied() {
        opened.open_gate(gate)?;
        gates.push(gate);
    }
    let end = |wait| Op::Shutdown { wait, cancel: false };
    if let Ok(planned) = model.clone().apply(&end(true), &gates) {
        steps.push(planned);
    } else {
        steps.push(model.apply(&end(false), &[])?);
        steps.push(model.apply(&end(true), &gates)?);
    }
    Ok(steps)
}

fn pick(from: &[Id], n: u8) -> Option<Id> {
    // The newest is number zero, so that what shrinks stays close to what it was about.
    (!from.is_empty()).then(|| from[from.len() - 1 - usize::from(n) % from.len()])
}
