use crate::support::{begun, hold_up, pool};
use earnest::{CancellationToken, Shutdown, TaskOptions};
use earnest_testing::watched;
use std::sync::mpsc::channel;
use std::time::Duration;

#[test]
fn a_shutdown_that_runs_out_of_time_asks_the_running_tasks_and_names_them() {
    let pool = pool(3);
    let (end, ends) = channel();
    for name in ["first", "second"] {
        let end = end.clone();
        begun(&pool, TaskOptions::new().name(name), move |_| end.send(name).unwrap()).detach();
    }
    begun(&pool, TaskOptions::new(), move |_| end.send("nameless").unwrap()).detach();
    let how = Shutdown { timeout: Some(Duration::from_millis(20)), ..Shutdown::default() };
    let still = pool.shutdown_with(how).unwrap_err();
    let mut names: Vec<_> = still.tasks().iter().map(|task| task.name().unwrap_or("nameless")).collect();
    names.sort_unstable();
    assert_eq!(names, ["first", "nameless", "second"]);
    assert!(still.tasks().iter().all(|task| task.running_for() >= Duration::from_millis(20)));
    assert!(still.tasks().iter().all(|task| task.location().file().ends_with("support.rs")));
    let said = still.to_string();
    assert!(said.contains("\"first\" for ") && said.contains("support.rs"), "{said}");
    // They look at their tokens, and end.
    let mut ended: Vec<_> = watched("asked to end", || ends.iter().collect());
    ended.sort_unstable();
    assert_eq!(ended, names);
    watched("ended", || pool.shutdown());
}

#[test]
fn a_shutdown_in_time_cancels_no_token() {
    let pool = pool(2);
    let future = pool.submit_with(TaskOptions::new(), |context| {
        std::thread::sleep(Duration::from_millis(10));
        context.token().is_cancelled()
    });
    let how = Shutdown { timeout: Some(Duration::from_secs(60)), ..Shutdown::default() };
    assert_eq!(pool.shutdown_with(how), Ok(()));
    assert!(!future.result().unwrap());
}

#[test]
fn what_is_queued_when_a_shutdown_runs_out_of_time_begins_with_its_token_cancelled() {
    watched("queued", || {
        let pool = pool(1);
        let given = CancellationToken::new();
        let held = hold_up(&pool);
        let queued = pool.submit_with(TaskOptions::new(), |context| context.token().wait());
        let of_others = pool.submit_with(TaskOptions::new().cancelled_by(&given), |context| {
            (context.is_cancelled(), context.token().wait())
        });
        let still = pool.shutdown_with(Shutdown { timeout: Some(Duration::ZERO), ..Shutdown::default() });
        assert!(still.unwrap_err().tasks().is_empty());
        drop(held);
        queued.result().unwrap();
        assert!(of_others.result().unwrap().0);
        assert!(!given.is_cancelled());
    });
}

#[test]
fn what_is_queued_is_cancelled_by_its_token_even_after_a_shutdown_ran_out_of_time() {
    let pool = pool(1);
    let given = CancellationToken::new();
    let held = hold_up(&pool);
    let queued = pool.submit_with(TaskOptions::new().cancelled_by(&given), |_| ());
    let still = pool.shutdown_with(Shutdown { timeout: Some(Duration::ZERO), ..Shutdown::default() });
    assert!(still.is_err());
    given.cancel();
    drop(held);
    assert!(watched("cancelled", || queued.result()).unwrap_err().is_cancelled());
}
