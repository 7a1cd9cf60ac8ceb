//! Task groups: how many run at a time, and who is cancelled when.

earnest_testing::guard!();

use earnest::{
    Error, Executor, Future, GroupPolicy, InlineExecutor, ManualExecutor, Refused, Runnable, TaskGroup,
    ThreadPoolExecutor, as_completed,
};
use earnest_testing::watched;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

fn values(results: Vec<Result<usize, Error>>) -> Vec<Option<usize>> {
    results.into_iter().map(Result::ok).collect()
}

#[test]
fn results_come_in_the_order_of_submission() {
    let pool = pool(3);
    for limit in [1, 2, 100] {
        let mut group = TaskGroup::new(pool.handle()).max_concurrent(limit);
        (0..20).for_each(|n| group.submit(move || n * 2));
        let expected: Vec<_> = (0..20).map(|n| Some(n * 2)).collect();
        assert_eq!(values(watched("join", || group.join())), expected);
    }
    let group = TaskGroup::<_, ()>::new(pool.handle());
    assert!(group.is_empty() && group.join().is_empty());
}

#[test]
fn no_more_than_the_limit_run_at_a_time() {
    let pool = pool(8);
    for limit in 1..4 {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut group = TaskGroup::new(pool.handle()).max_concurrent(limit);
        for _ in 0..100 {
            let (now, most) = (now.clone(), most.clone());
            group.submit(move || {
                most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                std::thread::yield_now();
                now.fetch_sub(1, SeqCst);
            });
        }
        assert!(group.join().iter().all(Result::is_ok));
        assert!((1..=limit).contains(&most.load(SeqCst)));
    }
}

#[test]
fn the_first_success_cancels_those_that_have_not_begun() {
    let manual = ManualExecutor::new();
    let mut group = TaskGroup::new(manual.clone()).policy(GroupPolicy::FirstSuccess);
    group.submit(|| panic!("not this one"));
    (1..5).for_each(|n| group.submit(move || n));
    manual.run_next();
    assert!(!group.is_decided());
    manual.run_next();
    assert!(group.is_decided());
    group.submit(|| unreachable!("it comes too late"));
    manual.run_all();
    let results = group.join();
    assert!(results[0].as_ref().is_err_and(Error::is_panicked));
    assert_eq!(*results[1].as_ref().unwrap(), 1);
    assert!(results[2..].iter().all(|result| result.as_ref().is_err_and(Error::is_cancelled)));
    assert_eq!(results.len(), 6);
}

#[test]
fn the_first_failure_cancels_those_that_have_not_begun() {
    let manual = ManualExecutor::new();
    // With a limit, most of them have not even been handed to the executor.
    for limit in [1, 2, 100] {
        let mut group =
            TaskGroup::new(manual.clone()).policy(GroupPolicy::FirstFailure).max_concurrent(limit);
        (0..6).for_each(|n| {
            group.submit(move || {
                assert_ne!(n, 2);
                n
            });
        });
        while manual.run_next() {}
        let results = group.join();
        assert!(results[2].as_ref().is_err_and(Error::is_panicked));
        assert!(results[3..].iter().all(|result| result.as_ref().is_err_and(Error::is_cancelled)));
        assert_eq!(values(results)[..2], [Some(0), Some(1)]);
    }
}

#[test]
fn what_a_failure_is_can_be_said() {
    let manual = ManualExecutor::new();
    let mut group = TaskGroup::new(manual.clone())
        .policy(GroupPolicy::FirstFailure)
        .failed_if(|outcome| !matches!(outcome, Ok(Ok(_))));
    group.submit(|| Ok::<_, &str>(1));
    group.submit(|| Err("no"));
    group.submit(|| Ok(3));
    manual.run_all();
    let results = group.join();
    assert!(matches!(results[1], Ok(Err("no"))));
    assert!(results[2].as_ref().is_err_and(Error::is_cancelled));
}

#[test]
fn a_rule_that_panics_harms_nobody() {
    let pool = pool(1);
    let mut group = TaskGroup::new(pool.handle()).max_concurrent(1).failed_if(|_| panic!("the rule"));
    (0..5).for_each(|n| group.submit(move || n));
    assert_eq!(values(watched("a rule that panics", || group.join())), [0, 1, 2, 3, 4].map(Some));
}

