//! What `ManualExecutor` promises besides.

use earnest::{ExecutorExt, Future, ManualExecutor};
use std::collections::HashSet;
use std::mem::take;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

/// An executor with tasks from 0 to `count`, which are seen to run.
fn numbered(count: usize) -> (ManualExecutor, Ran) {
    let (executor, ran) = (ManualExecutor::new(), Ran::default());
    for n in 0..count {
        executor.submit(ran.task(n)).detach();
    }
    (executor, ran)
}

/// Which tasks have run, in which order.
#[derive(Clone, Default)]
struct Ran(Arc<Mutex<Vec<usize>>>);

impl Ran {
    fn task(&self, n: usize) -> impl FnOnce() + Send + 'static {
        let ran = self.clone();
        move || ran.0.lock().unwrap().push(n)
    }

    fn take(&self) -> Vec<usize> {
        take(&mut *self.0.lock().unwrap())
    }
}

#[test]
fn nothing_runs_before_it_is_told() {
    let (executor, ran) = numbered(3);
    assert_eq!((executor.pending(), ran.take()), (3, vec![]));
}

#[test]
fn run_next_runs_the_oldest_and_says_when_there_is_none() {
    let (executor, ran) = numbered(2);
    assert!(executor.run_next());
    assert_eq!((executor.pending(), ran.take()), (1, vec![0]));
    assert!(executor.run_next());
    assert!(!executor.run_next());
    assert_eq!((executor.pending(), ran.take()), (0, vec![1]));
}

#[test]
fn run_nth_runs_the_chosen_one_and_leaves_the_others_in_order() {
    let (executor, ran) = numbered(4);
    assert!(executor.run_nth(2));
    assert!(!executor.run_nth(3), "three are left");
    assert!(executor.run_nth(2));
    assert_eq!(executor.run_all(), 2);
    assert_eq!(ran.take(), [2, 3, 0, 1]);
    assert!(!executor.run_nth(0));
}

#[test]
fn run_all_runs_what_is_submitted_meanwhile() {
    let (executor, ran) = numbered(1);
    let next = executor.submit({
        let (executor, ran) = (executor.clone(), ran.clone());
        move || executor.submit(ran.task(9)).detach()
    });
    executor.submit(ran.task(1)).detach();
    assert_eq!(executor.run_all(), 4);
    assert!(next.is_done());
    assert_eq!(ran.take(), [0, 1, 9]);
}

#[test]
fn one_seed_is_one_order_also_of_what_is_submitted_meanwhile() {
    let order = |seed| {
        let (executor, ran) = numbered(10);
        for n in 10..20 {
            let (handle, ran) = (executor.clone(), ran.clone());
            executor.submit(move || handle.submit(ran.task(n)).detach()).detach();
        }
        assert_eq!(executor.run_seeded(seed), 30);
        ran.take()
    };
    for seed in [0, 1, u64::MAX] {
        assert_eq!(order(seed), order(seed));
    }
    assert_ne!(order(0), order(1));
}

#[test]
fn every_order_of_three_has_a_seed() {
    let order = |seed| {
        let (executor, ran) = numbered(3);
        executor.run_seeded(seed);
        ran.take()
    };
    assert_eq!((0..100).map(order).collect::<HashSet<_>>().len(), 6);
}

#[test]
fn a_cancelled_task_counts_until_its_turn_comes() {
    let executor = ManualExecutor::new();
    let futures = [0, 1].map(|n| executor.submit(move || n));
    assert!(futures[0].cancel());
    assert_eq!(executor.pending(), 2);
    assert!(executor.run_next());
    assert!(!futures[1].is_done());
    assert_eq!(executor.run_all(), 1);
}

#[test]
fn a_task_that_panics_counts_as_run() {
    let executor = ManualExecutor::new();
    let future = executor.submit(|| panic!("counts"));
    assert!(executor.run_next());
    assert!(Result::<(), _>::unwrap_err(future.result()).is_panicked());
}

#[test]
fn a_task_may_run_the_others() {
    let (executor, ran) = numbered(0);
    executor
        .submit({
            let executor = executor.clone();
            move || assert_eq!(executor.run_all(), 2)
        })
        .detach();
    executor.submit(ran.task(0)).detach();
    executor.submit(ran.task(1)).detach();
    assert_eq!(executor.run_all(), 1);
    assert_eq!(ran.take(), [0, 1]);
}

#[test]
fn a_task_that_is_told_to_run_on_another_thread_runs_there() {
    let executor = ManualExecutor::new();
    let future = executor.submit(|| thread::current().id());
    let driver = thread::scope(|scope| {
        let driver = scope.spawn(|| executor.run_next());
        let id = driver.thread().id();
        assert!(driver.join().unwrap());
        id
    });
    assert_eq!(future.result().unwrap(), driver);
}

#[test]
fn the_end_of_the_last_handle_abandons_what_is_queued_and_not_an_earlier_one() {
    let (tell, told) = mpsc::channel();
    let executor = ManualExecutor::new();
    let future = executor.submit(|| 7);
    future.add_done_callback(move |result| tell.send(result.unwrap_err().is_abandoned()).unwrap());
    let last = executor.clone();
    drop(executor);
    assert!(!future.is_done());
    drop(last);
    assert_eq!(told.try_recv(), Ok(true));
    assert!(future.result().unwrap_err().is_abandoned());
}

#[test]
fn abandon_all_ends_also_what_has_captured_the_executor() {
    let executor = ManualExecutor::new();
    let captured = Arc::new(());
    let future = executor.submit({
        let (executor, captured) = (executor.clone(), captured.clone());
        move || (executor.pending(), captured)
    });
    assert_eq!(executor.abandon_all(), 1);
    assert_eq!((executor.pending(), Arc::strong_count(&captured)), (0, 1));
    assert!(future.result().unwrap_err().is_abandoned());
}

#[test]
fn what_is_submitted_while_others_are_abandoned_stays_queued() {
    let executor = ManualExecutor::new();
    let (tell, told) = mpsc::channel::<Future<u32>>();
    let future = executor.submit(|| 7);
    future.add_done_callback({
        let executor = executor.clone();
        move |_| tell.send(executor.submit(|| 8)).unwrap()
    });
    assert_eq!(executor.abandon_all(), 1);
    assert_eq!(executor.run_all(), 1);
    assert_eq!(told.try_recv().unwrap().result().unwrap(), 8);
}

#[test]
fn destructors_of_what_tasks_captured_may_use_the_executor() {
    struct Uses(ManualExecutor);
    impl Drop for Uses {
        fn drop(&mut self) {
            // Each of these takes the lock, and would wait for ever if it was held.
            self.0.submit(|| ()).detach();
            self.0.run_next();
            assert_eq!(self.0.pending(), 0);
        }
    }
    let executor = ManualExecutor::new();
    let future = executor.submit({
        let uses = Uses(executor.clone());
        move || drop(uses)
    });
    assert_eq!(executor.abandon_all(), 1);
    assert!(future.result().unwrap_err().is_abandoned());
}

#[test]
fn closing_holds_for_all_handles_and_leaves_what_is_queued() {
    let (executor, ran) = numbered(1);
    let other = executor.clone();
    assert!(!other.is_closed());
    other.close();
    assert!(executor.is_closed());
    let late = executor.submit(|| ());
    assert_eq!(executor.run_all(), 1);
    assert!(late.result().unwrap_err().is_rejected());
    assert_eq!(ran.take(), [0]);
}

#[test]
fn debug_shows_how_many_are_queued() {
    let (executor, _) = numbered(2);
    assert_eq!(format!("{executor:?}"), "ManualExecutor { pending: 2, closed: false }");
}
