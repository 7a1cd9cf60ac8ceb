//! What is told of tasks that are parts of something: of a scope, of a join, of what comes too late.

use crate::told::{Told, What, run};
use earnest_core::{Executor, Probe, TaskEnd, TaskEvent, TaskInfo, TaskOptions, join, scope, task};
use earnest_pool::{Event, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

fn what(told: &Told) -> Vec<What> {
    told.all().into_iter().map(|of_task| of_task.what).collect()
}

#[test]
fn a_panic_of_what_a_scope_executes_is_told_as_one() {
    let (settings, told) = Told::by(ThreadPoolExecutor::builder().max_workers(1));
    let pool = settings.build().unwrap();
    scope(&pool, |s| s.execute(|| panic!("on purpose")));
    assert_eq!(what(&told), run(TaskEnd::Panicked));
}

#[test]
fn what_a_scope_executes_has_been_told_of_when_the_scope_returns() {
    let ended = Arc::new(AtomicBool::new(false));
    let told = ended.clone();
    let settings = ThreadPoolExecutor::builder().max_workers(1).on_event(move |event| {
        if let Event::Task { event: TaskEvent::Ended { .. }, .. } = event {
            // Long enough for a scope that does not wait for this.
            thread::sleep(Duration::from_millis(20));
            told.store(true, SeqCst);
        }
    });
    let pool = settings.build().unwrap();
    watched("the scope", || scope(&pool, |s| s.execute(|| ())));
    assert!(ended.load(SeqCst));
}

#[test]
fn what_is_not_called_as_it_is_too_late_does_not_begin() {
    let pool = ThreadPoolExecutor::builder().max_workers(2).task_times(true).build().unwrap();
    let called = Arc::new(AtomicUsize::new(0));
    const N: usize = if cfg!(miri) { 20 } else { 1_000 };
    for _ in 0..N {
        let called = called.clone();
        let late = pool.submit_with(TaskOptions::new().timeout(Duration::ZERO), move |_| {
            called.fetch_add(1, SeqCst);
        });
        assert!(late.result().unwrap_err().is_deadline_exceeded());
    }
    let times = pool.stats().times.unwrap();
    assert_eq!((called.load(SeqCst), times.run.count(), times.dismissed), (0, 0, N as u64));
}

#[test]
fn the_halves_of_a_join_are_not_told_of() {
    let (settings, told) = Told::by(ThreadPoolExecutor::builder().max_workers(2));
    let pool = settings.build().unwrap();
    let handle = pool.handle();
    let sum =
        pool.submit(move || (0..10).map(|n| join(&handle, || n, || 1)).map(|(a, b)| a + b).sum::<i32>());
    assert_eq!(sum.result().unwrap(), 55);
    assert_eq!(what(&told), run(TaskEnd::Returned));
}

#[test]
fn of_two_who_want_to_be_told_the_first_is() {
    struct Count(AtomicUsize);
    impl Probe for Count {
        fn tell(&self, _task: &TaskInfo<'_>, _event: TaskEvent) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let (settings, told) = Told::by(ThreadPoolExecutor::builder().max_workers(1));
    let pool = settings.build().unwrap();
    let first = Arc::new(Count(AtomicUsize::new(0)));
    let (mut runnable, future) = task(|| 7);
    runnable.probed_by(Some(first.clone()));
    pool.spawn(runnable).unwrap();
    assert_eq!(future.result().unwrap(), 7);
    assert_eq!((first.0.load(SeqCst), what(&told)), (3, vec![]));
}
