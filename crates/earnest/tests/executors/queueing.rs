//! What holds for executors on which a task can lie queued.

use crate::subject::Queueing;
use earnest::{Ended, ExecutorExt, MapExt, ReturnWhen, State, wait};
use std::sync::{Arc, mpsc};

pub(crate) fn a_queued_task_is_pending_and_runs_later(subject: &impl Queueing) {
    let hold = subject.hold();
    let future = subject.executor().submit(|| 7);
    assert_eq!(future.state(), State::Pending);
    drop(hold);
    assert_eq!(subject.outcome(future).unwrap(), 7);
}

pub(crate) fn a_queued_task_can_be_cancelled_and_never_runs(subject: &impl Queueing) {
    let captured = Arc::new(());
    let hold = subject.hold();
    let future = subject.executor().submit({
        let captured = captured.clone();
        move || panic!("runs, with {captured:?}")
    });
    assert!(future.cancel());
    assert_eq!(Arc::strong_count(&captured), 1, "what would have run is gone");
    drop(hold);
    assert!(subject.outcome::<()>(future).unwrap_err().is_cancelled());
    let next = subject.executor().submit(|| 7);
    assert_eq!(subject.outcome(next).unwrap(), 7, "the executor does not stumble over what is left of it");
}

pub(crate) fn cancelling_tells_everybody_while_the_executor_is_held_up(subject: &impl Queueing) {
    let _hold = subject.hold();
    let (tell, told) = mpsc::channel();
    let futures = [0, 1, 2].map(|n| subject.executor().submit(move || n));
    futures[1].add_done_callback(move |result| tell.send(result.unwrap_err().is_cancelled()).unwrap());
    futures[1].cancel();
    assert_eq!(told.try_recv(), Ok(true));
    let waited = wait(&futures, ReturnWhen::FirstCompleted, None);
    assert_eq!((waited.done.len(), waited.not_done.len(), waited.ended), (1, 2, Ended::Satisfied));
    let [_, cancelled, _] = futures;
    assert!(cancelled.result().unwrap_err().is_cancelled());
}

pub(crate) fn callbacks_of_a_queued_task_run_in_order(subject: &impl Queueing) {
    let (tell, told) = mpsc::channel();
    let hold = subject.hold();
    let future = subject.executor().submit(|| ());
    for n in 0..100 {
        let tell = tell.clone();
        future.add_done_callback(move |_| tell.send(n).unwrap());
    }
    assert!(told.try_recv().is_err(), "none has run yet");
    drop(hold);
    subject.outcome(future).unwrap();
    assert!(told.try_iter().eq(0..100));
}

pub(crate) fn cancelling_some_leaves_the_others_alone(subject: &impl Queueing) {
    let hold = subject.hold();
    let futures: Vec<_> = (0..100).map(|n| subject.executor().submit(move || n)).collect();
    assert!(futures.iter().step_by(3).all(|future| future.cancel()));
    drop(hold);
    subject.drive();
    for (n, future) in futures.into_iter().enumerate() {
        match future.result() {
            Ok(value) => assert!(value == n && n % 3 != 0),
            Err(error) => assert!(error.is_cancelled() && n % 3 == 0),
        }
    }
}

pub(crate) fn what_a_cancelled_iteration_had_queued_never_runs(subject: &impl Queueing) {
    let captured = Arc::new(());
    let hold = subject.hold();
    let results = MapExt::map(subject.executor(), 0..10, {
        let captured = captured.clone();
        move |n: i32| panic!("{n} runs, with {captured:?}")
    });
    drop::<earnest::Map<()>>(results);
    assert_eq!(Arc::strong_count(&captured), 1, "what would have run is gone");
    drop(hold);
    let next = subject.executor().submit(|| 7);
    assert_eq!(subject.outcome(next).unwrap(), 7);
}
