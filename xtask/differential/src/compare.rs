//! Compares what both sides show of one script.

use crate::buffered;
use crate::compose::Plan;
use crate::deviations::DEVIATIONS;
use crate::log::{Ended, Entry, Log, Outcome};
use crate::model::Planned;
use crate::script::Op;

/// What was seen of a script that both sides agree on.
#[derive(Debug, Default)]
pub(crate) struct Agreed {
    /// How often each deviation showed, in the order of the table.
    pub(crate) deviations: [usize; DEVIATIONS.len()],
    /// How many operations the original could not do.
    pub(crate) left_out: usize,
}

/// Where the sides differ without a reason.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// The step; the number of steps for how it all ended.
    pub(crate) step: usize,
    pub(crate) why: String,
}

pub(crate) fn compare(plan: &Plan, original: &Log, ours: &Log) -> Result<Agreed, Difference> {
    let mut agreed = Agreed::default();
    for (step, planned) in plan.steps.iter().enumerate() {
        let difference = |why: String| Err(Difference { step, why });
        let (Some(theirs), Some(mine)) = (original.entries.get(step), ours.entries.get(step)) else {
            let what = |log: &Log| log.stuck.clone().unwrap_or_else(|| "-".to_owned());
            return difference(format!(
                "waited in vain for: original: {}, ours: {}",
                what(original),
                what(ours)
            ));
        };
        let expected = expected(planned, theirs, &mut agreed);
        if at_will(planned, expected.clone()) != at_will(planned, mine.clone()) {
            return difference(format!("expected {}", crate::report::json(&expected)));
        }
    }
    let stuck = plan.steps.last().map(|planned| &planned.facts.stuck);
    let step = plan.steps.len();
    if original.finals.len() != ours.finals.len() {
        return Err(Difference { step, why: "they have not the same futures".to_owned() });
    }
    for ((id, theirs), mine) in original.finals.iter().zip(&ours.finals) {
        let is_stuck = stuck.is_some_and(|stuck| stuck.contains(id)) && *theirs == Ended::Not;
        let expected = if is_stuck { Ended::Broken } else { *theirs };
        if (*id, expected) != *mine {
            return Err(Difference { step, why: format!("the future of {id} should be {expected:?}") });
        }
    }
    Ok(agreed)
}

/// Puts what may come in any order into one order.
fn at_will(planned: &Planned, mut entry: Entry) -> Entry {
    if planned.facts.is_concurrent {
        match planned.step.op {
            // Several workers that are free take the inputs.
            Op::Map { .. } => entry.started.sort_unstable(),
            // Several workers fail, and each ends what it finds.
            Op::OpenInitializer => entry.called.sort_by_key(|call| call.id),
            _ => {}
        }
    }
    entry
}

/// What ours must show, given what the original has shown.
fn expected(planned: &Planned, original: &Entry, agreed: &mut Agreed) -> Entry {
    let mut expected = original.clone();
    if let (Op::BufferedMap { buffer_size, fails, nexts }, Outcome::LeftOut) =
        (&planned.step.op, &original.returned)
    {
        agreed.left_out += 1;
        expected.returned = buffered::ours(*buffer_size, fails, *nexts);
        return expected;
    }
    for (deviation, seen) in DEVIATIONS.iter().zip(&mut agreed.deviations) {
        *seen += usize::from((deviation.rewrite)(planned, &mut expected));
    }
    expected
}

#[cfg(test)]
mod tests;
