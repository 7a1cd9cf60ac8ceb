//! What the hooks for events are told of tasks: all of them, each thing once, in order, and on the right thread.

use crate::bounded::settings;
use crate::gate::{gate, occupy};
use crate::told::{Told, What, dismissed, run, until};
use earnest_core::{
    CancellationToken, Future, FutureId, Refusal, TaskEnd, TaskEvent, TaskOptions, join, promise, scope,
};
use earnest_pool::{
    Builder, Event, Every, PoolHandle, RejectionPolicy, Shutdown, ThreadPoolExecutor, worker_index,
};
use earnest_testing::{Events, watched};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

fn told(settings: Builder) -> (ThreadPoolExecutor, Arc<Told>) {
    let (settings, told) = Told::by(settings);
    (settings.build().unwrap(), told)
}

fn pool(workers: usize) -> (ThreadPoolExecutor, Arc<Told>) {
    told(ThreadPoolExecutor::builder().max_workers(workers))
}

#[test]
fn each_task_is_queued_begins_and_ends_once_and_before_its_outcome_is_seen() {
    for workers in [1, 2, 4] {
        let (pool, told) = pool(workers);
        let n = if cfg!(miri) { 10 } else { 1_000 };
        let futures: Vec<_> = (0..n).map(|n| pool.submit(move || n)).collect();
        let ids: Vec<FutureId> = futures.iter().map(Future::id).collect();
        for (future, id) in futures.into_iter().zip(&ids) {
            future.wait();
            assert_eq!(told.way(*id), run(TaskEnd::Returned));
            drop(future);
        }
        assert_eq!(told.all().len(), 3 * n);
    }
}

#[test]
fn however_a_task_is_submitted_it_is_told_of() {
    let (pool, told) = pool(2);
    let named = TaskOptions::new().name("called so");
    let submitted = [
        pool.submit(|| ()),
        pool.submit_with(named, |_| ()),
        pool.try_submit(|| ()).unwrap(),
        pool.submit_local(|()| ()),
        pool.schedule_after(Duration::ZERO, || ()),
        pool.handle().submit(|| ()),
    ];
    let ids = submitted.each_ref().map(Future::id);
    submitted.into_iter().for_each(|future| future.result().unwrap());
    ids.iter().for_each(|id| assert_eq!(told.way(*id), run(TaskEnd::Returned)));
    let names: Vec<_> = told.of(ids[1]).into_iter().map(|of_task| of_task.name.unwrap()).collect();
    assert_eq!(names, ["called so"; 3]);
    assert!(told.of(ids[0]).iter().all(|of_task| of_task.name.is_none()));

    let before = told.all().len();
    scope(&pool, |s| {
        s.submit(|| ()).detach();
        s.execute(|| ());
        assert_eq!(s.map(2, 0..3, |n| n).map(Result::unwrap).sum::<i32>(), 3);
    });
    assert_eq!(told.all().len() - before, 3 * 5);

    let (tick, ticks) = channel();
    let every = Every::delay(Duration::from_millis(1));
    let repeated = pool.schedule_every(every, move || tick.send(()).unwrap_or_default());
    ticks.iter().take(2).count();
    repeated.cancel();
    pool.shutdown();
    assert!(told.all().len() - before >= 3 * 7);
    assert_balanced(&told);
}

#[test]
fn what_is_dismissed_is_told_before_its_outcome_can_be_seen() {
    let (asked, n_told) = (Arc::new(OnceLock::<Future<()>>::new()), Arc::new(AtomicUsize::new(0)));
    let (of_hook, counted) = (asked.clone(), n_told.clone());
    let (go, gone) = gate();
    let settings = ThreadPoolExecutor::builder().max_workers(1).on_event(move |event| {
        if let (Event::Task { event: TaskEvent::Dismissed { .. }, .. }, Some(future)) = (event, of_hook.get())
        {
            counted.fetch_add(usize::from(future.peek().is_none()), SeqCst);
        }
    });
    let broken = settings.initializer(move || {
        gone.pass();
        Err::<(), _>("on purpose")
    });
    let pool = broken.build().unwrap();
    asked.set(pool.submit(|| ())).unwrap();
    drop(go);
    asked.get().unwrap().wait();
    assert_eq!(n_told.load(SeqCst), 1);
}