#[test]
fn dropping_or_cancelling_a_group_cancels_what_has_not_begun() {
    let manual = ManualExecutor::new();
    let ran = Arc::new(AtomicUsize::new(0));
    let mut futures = Vec::new();
    for cancels in [true, false] {
        let mut group = TaskGroup::new(manual.clone()).max_concurrent(2);
        for _ in 0..4 {
            let ran = ran.clone();
            group.submit(move || ran.fetch_add(1, SeqCst));
        }
        manual.run_next();
        if cancels {
            group.cancel();
            group.submit(|| unreachable!("it comes too late"));
            futures = group.into_futures();
        } else {
            drop(group);
        }
        manual.run_all();
    }
    assert_eq!(ran.load(SeqCst), 2);
    let results: Vec<_> = futures.into_iter().map(earnest::Future::result).collect();
    assert!(
        results[0].is_ok()
            && results[1..].iter().all(|result| result.as_ref().is_err_and(Error::is_cancelled))
    );
}

/// Runs what it is given, but for the first, which stays pending.
#[derive(Clone, Default)]
struct KeepsTheFirst(Arc<Mutex<Vec<Runnable>>>);

impl Executor for KeepsTheFirst {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        let mut kept = self.0.lock().unwrap();
        if kept.is_empty() {
            kept.push(task);
        } else {
            drop(kept);
            task.run();
        }
        Ok(())
    }
}

#[test]
fn what_waits_for_its_turn_does_not_get_it_by_the_cancellation_of_another() {
    for drops in [false, true] {
        let ran = Arc::new(AtomicUsize::new(0));
        let mut group = TaskGroup::new(KeepsTheFirst::default()).max_concurrent(1);
        for _ in 0..3 {
            let ran = ran.clone();
            group.submit(move || ran.fetch_add(1, SeqCst));
        }
        if drops {
            drop(group);
        } else {
            group.cancel();
            assert!(group.join().iter().all(|result| result.as_ref().is_err_and(Error::is_cancelled)));
        }
        assert_eq!(ran.load(SeqCst), 0);
    }
    // Decided by the first to run, which leaves a place, as does the cancellation of the one that is kept.
    let ran = Arc::new(AtomicUsize::new(0));
    let executor = ManualExecutor::new();
    let kept = KeepsTheFirst::default();
    let mut group = TaskGroup::new(Either(kept, executor.clone(), AtomicUsize::new(0)))
        .policy(GroupPolicy::FirstSuccess)
        .max_concurrent(2);
    (0..5).for_each(|n| {
        let ran = ran.clone();
        group.submit(move || (n, ran.fetch_add(1, SeqCst)));
    });
    assert!(executor.run_next());
    assert_eq!((group.join().into_iter().filter(Result::is_ok).count(), ran.load(SeqCst)), (1, 1));
}

/// Gives its second task to the one that is driven by hand, and all others to the other.
struct Either(KeepsTheFirst, ManualExecutor, AtomicUsize);

impl Executor for Either {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        if self.2.fetch_add(1, SeqCst) == 1 { self.1.spawn(task) } else { self.0.spawn(task) }
    }
}

#[test]
fn the_futures_can_be_had_and_the_limit_goes_on_to_hold() {
    let pool = pool(4);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut group = TaskGroup::new(pool.handle()).max_concurrent(1);
    for n in 0..50 {
        let order = order.clone();
        group.submit(move || order.lock().unwrap().push(n));
    }
    assert_eq!((group.len(), group.is_empty()), (50, false));
    let futures = group.into_futures();
    assert_eq!(as_completed(futures).filter(earnest::Future::is_done).count(), 50);
    assert_eq!(*order.lock().unwrap(), (0..50).collect::<Vec<_>>());
}

