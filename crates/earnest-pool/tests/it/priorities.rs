//! Which tasks go first, and that none waits for ever.

use crate::gate::{occupy, pool};
use earnest_core::{Priority, TaskOptions};
use earnest_pool::ThreadPoolExecutor;
use earnest_testing::watched;
use std::sync::{Arc, Mutex};

/// The order in which tasks of these priorities begin that are queued while the only worker is busy.
fn order(priorities: &[Priority]) -> Vec<Priority> {
    let pool = pool(1);
    let (open, _busy) = occupy(&pool, 1);
    let began = Arc::new(Mutex::new(Vec::new()));
    for priority in priorities {
        let (priority, began) = (*priority, began.clone());
        let options = TaskOptions::new().priority(priority);
        pool.submit_with(options, move |context| {
            assert_eq!(context.priority(), priority);
            began.lock().unwrap().push(priority);
        })
        .detach();
    }
    drop(open);
    watched("priorities", || pool.shutdown());
    let began = began.lock().unwrap();
    began.clone()
}

#[test]
fn those_with_more_priority_go_first() {
    use Priority::{High, Low, Normal};
    assert_eq!(order(&[Low, Normal, High]), [High, Normal, Low]);
    assert_eq!(order(&[Normal, Low, High, Normal, High]), [High, High, Normal, Normal, Low]);
}

#[test]
fn among_equals_the_first_queued_goes_first() {
    let n_tasks = if cfg!(miri) { 50 } else { 200 };
    for priority in [Priority::High, Priority::Normal, Priority::Low] {
        let pool = pool(1);
        let (open, _busy) = occupy(&pool, 1);
        let began = Arc::new(Mutex::new(Vec::new()));
        for n in 0..n_tasks {
            let began = began.clone();
            let options = TaskOptions::new().priority(priority);
            pool.submit_with(options, move |_| began.lock().unwrap().push(n)).detach();
        }
        drop(open);
        pool.shutdown();
        assert!(began.lock().unwrap().iter().copied().eq(0..n_tasks));
    }
}

#[test]
fn none_starves() {
    use Priority::{High, Low, Normal};
    let mut priorities = vec![Low, Normal];
    priorities.extend([High; if cfg!(miri) { 150 } else { 500 }]);
    let order = order(&priorities);
    let place = |of: Priority| order.iter().position(|priority| *priority == of).unwrap();
    assert!(place(Normal) < 100 && place(Low) < 100, "{} {}", place(Normal), place(Low));
}

#[test]
fn a_task_with_priority_that_a_task_submits_goes_before_its_others() {
    let pool = pool(1);
    let handle = pool.handle();
    let began = Arc::new(Mutex::new(Vec::new()));
    let log = began.clone();
    let task = pool.submit(move || {
        for (name, priority) in
            [("low", Priority::Low), ("normal", Priority::Normal), ("high", Priority::High)]
        {
            let log = log.clone();
            let options = TaskOptions::new().priority(priority);
            handle.submit_with(options, move |_| log.lock().unwrap().push(name)).detach();
        }
    });
    task.result().unwrap();
    pool.shutdown();
    assert_eq!(*began.lock().unwrap(), ["high", "normal", "low"]);
}

#[test]
fn what_has_least_priority_makes_room_first() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .queue_capacity(3)
        .rejection_policy(earnest_pool::RejectionPolicy::DiscardOldest)
        .build()
        .unwrap();
    let (open, _busy) = occupy(&pool, 1);
    let with = |priority, n| pool.submit_with(TaskOptions::new().priority(priority), move |_| n);
    let [high, normal, low] = [with(Priority::High, 1), with(Priority::Normal, 2), with(Priority::Low, 3)];
    let late = [with(Priority::Normal, 4), with(Priority::Normal, 5)];
    assert!(low.result().unwrap_err().is_rejected());
    assert!(normal.result().unwrap_err().is_rejected());
    drop(open);
    assert_eq!(high.result().unwrap(), 1);
    assert_eq!(late.map(|future| future.result().unwrap()), [4, 5]);
}

#[test]
fn with_several_workers_all_priorities_are_run() {
    let pool = pool(3);
    let n_tasks = if cfg!(miri) { 60 } else { 3_000 };
    let futures: Vec<_> = (0..n_tasks)
        .map(|n| {
            let priority = [Priority::High, Priority::Normal, Priority::Low][n % 3];
            pool.submit_with(TaskOptions::new().priority(priority), move |_| n)
        })
        .collect();
    let sum: usize = watched("all", || futures.into_iter().map(|future| future.result().unwrap()).sum());
    assert_eq!(sum, n_tasks * (n_tasks - 1) / 2);
}
