//! What each deviation makes of an entry.

use crate::buffered;
use crate::log::{Call, Ended, Entry, Outcome, State};
use crate::model::Planned;
use crate::script::{Act, Id, Op};
use std::collections::BTreeSet;

/// The order of the input, each number once.
fn distinct(ids: &[Id]) -> Vec<Id> {
    let mut seen = BTreeSet::new();
    ids.iter().copied().filter(|id| seen.insert(*id)).collect()
}

/// Makes `seen` done in the eyes of `wait` and `as_completed`.
fn count_as_done(planned: &Planned, entry: &mut Entry, seen: &BTreeSet<Id>) -> bool {
    match (&planned.step.op, &mut entry.returned) {
        (Op::Wait { ids, .. }, Outcome::Wait { done, not_done }) => {
            let before = done.len();
            let (more, less): (Vec<Id>, Vec<Id>) = not_done.iter().partition(|id| seen.contains(*id));
            done.extend(more);
            *not_done = less;
            let order = distinct(ids);
            done.sort_by_key(|id| order.iter().position(|other| other == id));
            done.len() > before
        }
        (Op::AsCompleted { ids }, Outcome::Completed { phases, unfinished }) => {
            let Some(first) = phases.first_mut() else { return false };
            let more: Vec<Id> =
                distinct(ids).into_iter().filter(|id| seen.contains(id) && !first.contains(id)).collect();
            *unfinished = unfinished.saturating_sub(more.len());
            // What is in input order stays so; what is not is another deviation's.
            let order = distinct(ids);
            let was_in_order = order.iter().filter(|id| first.contains(id)).eq(first.iter());
            first.extend(&more);
            if was_in_order {
                first.sort_by_key(|id| order.iter().position(|other| other == id));
            }
            !more.is_empty()
        }
        _ => false,
    }
}

pub(super) fn cancelled_is_done(planned: &Planned, entry: &mut Entry) -> bool {
    count_as_done(planned, entry, &planned.facts.queued)
}

pub(super) fn cancelled_by_shutdown_is_done(planned: &Planned, entry: &mut Entry) -> bool {
    count_as_done(planned, entry, &planned.facts.drained)
}

pub(super) fn as_completed_in_input_order(planned: &Planned, entry: &mut Entry) -> bool {
    let (Op::AsCompleted { ids }, Outcome::Completed { phases, .. }) =
        (&planned.step.op, &mut entry.returned)
    else {
        return false;
    };
    let order = distinct(ids);
    let Some(first) = phases.first_mut() else { return false };
    let before = first.clone();
    first.sort_by_key(|id| order.iter().position(|other| other == id));
    *first != before
}

fn refuse(outcome: &mut Outcome) -> bool {
    if let Outcome::Raised(why @ (Ended::Rejected | Ended::Broken)) = *outcome {
        *outcome = Outcome::Refused(why);
        return true;
    }
    false
}

pub(super) fn refused_is_a_future(planned: &Planned, entry: &mut Entry) -> bool {
    let mut changed = false;
    for call in &mut entry.called {
        changed |= refuse(&mut call.did);
    }
    if matches!(planned.step.op, Op::Submit { .. }) {
        changed |= refuse(&mut entry.returned);
    }
    changed
}

pub(super) fn refused_map_yields_errors(planned: &Planned, entry: &mut Entry) -> bool {
    matches!(planned.step.op, Op::Map { .. }) && refuse(&mut entry.returned)
}

/// Callbacks with odd tags were added by the callback whose tag is one less.
pub(super) fn callback_added_within_runs_last(planned: &Planned, entry: &mut Entry) -> bool {
    // Added to a future that was done, it has nothing to be run after.
    if let Op::AddCallback { callback, .. } = planned.step.op
        && matches!(callback.act, Act::Add { .. })
    {
        return false;
    }
    let before = entry.called.clone();
    entry.called = in_order_of_joining(&before);
    entry.called != before
}

