use crate::support::{begun, hold_up, pool};
use earnest::{
    CancellationToken, Cancelled, ExecutorExt, InlineExecutor, ManualExecutor, Priority, TaskOptions,
    join_all,
};
use earnest_testing::watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

#[test]
fn a_task_is_told_what_it_was_submitted_with() {
    let deadline = Instant::now() + Duration::from_secs(600);
    let options = TaskOptions::new().name("named").priority(Priority::High).deadline(deadline);
    let pool = pool(1);
    let future = pool.submit_with(options, move |context| {
        assert_eq!((context.name(), context.priority()), (Some("named"), Priority::High));
        assert_eq!(context.deadline(), Some(deadline));
        assert!(context.time_left().unwrap() > Duration::from_secs(300));
        assert!(!context.is_cancelled() && context.checkpoint().is_ok());
        context.id()
    });
    let id = future.id();
    assert_eq!(future.result().unwrap(), id);
}

#[test]
fn without_options_there_is_a_token_and_nothing_else() {
    let plain = InlineExecutor.submit_with(TaskOptions::new(), |context| {
        assert_eq!((context.name(), context.deadline(), context.time_left()), (None, None, None));
        assert_eq!(context.priority(), Priority::Normal);
        context.token().is_cancelled()
    });
    assert!(!plain.result().unwrap());
}

#[test]
fn cancelling_a_running_task_sets_its_token_and_its_value_counts() {
    for workers in [1, 2] {
        let pool = pool(workers);
        let future = begun(&pool, TaskOptions::new(), |context| context.checkpoint());
        assert!(!future.cancel(), "it has begun");
        assert_eq!(watched("a cancelled task", || future.result().unwrap()), Err(Cancelled));
    }
}

#[test]
fn any_handle_asks_a_running_task_to_end() {
    let pool = pool(2);
    let shared = begun(&pool, TaskOptions::new(), |_| 1).shared();
    assert!(!shared.cancel());
    let handled = begun(&pool, TaskOptions::new(), |_| 2);
    assert!(!handled.cancel_handle().cancel());
    let guarded = begun(&pool, TaskOptions::new(), |_| 3);
    let ends = guarded.cancel_handle();
    drop(guarded.cancel_on_drop());
    let all = watched("asked to end", || (*shared.result().unwrap(), handled.result().unwrap()));
    assert_eq!(all, (1, 2));
    assert!(!ends.is_cancelled());
}

#[test]
fn cancelling_what_is_derived_from_a_running_task_asks_the_task() {
    let pool = pool(1);
    let ended = Arc::new(AtomicBool::new(false));
    let seen = ended.clone();
    let joined = join_all([begun(&pool, TaskOptions::new(), move |_| seen.store(true, SeqCst))]);
    assert!(joined.cancel(), "the joined future itself has not begun");
    watched("the task ends", || pool.shutdown());
    assert!(ended.load(SeqCst));
}

#[test]
fn a_token_cancels_what_has_not_begun_and_asks_what_has() {
    let pool = pool(1);
    let token = CancellationToken::new();
    let options = || TaskOptions::new().cancelled_by(&token);
    let running = begun(&pool, options(), |context| context.checkpoint());
    let ran = Arc::new(AtomicUsize::new(0));
    let queued: Vec<_> = (0..10)
        .map(|_| {
            let ran = ran.clone();
            pool.submit_with(options(), move |_| ran.fetch_add(1, SeqCst))
        })
        .collect();
    let other = pool.submit_with(TaskOptions::new(), |_| 7);
    assert!(token.cancel());
    for future in queued {
        assert!(future.result().unwrap_err().is_cancelled());
    }
    assert_eq!(running.result().unwrap(), Err(Cancelled));
    assert_eq!((other.result().unwrap(), ran.load(SeqCst)), (7, 0));
    let late = pool.submit_with(options(), |_| unreachable!("its token is cancelled"));
    assert!(late.result().unwrap_err().is_cancelled());
}

#[test]
fn a_token_of_many_tasks_holds_on_to_none_that_is_over() {
    let token = CancellationToken::new();
    let captured = Arc::new(());
    let manual = ManualExecutor::new();
    for _ in 0..1_000 {
        let captured = captured.clone();
        let future = manual.submit_with(TaskOptions::new().cancelled_by(&token), move |_| drop(captured));
        manual.run_all();
        future.result().unwrap();
    }
    assert_eq!(Arc::strong_count(&captured), 1);
    token.cancel();
}

#[test]
fn cancelling_a_queued_task_drops_what_it_captured_at_once() {
    let pool = pool(1);
    let open = hold_up(&pool);
    let captured = Arc::new(());
    let held = captured.clone();
    let future = pool.submit_with(TaskOptions::new().name("queued"), move |_| drop(held));
    assert!(future.cancel());
    assert_eq!(Arc::strong_count(&captured), 1);
    drop(open);
}

#[test]
fn a_task_of_the_same_pool_with_options_runs_in_place_where_it_is_waited_for() {
    let pool = pool(1);
    let handle = pool.handle();
    let outer = pool.submit(move || {
        handle
            .submit_with(TaskOptions::new().name("inner"), |context| context.name().map(str::to_owned))
            .result()
    });
    let name = watched("in place", || outer.result().unwrap().unwrap());
    assert_eq!(name.as_deref(), Some("inner"));
}

#[test]
fn a_deadlock_names_the_tasks_that_have_names() {
    let pool = pool(1);
    let (give, given) = std::sync::mpsc::channel::<earnest::SharedFuture<String>>();
    let task = pool.submit_with(TaskOptions::new().name("ouroboros"), move |_| {
        given.recv().unwrap().result().unwrap_err().to_string()
    });
    let (tell, told) = std::sync::mpsc::channel();
    task.add_done_callback(move |outcome| tell.send(outcome.unwrap().clone()).unwrap());
    give.send(task.shared()).unwrap();
    let message = watched("a named deadlock", || told.recv().unwrap());
    assert!(message.contains("\"ouroboros\""), "{message}");
}