/// Each that was queued has ended, or was dismissed, once.
fn assert_balanced(told: &Told) {
    let mut ways: HashMap<FutureId, Vec<What>> = HashMap::new();
    told.all().into_iter().for_each(|of_task| ways.entry(of_task.id).or_default().push(of_task.what));
    for way in ways.into_values() {
        let is_dismissed = matches!(way[..], [What::Queued, What::Dismissed(_)]);
        let has_run = matches!(way[..], [What::Queued, What::Began, What::Ended(_)]);
        assert!(is_dismissed || has_run, "{way:?}");
    }
}

#[test]
fn what_is_cancelled_or_too_late_is_told_of_once_and_never_begins() {
    let (pool, told) = pool(1);
    let (open, _busy) = occupy(&pool, 1);

    let future = pool.submit(|| ());
    assert!(future.cancel());
    assert_eq!(told.way(future.id()), dismissed(TaskEnd::Cancelled));

    let token = CancellationToken::new();
    let by_token = pool.submit_with(TaskOptions::new().cancelled_by(&token), |_| ());
    token.cancel();
    assert_eq!(told.way(by_token.id()), dismissed(TaskEnd::Cancelled));

    let late = pool.submit_with(TaskOptions::new().timeout(Duration::from_millis(5)), |_| ());
    let id = late.id();
    assert!(watched("too late", || late.result()).unwrap_err().is_deadline_exceeded());
    assert_eq!(told.way(id), dismissed(TaskEnd::DeadlineExceeded));

    drop(open);
    pool.shutdown();
    assert_balanced(&told);
}

#[test]
fn what_a_shutdown_a_failure_or_a_full_queue_dismisses_is_told_with_the_reason() {
    let (pool, told) = pool(1);
    let (open, _busy) = occupy(&pool, 1);
    let (kept, executed) = (pool.submit(|| ()), told.all().len());
    pool.execute(|| ()).unwrap();
    let executed = told.all()[executed].id;
    pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() }).unwrap();
    let ends = [kept.id(), executed].map(|id| told.way(id));
    let error = kept.result().unwrap_err();
    let end = if error.is_cancelled() { TaskEnd::Cancelled } else { TaskEnd::Rejected };
    assert_eq!(ends, [dismissed(end); 2]);
    drop(open);
    pool.shutdown();
    assert_balanced(&told);

    let (open, gate) = gate();
    let broken = ThreadPoolExecutor::builder().max_workers(1).initializer(move || {
        gate.pass();
        Err::<(), _>("on purpose")
    });
    let (pool, told) = self::told(broken);
    let queued = [(); 3].map(|()| pool.submit(|| ()));
    drop(open);
    for future in queued {
        let id = future.id();
        assert!(future.result().unwrap_err().is_broken());
        assert_eq!(told.way(id), dismissed(TaskEnd::Broken));
    }
    assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
    assert_eq!(told.all().len(), 6, "what is refused is not told of");

    let (pool, told) = self::told(settings(1, 1, RejectionPolicy::DiscardOldest));
    let (open, _busy) = occupy(&pool, 1);
    let [oldest, newest] = [1, 2].map(|n| pool.submit(move || n));
    assert_eq!(told.way(oldest.id()), dismissed(TaskEnd::Rejected));
    drop(open);
    let id = newest.id();
    assert_eq!(newest.result().unwrap(), 2);
    assert_eq!(told.way(id), run(TaskEnd::Returned));
}

