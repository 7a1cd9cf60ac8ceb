//! What the hooks for events are told of workers, and what is measured of tasks.

use crate::gate::{gate, occupy};
use crate::told::{Told, until};
use earnest_core::{TaskEvent, TaskOptions, blocking, promise};
use earnest_pool::{Event, Shutdown, ThreadPoolExecutor, WorkerEvent};
use earnest_testing::watched;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::time::Duration;

/// What one worker was told to do.
fn of_worker(told: &Told, worker: usize) -> Vec<WorkerEvent> {
    told.of_workers().into_iter().filter(|(other, _)| *other == worker).map(|(_, event)| event).collect()
}

#[test]
fn a_worker_starts_first_and_stops_last_and_wakes_as_often_as_it_parks() {
    for workers in [1, 3] {
        let (settings, told) = Told::by(ThreadPoolExecutor::builder().max_workers(workers));
        let pool = settings.build().unwrap();
        for _ in 0..if cfg!(miri) { 2 } else { 50 } {
            let all = Arc::new(Barrier::new(workers));
            let meet = |_| {
                let all = all.clone();
                pool.submit(move || _ = all.wait())
            };
            let tasks: Vec<_> = (0..workers).map(meet).collect();
            tasks.into_iter().for_each(|future| future.result().unwrap());
        }
        pool.shutdown();
        for worker in 0..workers {
            let events = of_worker(&told, worker);
            let [WorkerEvent::Started, between @ .., WorkerEvent::Stopped] = &events[..] else {
                panic!("{events:?}")
            };
            assert!(
                !between.iter().any(|event| matches!(event, WorkerEvent::Started | WorkerEvent::Stopped))
            );
            assert_alternate(between, WorkerEvent::Parked, WorkerEvent::Unparked);
        }
        assert!(told.of_workers().iter().all(|(worker, _)| *worker < workers));
    }
}

/// The one always comes before the other, and both as often.
fn assert_alternate(events: &[WorkerEvent], one: WorkerEvent, other: WorkerEvent) {
    let pairs: Vec<_> = events.iter().filter(|event| **event == one || **event == other).collect();
    assert!(pairs.chunks(2).all(|pair| pair == [&one, &other]), "{pairs:?}");
}

#[test]
fn a_worker_that_could_not_be_made_ready_neither_starts_nor_stops() {
    let broken = ThreadPoolExecutor::builder().max_workers(2).initializer(|| Err::<(), _>("on purpose"));
    let (settings, told) = Told::by(broken);
    let pool = settings.build().unwrap();
    assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
    pool.shutdown();
    assert_eq!(told.of_workers(), []);
}

#[test]
fn waits_and_blocking_calls_are_told_of_and_what_runs_in_place_is_no_wait() {
    let (settings, told) = Told::by(ThreadPoolExecutor::builder().max_workers(1));
    let pool = settings.build().unwrap();
    let handle = pool.handle();
    assert_eq!(pool.submit(move || handle.submit(|| 7).result().unwrap()).result().unwrap(), 7);
    let waits = |told: &Told| {
        let events = of_worker(told, 0);
        assert_alternate(&events, WorkerEvent::WaitBegan, WorkerEvent::WaitEnded);
        events.iter().filter(|event| **event == WorkerEvent::WaitBegan).count()
    };
    assert_eq!(waits(&told), 0);

    let (settings, told) = Told::by(ThreadPoolExecutor::builder().max_workers(1));
    let pool = settings.build().unwrap();
    let ((promise, awaited), (begun, begins)) = (promise(), channel());
    let waiting = pool.submit(move || {
        begun.send(()).unwrap();
        awaited.result().unwrap()
    });
    begins.recv().unwrap();
    until(|| of_worker(&told, 0).contains(&WorkerEvent::WaitBegan));
    promise.complete(7).unwrap();
    assert_eq!(waiting.result().unwrap(), 7);
    assert_eq!(waits(&told), 1);
    assert_eq!(pool.submit(|| blocking(|| 8)).result().unwrap(), 8);
    assert_eq!(waits(&told), 2);
}

