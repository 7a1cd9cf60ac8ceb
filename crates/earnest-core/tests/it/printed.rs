//! What `{:?}` shows of each type: its name, and what a reader of a log would ask.

use earnest_core::{
    CancellationToken, Executor, ExecutorExt, Future, ManualExecutor, Needs, Panic, Refusal, TaskContext,
    TaskOptions, TimedOut, Waiter, Watching, promise, scope, task,
};
use std::future::IntoFuture;
use std::panic::Location;

#[test]
fn futures_and_what_is_made_of_them() {
    assert_eq!(
        format!("{:?}", Future::ready(1).cancel_on_drop()),
        "CancelOnDrop(Some(Future { state: Finished, .. }))"
    );
    let (promise, future) = promise::<u32>();
    let watched = future.failed_if(|_| false);
    assert_eq!(format!("{watched:?}"), "FailedIf { future: Future { state: Pending, .. }, .. }");
    let shared = watched.into_inner().shared();
    assert_eq!(format!("{:?}", shared.into_future()), "SharedOutcome { state: Pending, .. }");
    assert_eq!(format!("{:?}", shared.id()), format!("FutureId({})", shared.id()));
    assert_eq!(format!("{:?}", TimedOut::new(promise)), "TimedOut { .. }");
}

#[test]
fn tasks_and_what_became_of_them() {
    let (mut first, _future) = task(|| 1);
    let location = format!("{:?}", first.location());
    assert_eq!(format!("{:?}", first.expiry()), "Expiry { .. }");
    assert_eq!(format!("{first:?}"), format!("Runnable {{ location: {location}, .. }}"));
    let executor = ManualExecutor::new();
    assert_eq!(format!("{executor:?}"), "ManualExecutor { pending: 0, closed: false }");
    executor.spawn(first).unwrap();
    executor.close();
    assert_eq!(format!("{executor:?}"), "ManualExecutor { pending: 1, closed: true }");
    let refused = executor.spawn(task(|| 2).0).unwrap_err();
    assert_eq!(format!("{refused:?}"), "Refused { reason: Rejected, .. }");
    let error = executor.try_submit(|| 3).unwrap_err();
    assert_eq!(format!("{error:?}"), "SubmitError { reason: Rejected, .. }");
    assert_eq!(error.to_string(), Refusal::Rejected.to_string());
    executor.abandon_all();
}

#[test]
fn panics() {
    let location = Location::caller();
    let named = std::thread::Builder::new().name("a thread".to_owned());
    let panic = named.spawn(move || Panic::new(Box::new("on purpose"), location)).unwrap().join().unwrap();
    let expected = format!(
        "Panic {{ message: Some(\"on purpose\"), location: {location:?}, task: None, thread: Some(\"a thread\"), .. }}"
    );
    assert_eq!(format!("{panic:?}"), expected);
    let text = format!("the task submitted at {location} panicked on thread `a thread`: on purpose");
    assert_eq!(panic.to_string(), text);
}

#[test]
fn tokens_and_contexts() {
    let token = CancellationToken::new();
    assert_eq!(format!("{token:?}"), "CancellationToken { is_cancelled: false, .. }");
    assert_eq!(format!("{:?}", token.on_cancel(|| ())), "Registration { .. }");
    token.cancel();
    assert_eq!(
        format!("{:?}", (&token).into_future()),
        "Cancellation { token: CancellationToken { is_cancelled: true, .. }, .. }"
    );
    let executor = ManualExecutor::new();
    let options = TaskOptions::new().name("a task");
    let shown = executor.submit_with(options, |context: &TaskContext<'_>| format!("{context:?}"));
    executor.run_all();
    assert_eq!(
        shown.result().unwrap(),
        "TaskContext { name: Some(\"a task\"), deadline: None, is_cancelled: false, .. }"
    );
}

#[test]
fn scopes() {
    let executor = ManualExecutor::new();
    let shown = scope(&executor, |scope| {
        let future = scope.submit(|| 1);
        let shown = format!("{scope:?} {future:?} {:?}", scope.map(2, [1, 2, 3], |n| n));
        executor.run_all();
        shown
    });
    assert_eq!(
        shown,
        "Scope { tasks: 1, .. } ScopedFuture { state: Pending, .. } ScopedMap { under_way: 0, .. }"
    );
}

#[test]
fn what_those_who_wait_have() {
    let (_waiter, roll) = Waiter::with_roll(3, 1);
    assert_eq!(format!("{roll:?}"), "Roll { listed: 0, .. }");
    assert_eq!(format!("{:?}", Watching::new(Needs::Any)), "Watching { needs: Any, .. }");
}