#[test]
fn the_worker_that_is_told_is_the_one_whose_thread_it_is() {
    let (pool, told) = pool(3);
    let (open, busy) = occupy(&pool, 2);
    let handle = pool.handle();
    let outer = pool.submit(move || {
        let inner = handle.submit(worker_index);
        let cancelled = handle.submit(|| ());
        cancelled.cancel();
        (thread::current().id(), worker_index().unwrap(), inner, cancelled.id())
    });
    let outer_id = outer.id();
    let (thread, index, inner, cancelled) = outer.result().unwrap();
    let of_outer = told.of(outer_id);
    assert_eq!(of_outer[0].worker, None);
    assert_eq!(of_outer[0].thread, thread::current().id());
    assert!(of_outer[1..].iter().all(|of_task| (of_task.worker, of_task.thread) == (Some(index), thread)));
    assert!(told.of(cancelled).iter().all(|of_task| of_task.worker == Some(index)));

    let inner_id = inner.id();
    let ran_by = inner.result().unwrap();
    let workers: Vec<_> = told.of(inner_id).into_iter().map(|of_task| of_task.worker).collect();
    assert_eq!(workers, [Some(index), ran_by, ran_by]);
    drop(open);
    busy.into_iter().for_each(|future| future.result().unwrap());

    // The worker of another pool is none of this one's.
    let other = ThreadPoolExecutor::new();
    let handle = pool.handle();
    let id = other.submit(move || handle.submit(|| ()).id()).result().unwrap();
    assert_eq!(told.of(id)[0].worker, None);
}

#[test]
fn what_runs_in_place_begins_and_ends_within_what_waits_for_it() {
    let (pool, told) = pool(1);
    let handle = pool.handle();
    let outer = pool.submit(move || {
        let inner = handle.submit(|| 7);
        let id = inner.id();
        inner.result().unwrap();
        id
    });
    let outer_id = outer.id();
    let inner_id = outer.result().unwrap();
    let in_order: Vec<_> =
        told.all().into_iter().map(|of_task| (of_task.id == inner_id, of_task.what)).collect();
    let [queued, began, ended] = run(TaskEnd::Returned);
    let (outer, inner) = (false, true);
    let expected =
        [(outer, queued), (outer, began), (inner, queued), (inner, began), (inner, ended), (outer, ended)];
    assert_eq!(in_order, expected);
    assert!(told.of(inner_id).iter().chain(&told.of(outer_id)[1..]).all(|of_task| of_task.worker == Some(0)));

    // Others are claimed, run, and then found in the queue.
    let handle = pool.handle();
    let claims = move || {
        let futures: Vec<_> = (0..20).map(|n| handle.submit(move || n)).collect();
        let (a, b) = join(&handle, || 1, || 2);
        futures.into_iter().map(|future| future.result().unwrap()).sum::<i32>() + a + b
    };
    assert_eq!(pool.submit(claims).result().unwrap(), 193);
    pool.shutdown();
    assert_balanced(&told);
}

#[test]
fn a_hook_that_panics_changes_nothing() {
    let events = Events::record();
    let panics = ThreadPoolExecutor::builder().max_workers(1).on_event(|_| panic!("events: a hook"));
    let (pool, told) = told(panics);
    let future = pool.submit(|| 7);
    let id = future.id();
    assert_eq!(future.result().unwrap(), 7);
    assert_eq!(told.way(id), run(TaskEnd::Returned), "the hook behind it is called all the same");
    let panicked = pool.submit(|| -> () { panic!("events: the task") });
    assert_eq!(panicked.result().unwrap_err().into_panic().unwrap().message(), Some("events: the task"));
    assert_eq!(pool.submit(|| 8).result().unwrap(), 8);
    pool.shutdown();
    let reports = events.containing("events: a hook");
    assert!(reports.len() >= 9 && reports.iter().all(|report| report.contains("on_event")), "{reports:?}");
}

#[test]
fn hooks_are_called_in_the_order_in_which_they_were_asked_for() {
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let add = |n| {
        let order = order.clone();
        move |_: &earnest_pool::Event<'_>| order.lock().unwrap().push(n)
    };
    let pool = ThreadPoolExecutor::builder().on_event(add(1)).on_event(add(2)).on_event(add(3));
    drop(pool.max_workers(1).build().unwrap().submit(|| ()));
    let order = order.lock().unwrap();
    assert!(!order.is_empty() && order.chunks(3).all(|calls| calls == [1, 2, 3]), "{order:?}");
}