#[test]
fn a_group_inside_a_task_of_a_pool_of_one_worker_ends() {
    let pool = pool(1);
    for limit in [1, 2, 100] {
        let handle = pool.handle();
        let sum = pool.submit(move || {
            let mut group = TaskGroup::new(handle).max_concurrent(limit);
            (0..100).for_each(|n| group.submit(move || n));
            group.join().into_iter().map(Result::unwrap).sum::<usize>()
        });
        assert_eq!(watched("a group inside a task", || sum.result().unwrap()), 4_950);
    }
}

/// Refuses, or panics.
struct Unwilling {
    panics: bool,
}

impl Executor for Unwilling {
    fn spawn(&self, task: Runnable) -> Result<(), Refused> {
        assert!(!self.panics, "unwilling");
        Err(Refused { task, reason: earnest::Refusal::Rejected })
    }
}

#[test]
fn an_executor_that_runs_refuses_or_panics_in_spawn_needs_no_deep_stack() {
    const MANY: usize = 100_000;
    for panics in [false, true] {
        let many = if panics { 100 } else { MANY };
        let mut group = TaskGroup::new(Unwilling { panics }).max_concurrent(1);
        (0..many).for_each(|n| group.submit(move || n));
        assert_eq!(group.join().iter().filter(|result| result.is_err()).count(), many);
    }
    let mut group = TaskGroup::new(InlineExecutor).max_concurrent(1);
    (0..MANY).for_each(|n| group.submit(move || n));
    assert_eq!(group.join().into_iter().filter_map(Result::ok).count(), MANY);
    // Queued within the group until the first has run, and then each refused by the end of the one before.
    let pool = pool(1);
    let mut group = TaskGroup::new(pool.handle()).max_concurrent(1);
    let (open, gate) = std::sync::mpsc::channel::<()>();
    group.submit(move || gate.recv().map_or(0, |()| 0));
    (0..MANY).for_each(|n| group.submit(move || n));
    pool.shutdown_with(earnest::Shutdown { wait: false, ..Default::default() }).unwrap();
    drop(open);
    let results = watched("refused one after the other", || group.join());
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), MANY);
}

#[test]
fn running_tasks_are_asked_when_the_rest_is_not_needed() {
    let pool = pool(2);
    let mut group = TaskGroup::new(pool.handle()).policy(GroupPolicy::FirstSuccess);
    let token = group.token().clone();
    let waits = token.clone();
    // It is no success: who was asked to end has nothing to give.
    group.submit(move || {
        waits.wait();
        panic!("it was asked to end")
    });
    group.submit(|| 7);
    let results = watched("asked to end", || group.join());
    assert!(token.is_cancelled());
    assert!(results[0].as_ref().is_err_and(Error::is_panicked));
    assert_eq!(results[1].as_ref().ok(), Some(&7));
    let dropped = {
        let mut group = TaskGroup::new(pool.handle());
        group.submit(|| 1);
        group.token().clone()
    };
    assert!(dropped.is_cancelled());
}

#[test]
fn a_task_of_a_pool_of_one_waits_for_those_that_have_not_had_their_turn() {
    for limit in [1, 2, 3] {
        let pool = pool(1);
        let handle = pool.handle();
        let waits = pool.submit(move || {
            let mut group = TaskGroup::new(handle).max_concurrent(limit);
            (0..8).for_each(|n| group.submit(move || n));
            group.into_futures().into_iter().rev().map(Future::result).collect::<Vec<_>>()
        });
        let results = watched("turns", || waits.result()).unwrap();
        assert_eq!(values(results), (0..8).rev().map(Some).collect::<Vec<_>>());
    }
}

#[test]
fn a_task_that_waits_for_one_whose_turn_comes_after_its_own_is_told() {
    watched("turns", || {
        let pool = pool(3);
        let (tell, told) = channel::<Future<usize>>();
        let mut group = TaskGroup::new(pool.handle()).max_concurrent(1);
        group.submit(move || told.recv().unwrap().result().map_err(|error| error.is_deadlock()));
        group.submit(|| Ok(1));
        let mut futures = group.into_futures();
        let second = futures.pop().unwrap();
        tell.send(second.map(|value| value.unwrap())).unwrap();
        assert_eq!(futures.pop().unwrap().result().unwrap(), Err(true));
    });
}
