//! The model on scripts written by hand.

use super::Model;
use crate::compose::compose;
use crate::intent::wishes;
use crate::log::Ended;
use crate::script::{Act, Callback, Id, Mode, Op, Step, Task};
use proptest::prelude::*;

fn task(id: Id) -> Task {
    Task { id, gated: true, fails: false }
}

fn submit(id: Id) -> Op {
    Op::Submit { task: task(id) }
}

/// The last step, where all steps are legal.
fn last(model: &mut Model, ops: &[Op]) -> Step {
    let mut steps = ops.iter().map(|op| model.apply(op, &[]).unwrap().step);
    let first = steps.next().unwrap();
    steps.last().unwrap_or(first)
}

const END: Op = Op::Shutdown { wait: true, cancel: false };

#[test]
fn as_many_tasks_start_as_there_are_workers() {
    let mut model = Model::new(2, false);
    assert_eq!(last(&mut model, &[submit(1), submit(2), submit(3)]).until.started, 2);
    let opened = last(&mut model, &[Op::Open { gate: 2 }]);
    assert_eq!((opened.until.started, opened.until.ended), (3, vec![2]));
}

#[test]
fn the_original_notices_a_cancelled_task_when_a_worker_comes_to_it() {
    let mut model = Model::new(1, false);
    let cancelled = last(&mut model, &[submit(1), submit(2), Op::Cancel { id: 2 }]);
    assert_eq!((cancelled.until.ended, cancelled.until.noticed), (vec![2], vec![]));
    assert_eq!(last(&mut model, &[Op::Open { gate: 1 }]).until.noticed, [2]);
}

#[test]
fn a_failing_initializer_leaves_what_lies_behind_a_cancelled_task_pending_with_the_original() {
    let mut model = Model::new(1, true);
    let steps = [submit(1), submit(2), submit(3), Op::Cancel { id: 2 }, Op::OpenInitializer];
    let broken = last(&mut model, &steps);
    assert_eq!((broken.until.ended, broken.until.stuck), (vec![1], vec![3]));
}

#[test]
fn what_would_wait_for_ever_is_not_legal() {
    let mut model = Model::new(1, false);
    last(&mut model, &[submit(1), submit(2)]);
    assert!(model.clone().apply(&END, &[]).is_err());
    assert!(model.clone().apply(&Op::Result { id: 2 }, &[1]).is_err());
    assert!(model.clone().apply(&Op::Result { id: 2 }, &[1, 2]).is_ok());
    assert!(model.apply(&END, &[1, 2]).is_ok());
}

#[test]
fn what_would_be_chance_is_not_legal() {
    let mut model = Model::new(1, false);
    let short = Op::Submit { task: Task { gated: false, ..task(2) } };
    last(&mut model, &[submit(1), short]);
    let wait = |mode| Op::Wait { ids: vec![1, 2], mode };
    assert!(model.clone().apply(&wait(Mode::FirstCompleted), &[1]).is_err(), "one or both");
    assert!(model.apply(&wait(Mode::AllCompleted), &[1]).is_ok());
}

#[test]
fn what_hangs_the_original_is_not_legal() {
    let mut model = Model::new(1, false);
    let callback = Callback { tag: 2, act: Act::Submit { task: task(3) } };
    last(&mut model, &[submit(1), submit(2), Op::AddCallback { id: 2, callback }]);
    assert!(model.apply(&Op::Shutdown { wait: false, cancel: true }, &[]).is_err());
}

#[test]
fn a_map_that_would_go_on_with_ours_only_is_not_dropped_by_its_error() {
    let mut model = Model::new(1, false);
    let items = vec![Task { fails: true, ..task(1) }, task(2), task(3)];
    last(&mut model, &[Op::Map { map: 9, items, timed: false }]);
    let next = Op::MapNext { map: 9 };
    assert!(model.clone().apply(&next, &[1]).is_err(), "the third is pending still");
    last(&mut model, &[Op::Open { gate: 1 }, Op::Open { gate: 2 }]);
    assert!(model.apply(&next, &[]).is_ok());
    assert_eq!(model.apply(&next, &[]).unwrap().facts.head, Some(Ended::Value(2)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_script_is_legal_and_ends_all_futures(wishes in wishes()) {
        let plan = compose(&wishes);
        let mut model = Model::new(plan.workers, plan.failing_initializer);
        for planned in &plan.steps {
            let gates: Vec<Id> = planned.step.opens.iter().map(|opening| opening.gate).collect();
            if model.clone().apply(&planned.step.op, &gates).is_err() {
                // Some of what ends a script is legal only there.
                model.close();
            }
            let again = model.apply(&planned.step.op, &gates);
            prop_assert_eq!(again.map(|again| again.step), Ok(planned.step.clone()));
        }
        let is_end = plan.steps.last().is_some_and(|last| last.step.op == END);
        prop_assert!(is_end, "the last step waits for the end");
        prop_assert!(model.closed_gates().is_empty() && !model.has_blocked_initializer());
    }
}