#[test]
fn a_hook_may_submit_to_its_own_pool() {
    let (handle, left) = (Arc::new(OnceLock::<PoolHandle>::new()), AtomicUsize::new(20));
    let (ran, of_hook) = (Arc::new(AtomicUsize::new(0)), handle.clone());
    let counted = ran.clone();
    let submits = ThreadPoolExecutor::builder().max_workers(2).on_event(move |_| {
        let takes_one = |left: usize| left.checked_sub(1);
        if let (Some(handle), Ok(_)) = (of_hook.get(), left.fetch_update(SeqCst, SeqCst, takes_one)) {
            let ran = counted.clone();
            handle.submit(move || ran.fetch_add(1, SeqCst)).detach();
        }
    });
    let (pool, told) = told(submits);
    handle.set(pool.handle()).unwrap();
    watched("a hook that submits", || {
        // What one has submitted is told of as well, and has another submitted.
        assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
        until(|| ran.load(SeqCst) == 20);
        pool.shutdown();
    });
    assert_eq!(told.all().len(), 3 * 21);
    assert_balanced(&told);
}

#[test]
fn a_panic_of_what_is_executed_is_told_as_one_and_reported_once() {
    let events = Events::record();
    let (pool, told) = pool(1);
    let line = line!() + 1;
    pool.execute(|| panic!("events: executed")).unwrap();
    let captured = [0_usize; 9];
    pool.execute(move || assert_eq!(captured.len(), 0, "events: large and executed")).unwrap();
    pool.submit(|| ()).result().unwrap();
    let of_it: Vec<_> = told.all().into_iter().filter(|of_task| of_task.line == line).collect();
    let way: Vec<_> = of_it.iter().map(|of_task| of_task.what).collect();
    assert_eq!(way, run(TaskEnd::Panicked));
    for message in ["events: executed", "events: large and executed"] {
        let reports = events.containing(message);
        assert_eq!(reports.len(), 1, "{reports:?}");
    }
    pool.shutdown();
    assert_balanced(&told);
}

#[test]
fn what_is_refused_comes_back_and_is_not_told_of() {
    let (pool, told) = told(settings(1, 1, RejectionPolicy::Reject).task_times(true));
    let (open, _busy) = occupy(&pool, 1);
    let queued = pool.submit(|| ());
    let before = told.all().len();
    let refused = pool.try_submit(|| 7).unwrap_err();
    assert!(matches!(refused.reason(), Refusal::Full));
    assert_eq!(refused.into_inner()(), 7);
    let (promise, future) = promise();
    let refused = pool.execute(move || promise.complete(8).unwrap()).unwrap_err();
    refused.into_inner()();
    assert_eq!(future.result().unwrap(), 8);
    assert!(pool.submit(|| ()).result().unwrap_err().is_rejected());
    assert_eq!(told.all().len(), before);
    drop(open);
    queued.result().unwrap();
    pool.shutdown();
    let before = told.all().len();
    assert_eq!(pool.try_submit(|| 9).unwrap_err().into_inner()(), 9);
    assert_eq!(told.all().len(), before);
}

#[test]
fn what_the_caller_runs_begins_on_the_caller_s_thread() {
    let (pool, told) = told(settings(1, 1, RejectionPolicy::CallerRuns));
    let (open, _busy) = occupy(&pool, 1);
    let _queued = pool.submit(|| ());
    let here = pool.submit(|| thread::current().id());
    let of_here = told.of(here.id());
    assert_eq!(here.result().unwrap(), thread::current().id());
    assert!(of_here.iter().all(|of_task| (of_task.worker, of_task.thread) == (None, thread::current().id())));
    assert_eq!(of_here.iter().map(|of_task| of_task.what).collect::<Vec<_>>(), run(TaskEnd::Returned));
    let panicked = pool.submit(|| -> () { panic!("not the caller's") });
    assert_eq!(told.way(panicked.id()), run(TaskEnd::Panicked));
    drop(open);
    pool.shutdown();
    assert_balanced(&told);
}
