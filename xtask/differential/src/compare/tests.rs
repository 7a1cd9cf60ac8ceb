//! Comparing logs written by hand.

use super::compare;
use crate::compose::Plan;
use crate::deviations::DEVIATIONS;
use crate::log::{Call, Ended, Entry, Log, Outcome, State};
use crate::model::Model;
use crate::script::{Id, Mode, Op, Task};

/// The last step of a script on one worker, compared alone.
fn differ(ops: &[Op], original: Entry, ours: Entry) -> Result<Vec<&'static str>, String> {
    let mut model = Model::new(1, false);
    let steps = ops.iter().map(|op| model.apply(op, &[]).unwrap());
    let plan = Plan { workers: 1, failing_initializer: false, steps: steps.last().into_iter().collect() };
    let log = |entry| Log { entries: vec![entry], ..Log::default() };
    let agreed = compare(&plan, &log(original), &log(ours)).map_err(|difference| difference.why)?;
    let seen = DEVIATIONS.iter().zip(agreed.deviations).filter(|(_, count)| *count > 0);
    Ok(seen.map(|(deviation, _)| deviation.name).collect())
}

fn entry(returned: Outcome) -> Entry {
    Entry { returned, started: vec![], called: vec![], dropped: vec![] }
}

fn submit(id: Id) -> Op {
    Op::Submit { task: Task { id, gated: true, fails: false } }
}

fn waited(done: &[Id], not_done: &[Id]) -> Entry {
    entry(Outcome::Wait { done: done.to_vec(), not_done: not_done.to_vec() })
}

#[test]
fn what_is_the_same_is_no_deviation() {
    let accepted = entry(Outcome::Accepted);
    assert_eq!(differ(&[submit(1)], accepted.clone(), accepted.clone()), Ok(vec![]));
    assert!(differ(&[submit(1)], accepted.clone(), entry(Outcome::Refused(Ended::Rejected))).is_err());
    assert!(differ(&[submit(1)], accepted.clone(), Entry { started: vec![1], ..accepted }).is_err());
}

#[test]
fn a_cancelled_future_is_done_with_ours_and_must_be() {
    let wait = Op::Wait { ids: vec![2, 1], mode: Mode::AllCompleted };
    let ops = [submit(1), submit(2), Op::Cancel { id: 2 }, wait];
    let original = waited(&[], &[2, 1]);
    assert_eq!(differ(&ops, original.clone(), waited(&[2], &[1])), Ok(vec!["cancelled is done"]));
    assert!(differ(&ops, original.clone(), original).is_err(), "a deviation that is gone");
    assert!(differ(&ops, waited(&[], &[2, 1]), waited(&[1], &[2])).is_err(), "the other one");
}

#[test]
fn a_refusal_is_a_future_with_ours() {
    let ops = [Op::Shutdown { wait: false, cancel: false }, submit(1)];
    let raised = entry(Outcome::Raised(Ended::Rejected));
    let refused = |why| entry(Outcome::Refused(why));
    assert_eq!(differ(&ops, raised.clone(), refused(Ended::Rejected)), Ok(vec!["refused is a future"]));
    assert!(differ(&ops, raised, refused(Ended::Broken)).is_err());
}

#[test]
fn a_callback_added_within_joins_the_end() {
    let state = State { done: true, running: false, cancelled: false };
    let call =
        |tag| Call { id: 1, tag, saw: Ended::Value(1), state, by_driver: false, did: Outcome::Nothing };
    let called = |tags: [u32; 3]| Entry { called: tags.map(call).to_vec(), ..entry(Outcome::Nothing) };
    let ops = [submit(1), Op::Open { gate: 1 }];
    let found = differ(&ops, called([2, 3, 4]), called([2, 4, 3]));
    assert_eq!(found, Ok(vec!["callback added within runs last"]));
    assert!(differ(&ops, called([2, 3, 4]), called([4, 2, 3])).is_err());
}

#[test]
fn what_the_original_cannot_do_is_compared_with_the_model() {
    let op = Op::BufferedMap { buffer_size: 1, fails: vec![false, false], nexts: 1 };
    let pulled = |pulled: &[usize]| {
        entry(Outcome::Buffered { pulled: pulled.to_vec(), results: vec![Some(Ended::Value(0))] })
    };
    let ops = std::slice::from_ref(&op);
    assert_eq!(differ(ops, entry(Outcome::LeftOut), pulled(&[1, 1])), Ok(vec![]));
    assert!(differ(ops, entry(Outcome::LeftOut), pulled(&[1, 2])).is_err());
    assert_eq!(differ(ops, pulled(&[1, 2]), pulled(&[1, 1])), Ok(vec!["buffer size is exact"]));
}
