//! What `InlineExecutor` promises besides.

use earnest::{ExecutorExt, InlineExecutor};
use std::sync::mpsc;
use std::thread;

#[test]
fn the_task_has_run_on_the_calling_thread_when_submit_returns() {
    let future = InlineExecutor.submit(|| thread::current().id());
    assert!(future.is_done());
    assert!(!future.cancel());
    assert_eq!(future.result().unwrap(), thread::current().id());
}

#[test]
fn a_nested_submission_ends_before_the_outer_task_goes_on() {
    let (tell, told) = mpsc::channel();
    let outer = InlineExecutor.submit(move || {
        tell.send("outer begins").unwrap();
        let inner = InlineExecutor.submit({
            let tell = tell.clone();
            move || tell.send("inner").unwrap()
        });
        tell.send("outer ends").unwrap();
        inner.result()
    });
    outer.result().unwrap().unwrap();
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["outer begins", "inner", "outer ends"]);
}

#[test]
fn a_panic_beneath_a_task_is_its_own_and_not_the_outer_ones() {
    let outer = InlineExecutor.submit(|| InlineExecutor.submit(|| panic!("inner")));
    let inner = outer.result().unwrap();
    let panic = Result::<(), _>::unwrap_err(inner.result()).into_panic().unwrap();
    assert_eq!(panic.message(), Some("inner"));
}
