//! What a task's span says, and that it is closed when the task is over, whatever became of it.

use crate::support::{Submitter, occupy, pool, submitted_at};
use earnest::{RejectionPolicy, Shutdown, TaskOptions, ThreadPoolExecutor, promise};
use earnest_testing::watched;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Whether the only task of this submitter is over, and its span says so.
fn has_ended(submitter: &Submitter, outcome: &str) -> bool {
    let task = submitter.task();
    let says = task.text().matches("outcome=").count() == 1;
    let ends = task.text().ends_with(&format!(" outcome=\"{outcome}\""));
    says && ends && task.is_closed() && !task.is_entered()
}

#[test]
fn a_span_has_number_name_place_and_in_the_end_the_outcome() {
    let (submitter, pool) = (Submitter::new(), pool(1));
    let (open, busy) = occupy(&pool);
    let line = line!() + 1;
    let future = submitter.submits(|| pool.submit_with(TaskOptions::new().name("report"), |_| 7));
    let expected = format!("task id={} name=\"report\" location={}:{line}:", future.id(), file!());
    let text = submitter.task().text().to_owned();
    assert!(text.starts_with(&expected) && !text.contains("outcome"), "{text}, {expected}");
    assert_eq!(submitted_at(file!(), line).len(), 1);
    drop(open);
    busy.result().unwrap();
    future.wait();
    // The future is kept, and the span is closed all the same.
    assert!(has_ended(&submitter, "returned"), "{:?}", submitter.task());
    assert_eq!(future.result().unwrap(), 7);

    let (submitter, future) = (Submitter::new(), pool.submit(|| ()));
    assert!(submitter.tasks().is_empty());
    submitter.submits(|| pool.submit(|| ())).result().unwrap();
    assert!(!submitter.task().text().contains("name="));
    future.result().unwrap();
}

#[test]
fn a_task_that_panics_says_so() {
    let pool = pool(1);
    let submitter = Submitter::new();
    let future = submitter.submits(|| pool.submit(|| -> () { panic!("on purpose") }));
    assert!(future.result().unwrap_err().is_panicked());
    assert!(has_ended(&submitter, "panicked"));
    let submitter = Submitter::new();
    submitter.submits(|| pool.execute(|| panic!("on purpose"))).unwrap();
    pool.shutdown();
    assert!(has_ended(&submitter, "panicked"));
}

#[test]
fn a_task_that_never_begins_says_why() {
    let pool = pool(1);
    let (open, _busy) = occupy(&pool);
    let [cancelled, late, pending] = [(); 3].map(|()| Submitter::new());
    let future = cancelled.submits(|| pool.submit(|| ()));
    assert!(future.cancel());
    assert!(has_ended(&cancelled, "cancelled") && cancelled.task().entered_on().is_empty());

    let options = TaskOptions::new().timeout(Duration::from_millis(2));
    let future = late.submits(|| pool.submit_with(options, |_| ()));
    assert!(watched("too late", || future.result()).unwrap_err().is_deadline_exceeded());
    assert!(has_ended(&late, "deadline_exceeded") && late.task().entered_on().is_empty());

    let future = pending.submits(|| pool.submit(|| ()));
    pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() }).unwrap();
    let outcome = if future.result().unwrap_err().is_cancelled() { "cancelled" } else { "rejected" };
    assert!(has_ended(&pending, outcome), "{:?}", pending.task());
    drop(open);
}

#[test]
fn a_task_that_is_discarded_or_whose_pool_breaks_says_so() {
    let full = ThreadPoolExecutor::builder().max_workers(1).queue_capacity(1);
    let pool = full.rejection_policy(RejectionPolicy::DiscardOldest).build().unwrap();
    let (open, _busy) = occupy(&pool);
    let submitter = Submitter::new();
    let oldest = submitter.submits(|| pool.submit(|| ()));
    pool.submit(|| ()).detach();
    assert!(oldest.result().unwrap_err().is_rejected());
    assert!(has_ended(&submitter, "rejected"));
    drop(open);

    let (open, gate) = channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let broken = ThreadPoolExecutor::builder().max_workers(1).initializer(move || {
        let _opened = gate.lock().unwrap().recv();
        Err::<(), _>("on purpose")
    });
    let (pool, submitter) = (broken.build().unwrap(), Submitter::new());
    let future = submitter.submits(|| pool.submit(|| ()));
    drop(open);
    assert!(future.result().unwrap_err().is_broken());
    assert!(has_ended(&submitter, "broken"));
    // What is refused was never a task of the pool.
    let submitter = Submitter::new();
    assert!(submitter.submits(|| pool.submit(|| ())).result().unwrap_err().is_broken());
    assert!(submitter.tasks().is_empty());
}

#[test]
fn an_async_block_says_what_it_came_to() {
    let pool = pool(1);
    let [returned, panicked, cancelled, abandoned] = [(); 4].map(|()| Submitter::new());
    returned.submits(|| pool.spawn_async(async { 7 })).result().unwrap();
    assert!(
        panicked
            .submits(|| pool.spawn_async(async { panic!("on purpose") }))
            .result()
            .unwrap_err()
            .is_panicked()
    );
    let waits = |submitter: &Submitter| {
        let (promise, future) = promise::<()>();
        (promise, submitter.submits(|| pool.spawn_async(async move { drop(future.await) })))
    };
    let ((_never, is_cancelled), (_nor, is_abandoned)) = (waits(&cancelled), waits(&abandoned));
    assert!(is_cancelled.cancel());
    // It has been polled, and waits.
    pool.submit(|| ()).result().unwrap();
    pool.shutdown();
    assert!(is_abandoned.result().unwrap_err().is_abandoned());
    for (submitter, outcome) in
        [(returned, "returned"), (panicked, "panicked"), (cancelled, "cancelled"), (abandoned, "abandoned")]
    {
        assert!(has_ended(&submitter, outcome), "{outcome}: {:?}", submitter.task());
    }
}

#[test]
fn many_tasks_have_as_many_spans_all_of_them_closed() {
    let (submitter, pool) = (Submitter::new(), pool(4));
    let n = if cfg!(miri) { 20 } else { 2_000 };
    let futures: Vec<_> = submitter.submits(|| (0..n).map(|n| pool.submit(move || n)).collect());
    let n_cancelled = futures.iter().skip(1).step_by(2).filter(|future| future.cancel()).count();
    pool.shutdown();
    let tasks = submitter.tasks();
    let with = |outcome: &str| {
        let outcome = format!("outcome=\"{outcome}\"");
        tasks.iter().filter(|task| task.is_closed() && task.text().ends_with(&outcome)).count()
    };
    assert_eq!((with("cancelled"), with("returned")), (n_cancelled, n - n_cancelled));
    drop(futures);
}