/// The calls of one future follow each other, but for those of other futures that they cancel.
fn in_order_of_joining(called: &[Call]) -> Vec<Call> {
    let mut calls = called.to_vec();
    let mut index = 0;
    let mut moved = BTreeSet::new();
    while index < calls.len() {
        let call = &calls[index];
        let last = calls.iter().rposition(|other| other.id == call.id).unwrap_or(index);
        if call.tag % 2 == 1 && moved.insert(call.tag) && last > index {
            let call = calls.remove(index);
            calls.insert(last, call);
        } else {
            index += 1;
        }
    }
    calls
}

pub(super) fn map_goes_on(planned: &Planned, entry: &mut Entry) -> bool {
    let facts = &planned.facts;
    match (&planned.step.op, facts.head) {
        (Op::MapNext { .. }, Some(head)) if facts.map_had_failed && entry.returned == Outcome::End => {
            entry.returned = Outcome::Next(head);
            true
        }
        _ => false,
    }
}

pub(super) fn dropped_map_is_cancelled(planned: &Planned, entry: &mut Entry) -> bool {
    let pending = &planned.facts.map_pending;
    if !matches!(planned.step.op, Op::MapDrop { .. }) || pending.is_empty() || !entry.dropped.is_empty() {
        return false;
    }
    entry.dropped.clone_from(pending);
    entry.dropped.sort_unstable();
    true
}

pub(super) fn shutdown_on_a_worker(_: &Planned, entry: &mut Entry) -> bool {
    let mut changed = false;
    for call in &mut entry.called {
        if call.did == Outcome::Raised(Ended::Unexpected) {
            call.did = Outcome::Nothing;
            changed = true;
        }
    }
    changed
}

pub(super) fn broken_ends_all(planned: &Planned, entry: &mut Entry) -> bool {
    let stuck = &planned.facts.stuck;
    match (&planned.step.op, &mut entry.returned) {
        (Op::OpenInitializer, _) => {
            // Inputs of maps are dropped with the rest.
            let before = entry.dropped.len();
            entry.dropped.extend(planned.facts.stuck_items.iter().copied());
            entry.dropped.sort_unstable();
            entry.dropped.len() > before
        }
        (Op::Query { id }, Outcome::State(state)) if stuck.contains(id) => {
            *state = State { done: true, ..*state };
            true
        }
        (Op::Result { id }, Outcome::Ended(ended)) if stuck.contains(id) && *ended == Ended::Not => {
            *ended = Ended::Broken;
            true
        }
        (Op::Wait { .. } | Op::AsCompleted { .. }, _) => count_as_done(planned, entry, stuck),
        _ => false,
    }
}

pub(super) fn buffer_size_is_exact(planned: &Planned, entry: &mut Entry) -> bool {
    let Op::BufferedMap { buffer_size, fails, nexts } = &planned.step.op else { return false };
    if entry.returned != buffered::original(*buffer_size, fails, *nexts) {
        return false;
    }
    let Outcome::Buffered { pulled, .. } = &mut entry.returned else { return false };
    let before = pulled.clone();
    let Outcome::Buffered { pulled: exact, .. } = buffered::ours(*buffer_size, fails, *nexts) else {
        return false;
    };
    *pulled = exact;
    *pulled != before
}

pub(super) fn buffered_map_goes_on(planned: &Planned, entry: &mut Entry) -> bool {
    let Op::BufferedMap { buffer_size, fails, nexts } = &planned.step.op else { return false };
    let (original, exact) =
        (buffered::original(*buffer_size, fails, *nexts), buffered::ours(*buffer_size, fails, *nexts));
    let (
        Outcome::Buffered { results, .. },
        Outcome::Buffered { results: ends, .. },
        Outcome::Buffered { results: goes_on, .. },
    ) = (&mut entry.returned, original, exact)
    else {
        return false;
    };
    if *results != ends || ends == goes_on {
        return false;
    }
    *results = goes_on;
    true
}
