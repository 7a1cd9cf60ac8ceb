//! What is printed: a script with both logs, and the counts of a run.

use crate::compare::{Agreed, Difference};
use crate::compose::Plan;
use crate::deviations::DEVIATIONS;
use crate::log::Log;
use serde::Serialize;
use std::collections::BTreeMap;

pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it has nothing that JSON has not")
}

/// A script on which the sides differ, with what each has shown.
pub(crate) fn print_difference(plan: &Plan, original: &Log, ours: &Log, difference: &Difference) {
    let initializer = if plan.failing_initializer { ", whose initializer fails" } else { "" };
    println!("an executor with {} workers{initializer}", plan.workers);
    for (index, planned) in plan.steps.iter().enumerate() {
        let opens: Vec<_> = planned.step.opens.iter().map(|opening| opening.gate).collect();
        let meanwhile =
            if opens.is_empty() { String::new() } else { format!(", opening {opens:?} meanwhile") };
        println!("{index:>3}  {}{meanwhile}", json(&planned.step.op));
        let (theirs, mine) = (original.entries.get(index), ours.entries.get(index));
        if theirs == mine && index != difference.step {
            println!("       both      {}", json(&theirs));
            continue;
        }
        println!("       original  {}", json(&theirs));
        println!("       ours      {}", json(&mine));
        if index == difference.step {
            println!("     ^ {}", difference.why);
        }
    }
    println!("     in the end");
    println!("       original  {}", json(&original.finals));
    println!("       ours      {}", json(&ours.finals));
    if difference.step >= plan.steps.len() {
        println!("     ^ {}", difference.why);
    }
}

/// What a run has gone through.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    scripts: usize,
    operations: BTreeMap<&'static str, usize>,
    agreed: Agreed,
}

impl Counts {
    pub(crate) fn add(&mut self, plan: &Plan, agreed: &Agreed) {
        self.scripts += 1;
        for planned in &plan.steps {
            *self.operations.entry(planned.step.op.kind()).or_default() += 1;
        }
        self.agreed.left_out += agreed.left_out;
        for (sum, seen) in self.agreed.deviations.iter_mut().zip(&agreed.deviations) {
            *sum += seen;
        }
    }

    pub(crate) fn print(&self, knows_buffersize: bool) {
        println!("{} scripts, {} operations:", self.scripts, self.operations.values().sum::<usize>());
        for (kind, count) in &self.operations {
            println!("{count:>7}  {kind}");
        }
        if !knows_buffersize {
            println!("{:>7}  left out with this Python, and compared with the model", self.agreed.left_out);
        }
        println!("deviations:");
        for (deviation, count) in DEVIATIONS.iter().zip(&self.agreed.deviations) {
            println!("{count:>7}  {}", deviation.name);
            println!("         original: {}", deviation.original);
            println!("         ours: {}", deviation.ours);
        }
    }

    /// The deviations that should have been seen, and were not.
    pub(crate) fn unseen(&self, knows_buffersize: bool) -> Vec<&'static str> {
        let seen = DEVIATIONS.iter().zip(&self.agreed.deviations);
        let unseen = seen
            .filter(|(deviation, count)| **count == 0 && (knows_buffersize || !deviation.needs_buffersize));
        unseen.map(|(deviation, _)| deviation.name).collect()
    }
}