#[test]
fn a_worker_that_takes_another_s_task_is_told_of() {
    let (settings, told) = Told::by(ThreadPoolExecutor::builder().max_workers(2));
    let pool = settings.build().unwrap();
    let (ran, runs) = channel();
    let (open, gate) = gate();
    let handle = pool.handle();
    let holds = pool.submit(move || {
        // It lies with this worker, which is busy until another has run it.
        handle.submit(move || ran.send(earnest_pool::worker_index()).unwrap()).detach();
        gate.pass();
        earnest_pool::worker_index()
    });
    let thief = watched("the theft", || runs.recv().unwrap()).unwrap();
    drop(open);
    assert_ne!(holds.result().unwrap(), Some(thief));
    assert!(of_worker(&told, thief).contains(&WorkerEvent::Stole));
}

#[test]
fn times_are_counted_once_for_each_task_and_add_up_to_what_is_told() {
    for workers in [1, 2, 20] {
        let nanos = |told: &Arc<[AtomicU64; 2]>, which: usize, length: Duration| {
            told[which].fetch_add(length.as_nanos() as u64, SeqCst);
        };
        let sums = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
        let told = sums.clone();
        let settings = ThreadPoolExecutor::builder().max_workers(workers).task_times(true);
        let settings = settings.on_event(move |event| match event {
            Event::Task { event: TaskEvent::Began { waited, .. }, .. } => nanos(&told, 0, *waited),
            Event::Task { event: TaskEvent::Ended { ran, .. }, .. } => nanos(&told, 1, *ran),
            _ => {}
        });
        let pool = settings.build().unwrap();
        let n = if cfg!(miri) { 10 } else { 500 };
        let tasks: Vec<_> = (0..n).map(|n| pool.submit(move || assert!(n % 5 != 0, "on purpose"))).collect();
        let n_panicked = tasks.into_iter().filter_map(|future| future.result().err()).count();
        assert_eq!(n_panicked, n / 5);
        // Claims in place, a call of the caller's own, and what is executed.
        let handle = pool.handle();
        pool.submit(move || (0..10).for_each(|_| handle.submit(|| ()).result().unwrap())).result().unwrap();
        pool.execute(|| ()).unwrap();
        // Those that never begin.
        let (open, busy) = occupy(&pool, workers);
        (0..4).for_each(|_| assert!(pool.submit(|| ()).cancel()));
        pool.submit(|| ()).detach();
        let late = pool.submit_with(TaskOptions::new().timeout(Duration::from_millis(2)), |_| ());
        assert!(late.result().unwrap_err().is_deadline_exceeded());
        pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() }).unwrap();
        drop(open);
        busy.into_iter().for_each(|future| future.result().unwrap());
        pool.shutdown();

        let times = pool.stats().times.unwrap();
        let n_begun = (n + 12 + workers) as u64;
        assert_eq!((times.queued.count(), times.run.count()), (n_begun, n_begun));
        assert_eq!((times.panicked, times.dismissed), ((n / 5) as u64, 6));
        assert_eq!(times.run.ranges().map(|(_, n)| n).sum::<u64>(), n_begun);
        let told = sums.each_ref().map(|sum| Duration::from_nanos(sum.load(SeqCst)));
        assert_eq!([times.queued.sum(), times.run.sum()], told);
        assert!(times.run.max() <= times.run.sum() && times.run.mean() <= times.run.max());
    }
}

#[test]
fn without_being_asked_nothing_is_measured() {
    let pool = ThreadPoolExecutor::builder().task_times(true).task_times(false).build().unwrap();
    pool.submit(|| ()).result().unwrap();
    assert_eq!(pool.stats().times, None);
    // A hook alone measures nothing either.
    let pool = Told::by(ThreadPoolExecutor::builder()).0.build().unwrap();
    pool.submit(|| ()).result().unwrap();
    assert_eq!(pool.stats().times, None);
}

#[test]
fn the_settings_survive_a_worker_state() {
    let (settings, told) = Told::by(ThreadPoolExecutor::builder().max_workers(1).task_times(true));
    let pool = settings.worker_state(|_| 7).build().unwrap();
    assert_eq!(pool.submit_local(|state| *state).result().unwrap(), 7);
    assert_eq!((told.all().len(), pool.stats().times.unwrap().run.count()), (3, 1));
}
