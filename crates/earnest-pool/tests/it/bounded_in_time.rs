//! A queue with room for so many, and tasks with deadlines and tokens: who waits for room does so no longer than need be.

use crate::bounded::bounded;
use crate::gate::occupy;
use earnest_core::{CancellationToken, TaskOptions};
use earnest_pool::RejectionPolicy;
use earnest_testing::watched;
use std::thread;
use std::time::Duration;

#[test]
fn time_is_up_also_for_what_the_caller_runs() {
    let timeout = || TaskOptions::new().timeout(Duration::from_millis(20));
    let pool = bounded(1, 1, RejectionPolicy::CallerRuns);
    let (open, _busy) = occupy(&pool, 1);
    let _queued = pool.submit(|| ());
    let patient = watched("outside", || pool.submit_with(timeout(), |context| context.token().wait()));
    assert!(patient.result().unwrap_err().is_deadline_exceeded());
    drop(open);

    let pool = bounded(1, 1, RejectionPolicy::Block);
    let handle = pool.handle();
    let inside = pool.submit(move || {
        let _queued = handle.submit(|| ());
        handle.submit_with(timeout(), |context| context.token().wait()).result()
    });
    assert!(watched("inside", || inside.result().unwrap()).unwrap_err().is_deadline_exceeded());
}

#[test]
fn a_submission_waits_for_room_no_longer_than_its_task_is_wanted() {
    watched("no longer wanted", || {
        let pool = bounded(1, 1, RejectionPolicy::Block);
        let (_open, _busy) = occupy(&pool, 1);
        let queued = pool.submit(|| ());
        let late = pool.submit_with(TaskOptions::new().timeout(Duration::from_millis(10)), |_| ());
        assert!(late.result().unwrap_err().is_deadline_exceeded());
        let token = CancellationToken::new();
        let (options, cancels) = (TaskOptions::new().cancelled_by(&token), token.clone());
        let other = thread::spawn(move || {
            // Mostly while the submission waits; it comes to the same if not.
            thread::sleep(Duration::from_millis(10));
            cancels.cancel();
        });
        assert!(pool.submit_with(options, |_| ()).result().unwrap_err().is_cancelled());
        other.join().unwrap();
        assert!(!queued.is_done());
    });
}

#[test]
fn a_place_that_comes_for_a_task_that_is_not_wanted_is_given_back() {
    let rounds = if cfg!(miri) { 5 } else { 200 };
    watched("given back", || {
        for _ in 0..rounds {
            let pool = bounded(1, 1, RejectionPolicy::Block);
            let token = CancellationToken::new();
            let (open, _busy) = occupy(&pool, 1);
            let queued = pool.submit(|| ());
            let (options, cancels) = (TaskOptions::new().cancelled_by(&token), token.clone());
            let other = thread::spawn(move || {
                drop(open);
                cancels.cancel();
            });
            let _value_or_cancelled = pool.submit_with(options, |_| ()).result();
            other.join().unwrap();
            queued.result().unwrap();
            // There is room again.
            pool.submit(|| ()).result().unwrap();
            assert_eq!(pool.stats().queued, 0);
        }
    });
}
