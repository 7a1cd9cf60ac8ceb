//! A task's span is a child of the span that it was submitted in, whoever queues it, and wherever it runs.

use crate::support::{Submitter, children, current, pool, submitted_at};
use earnest::{
    Every, ExecutorExt, InlineExecutor, ManualExecutor, MapExt, TaskGroup, TaskOptions, as_completed, join,
    promise, scope,
};
use earnest_testing::watched;
use std::sync::mpsc::channel;
use std::time::Duration;
use tracing::Level;

/// How many spans of tasks are made in the span that `f` is called in.
fn n_children(f: impl FnOnce()) -> usize {
    let submitter = Submitter::new();
    submitter.submits(f);
    let tasks = submitter.tasks();
    for task in &tasks {
        assert!(task.level() == Level::DEBUG && task.text().starts_with("task "), "{task:?}");
    }
    tasks.len()
}

#[test]
fn the_submitter_s_span_is_the_parent_however_a_task_is_submitted() {
    let pool = pool(2);
    assert_eq!(n_children(|| pool.submit(|| ()).result().unwrap()), 1);
    assert_eq!(n_children(|| pool.submit_with(TaskOptions::new(), |_| ()).result().unwrap()), 1);
    assert_eq!(n_children(|| pool.try_submit(|| ()).unwrap().result().unwrap()), 1);
    assert_eq!(n_children(|| pool.submit_local(|()| ()).result().unwrap()), 1);
    assert_eq!(n_children(|| pool.handle().submit(|| ()).result().unwrap()), 1);
    assert_eq!(n_children(|| drop(pool.spawn_async(async {}).result())), 1);
    let (ran, runs) = channel();
    let executed = || {
        let ran = ran.clone();
        pool.execute(move || ran.send(()).unwrap()).unwrap();
    };
    assert_eq!(n_children(executed), 1);
    runs.recv().unwrap();
}

#[test]
fn items_of_maps_and_tasks_of_scopes_are_children_too() {
    let pool = pool(2);
    assert_eq!(n_children(|| assert_eq!(pool.map(0..5, |n| n).count(), 5)), 5);
    let in_scope = || {
        scope(&pool, |s| {
            s.submit(|| ()).detach();
            s.execute(|| ());
            assert_eq!(s.map(2, 0..4, |n| n).count(), 4);
        });
    };
    assert_eq!(n_children(in_scope), 6);
    // From outside one half is queued, and may be run here.
    assert_eq!(n_children(|| assert_eq!(join(&pool, || 1, || 2), (1, 2))), 1);
    let completed = || assert_eq!(as_completed([1, 2].map(|n| (n, pool.submit(move || n)))).count(), 2);
    assert_eq!(n_children(completed), 2);
}

#[test]
fn executors_without_threads_have_spans_as_well() {
    assert_eq!(n_children(|| InlineExecutor.submit(|| ()).result().unwrap()), 1);
    let manual = ManualExecutor::new();
    assert_eq!(n_children(|| manual.submit(|| ()).detach()), 1);
    manual.run_all();
}

#[test]
fn a_task_that_is_submitted_by_a_task_is_its_child() {
    let submitter = Submitter::new();
    let pool = pool(2);
    let handle = pool.handle();
    let outer = submitter.submits(|| {
        pool.submit(move || {
            let inner = handle.submit(current);
            (current(), inner.result().unwrap())
        })
    });
    let (of_outer, of_inner) = outer.result().unwrap();
    assert_eq!(submitter.task().id(), of_outer.unwrap());
    let grandchildren = children(of_outer.unwrap());
    assert_eq!(grandchildren.iter().map(|task| Some(task.id())).collect::<Vec<_>>(), [of_inner]);
}

#[test]
fn what_a_waiting_worker_runs_in_place_keeps_its_own_submitter() {
    let (submitter, other) = (Submitter::new(), Submitter::new());
    let pool = pool(1);
    let (give, given) = channel();
    let outer = submitter.submits(|| {
        pool.submit(move || {
            let inner: earnest::Future<Option<u64>> = given.recv().unwrap();
            (current(), inner.result().unwrap(), current())
        })
    });
    give.send(other.submits(|| pool.submit(current))).unwrap();
    let (before, inside, after) = watched("in place", || outer.result()).unwrap();
    assert_eq!((before, after), (Some(submitter.task().id()), Some(submitter.task().id())));
    // It ran beneath the other on the same thread, and says whose it is all the same.
    assert_eq!(inside, Some(other.task().id()));
    assert_eq!(other.task().entered_on(), submitter.task().entered_on());
}

#[test]
fn what_is_for_later_is_a_child_of_who_asked_for_it() {
    let pool = pool(1);
    let submitter = Submitter::new();
    let later = submitter.submits(|| pool.schedule_after(Duration::from_millis(1), current));
    assert_eq!(later.result().unwrap(), Some(submitter.task().id()));

    let submitter = Submitter::new();
    let (run, runs) = channel();
    let every = submitter.submits(|| {
        pool.schedule_every(Every::delay(Duration::from_millis(1)), move || {
            run.send(current()).unwrap_or_default()
        })
    });
    let seen: Vec<_> = runs.iter().take(3).collect();
    every.cancel();
    pool.shutdown();
    let spans: Vec<_> = submitter.tasks().into_iter().map(|task| Some(task.id())).collect();
    assert!(spans.len() >= 3 && spans.starts_with(&seen), "{spans:?} {seen:?}");
}

/// Each run says where it was asked for, and not where the library queues it.
#[test]
fn what_is_repeated_has_the_place_where_it_was_asked_for() {
    let pool = pool(1);
    let _spans_are_recorded = Submitter::new();
    let (run, runs) = channel();
    let repeats = move || run.send(()).unwrap_or_default();
    let line = line!() + 1;
    let every = pool.schedule_every(Every::delay(Duration::from_millis(1)), repeats);
    runs.iter().take(2).count();
    every.cancel();
    assert!(submitted_at(file!(), line).len() >= 2);
}

#[test]
fn the_tasks_of_a_group_that_wait_for_their_turn_are_children_of_who_submitted_them() {
    let pool = pool(1);
    let (submitter, (open, gate)) = (Submitter::new(), promise::<()>());
    let mut group = TaskGroup::new(pool.handle()).max_concurrent(1);
    submitter.submits(|| {
        group.submit(move || drop(gate.result()));
        (0..3).for_each(|_| group.submit(|| ()));
    });
    open.complete(()).unwrap();
    assert!(group.join().into_iter().all(|result| result.is_ok()));
    assert_eq!(submitter.tasks().len(), 4);
}

#[test]
fn what_follows_on_an_executor_is_a_child_of_who_asked_for_it() {
    let pool = pool(1);
    let (submitter, (promise, future)) = (Submitter::new(), promise::<u32>());
    let following = submitter.submits(|| future.then_on(pool.handle(), |n| (n, current())));
    promise.complete(7).unwrap();
    let (n, inside) = following.result().unwrap();
    assert_eq!((n, inside), (7, Some(submitter.task().id())));
}
