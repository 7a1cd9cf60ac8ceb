use crate::support::{begun_in_time, hold_up, pool};
use earnest::{Error, ExecutorExt, Future, InlineExecutor, ManualExecutor, State, TaskOptions};
use earnest_testing::watched;
use std::panic::panic_any;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_millis(10);

#[test]
fn a_queued_task_past_its_deadline_is_ended_while_its_pool_is_busy() {
    let pool = pool(1);
    let open = hold_up(&pool);
    let ran = Arc::new(AtomicBool::new(false));
    let (seen, captured) = (ran.clone(), Arc::new(()));
    let held = captured.clone();
    let future = pool.submit_with(TaskOptions::new().timeout(SOON), move |_| {
        drop(held);
        seen.store(true, SeqCst);
    });
    let error = watched("a deadline in the queue", || future.result().unwrap_err());
    assert!(error.is_deadline_exceeded());
    assert_eq!(Arc::strong_count(&captured), 1);
    drop(open);
    pool.shutdown();
    assert!(!ran.load(SeqCst));
}

#[test]
fn a_running_task_past_its_deadline_is_asked_and_its_value_is_dropped() {
    let pool = pool(1);
    let value = Arc::new(());
    let given = value.clone();
    let future = begun_in_time(&pool, move |context| {
        assert!(context.is_cancelled());
        given
    });
    let error = watched("a deadline while running", || future.result().unwrap_err());
    assert!(error.is_deadline_exceeded());
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_panic_past_the_deadline_stays_a_panic() {
    let pool = pool(1);
    let future = begun_in_time(&pool, |_| panic_any("late"));
    let result: Result<(), _> = watched("a late panic", || future.result());
    assert!(result.unwrap_err().is_panicked());
}

#[test]
fn a_deadline_that_has_passed_means_that_the_task_never_begins() {
    let pool = pool(1);
    let past = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    for options in [TaskOptions::new().deadline(past), TaskOptions::new().timeout(Duration::ZERO)] {
        let inline = InlineExecutor.submit_with(options.clone(), |_| unreachable!("too late"));
        assert!(inline.result().unwrap_err().is_deadline_exceeded());
        let pooled = pool.submit_with(options, |_| unreachable!("too late"));
        assert!(pooled.result().unwrap_err().is_deadline_exceeded());
    }
}

#[test]
fn a_timeout_beyond_the_clock_is_none() {
    let pool = pool(1);
    let options = TaskOptions::new().timeout(Duration::MAX);
    assert!(pool.submit_with(options, |context| context.deadline()).result().unwrap().is_none());
}

#[test]
fn an_executor_without_a_timer_heeds_deadlines_where_tasks_begin_and_end() {
    let manual = ManualExecutor::new();
    let queued = manual.submit_with(TaskOptions::new().timeout(SOON), |_| unreachable!("too late"));
    std::thread::sleep(SOON * 2);
    assert_eq!(queued.state(), State::Pending);
    manual.run_all();
    assert!(queued.result().unwrap_err().is_deadline_exceeded());
    let running = InlineExecutor.submit_with(TaskOptions::new().timeout(SOON), |context| {
        while context.checkpoint().is_ok() {
            std::thread::yield_now();
        }
        assert!(!context.token().is_cancelled(), "nobody keeps the time");
    });
    assert!(running.result().unwrap_err().is_deadline_exceeded());
}

#[test]
fn what_is_done_in_time_is_not_touched_by_its_deadline() {
    let pool = pool(2);
    for _ in 0..200 {
        let future = pool.submit_with(TaskOptions::new().timeout(Duration::from_secs(600)), |_| 7);
        assert_eq!(future.result().unwrap(), 7);
    }
}

#[test]
fn an_expired_task_does_not_hold_up_those_behind_it() {
    let pool = pool(1);
    let open = hold_up(&pool);
    let expired = pool.submit_with(TaskOptions::new().timeout(SOON), |_| ());
    let behind = pool.submit(|| 7);
    assert!(watched("expired", || expired.result().unwrap_err()).is_deadline_exceeded());
    drop(open);
    assert_eq!(behind.result().unwrap(), 7);
}

#[test]
fn a_callback_of_a_task_whose_time_is_up_may_wait_for_another_s() {
    watched("callbacks", || {
        let pool = pool(2);
        let held = [hold_up(&pool), hold_up(&pool)];
        let after = |millis| TaskOptions::new().timeout(Duration::from_millis(millis));
        let first = pool.submit_with(after(10), |_| ());
        let second = pool.submit_with(after(40), |_| ()).shared();
        let third = pool.submit_with(after(60), |_| ());
        let (tell, told) = channel();
        let other = second.clone();
        first.add_done_callback(move |_| tell.send(other.result().is_err()).unwrap());
        assert!(told.recv().unwrap());
        assert!(matches!(third.result(), Err(Error::DeadlineExceeded)));
        drop(held);
    });
}

#[test]
fn a_callback_of_a_task_whose_time_is_up_may_drop_a_pool_with_tasks_to_end() {
    watched("callbacks", || {
        let outer = pool(1);
        let held = hold_up(&outer);
        let first = outer.submit_with(TaskOptions::new().timeout(Duration::from_millis(10)), |_| ());
        let (tell, told) = channel();
        let inner = pool(1);
        first.add_done_callback(move |_| {
            let waits = inner.submit_with(TaskOptions::new().timeout(Duration::from_millis(20)), |context| {
                context.token().wait();
            });
            drop(inner);
            tell.send(waits.result().is_err()).unwrap();
        });
        assert!(told.recv().unwrap());
        drop(held);
    });
}

#[test]
fn those_who_wait_for_queued_tasks_that_have_a_deadline_are_not_in_a_circle() {
    watched("two pools", || {
        let pools = [pool(1), pool(1)];
        let both_run = Arc::new(Barrier::new(2));
        let (places, firsts): (Vec<_>, Vec<_>) = pools
            .iter()
            .map(|pool| {
                let (give, take) = channel::<Future<()>>();
                let both_run = both_run.clone();
                let first = pool.submit(move || {
                    both_run.wait();
                    take.recv().unwrap().result()
                });
                (give, first)
            })
            .unzip();
        let soon = || TaskOptions::new().timeout(Duration::from_millis(20));
        places[0].send(pools[1].submit_with(soon(), |_| ())).unwrap();
        places[1].send(pools[0].submit_with(soon(), |_| ())).unwrap();
        for first in firsts {
            // Its time is up, or the other's was first and it has begun.
            assert!(matches!(first.result().unwrap(), Ok(()) | Err(Error::DeadlineExceeded)));
        }
    });
}
