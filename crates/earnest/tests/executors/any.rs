//! What holds for every executor.

use crate::subject::Subject;
use earnest::{Ended, ExecutorExt, Future, MapExt, ReturnWhen, as_completed, wait};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;

pub(crate) fn submit_gives_the_value(subject: &impl Subject) {
    let future = subject.executor().submit(|| 6 * 7);
    assert_eq!(subject.outcome(future).unwrap(), 42);
}

pub(crate) fn a_panic_is_the_futures_own_and_the_executor_lives_on(subject: &impl Subject) {
    // More than there are threads: one that died each time would be missed.
    for n in 0..8 {
        let future = subject.executor().submit(move || panic!("number {n}"));
        let panic = subject.outcome::<()>(future).unwrap_err().into_panic().unwrap();
        assert_eq!(panic.message(), Some(format!("number {n}").as_str()));
    }
    submit_gives_the_value(subject);
}

pub(crate) fn a_panic_tells_where_the_task_was_submitted(subject: &impl Subject) {
    let check = |future: Future<()>, line: u32| {
        let panic = subject.outcome(future).unwrap_err().into_panic().unwrap();
        assert_eq!((panic.location().file(), panic.location().line()), (file!(), line));
    };
    let (future, line) = (subject.executor().submit(|| panic!("told")), line!());
    check(future, line);
    let (future, line) = (subject.executor().try_submit(|| panic!("told")), line!());
    check(future.unwrap(), line);
}

pub(crate) fn try_submit_gives_the_future(subject: &impl Subject) {
    let future = subject.executor().try_submit(|| 6 * 7).unwrap();
    assert_eq!(subject.outcome(future).unwrap(), 42);
}

pub(crate) fn execute_runs_the_closure(subject: &impl Subject) {
    let (tell, told) = mpsc::channel();
    subject.executor().execute(move || tell.send(7).unwrap()).unwrap();
    subject.drive();
    assert_eq!(told.recv(), Ok(7));
}

pub(crate) fn a_panic_in_what_is_executed_kills_nobody(subject: &impl Subject) {
    for _ in 0..8 {
        subject.executor().execute(|| panic!("nobody looks")).unwrap();
    }
    submit_gives_the_value(subject);
}

pub(crate) fn a_detached_task_runs(subject: &impl Subject) {
    let (tell, told) = mpsc::channel();
    subject.executor().submit(move || tell.send(7).unwrap()).detach();
    subject.drive();
    assert_eq!(told.recv(), Ok(7));
}

pub(crate) fn callbacks_have_run_once_and_in_order_when_the_result_is_seen(subject: &impl Subject) {
    let (tell, told) = mpsc::channel();
    let future = subject.executor().submit(|| 5);
    for n in 0..4 {
        let tell = tell.clone();
        future.add_done_callback(move |result| tell.send((n, *result.unwrap())).unwrap());
    }
    assert_eq!(subject.outcome(future).unwrap(), 5);
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [(0, 5), (1, 5), (2, 5), (3, 5)]);
}

pub(crate) fn a_task_may_submit_others(subject: &impl Subject) {
    let handle = subject.handle();
    let outermost = subject.executor().submit(move || {
        let inner = handle.clone();
        handle.submit(move || inner.submit(|| "innermost"))
    });
    let outer = subject.outcome(outermost).unwrap();
    assert_eq!(outer.result().unwrap().result().unwrap(), "innermost");
}

pub(crate) fn a_callback_may_submit(subject: &impl Subject) {
    let (tell, told) = mpsc::channel();
    let (handle, future) = (subject.handle(), subject.executor().submit(|| 5));
    future.add_done_callback(move |result| {
        let n = *result.unwrap();
        tell.send(handle.submit(move || n + 1)).unwrap();
    });
    assert_eq!(subject.outcome(future).unwrap(), 5);
    let follower = told.try_recv().unwrap();
    // Submitted by this thread if the future was done when the callback came.
    assert_eq!(subject.outcome(follower).unwrap(), 6);
}

pub(crate) fn a_thousand_tasks_run_once_each_and_all_resolve(subject: &impl Subject) {
    let times = Arc::new((0..1_000).map(|_| AtomicUsize::new(0)).collect::<Vec<_>>());
    let futures: Vec<_> = (0..1_000)
        .map(|n| {
            let times = times.clone();
            subject.executor().submit(move || {
                times[n].fetch_add(1, SeqCst);
                n
            })
        })
        .collect();
    subject.drive();
    for (n, future) in futures.into_iter().enumerate() {
        assert_eq!(future.result().unwrap(), n);
    }
    assert!(times.iter().all(|times| times.load(SeqCst) == 1));
}

pub(crate) fn several_threads_may_submit_at_once(subject: &impl Subject) {
    let handle = subject.handle();
    let futures = thread::scope(|scope| {
        let submitters = [0, 100, 200, 300].map(|base| {
            let handle = &handle;
            scope.spawn(move || (base..base + 100).map(|n| handle.submit(move || n)).collect::<Vec<_>>())
        });
        submitters.map(|submitter| submitter.join().unwrap())
    });
    subject.drive();
    for (n, future) in futures.into_iter().flatten().enumerate() {
        assert_eq!(future.result().unwrap(), n);
    }
}

pub(crate) fn futures_derived_on_the_executor_resolve(subject: &impl Subject) {
    let first = subject.executor().submit(|| 2);
    let last = first.then_on(subject.handle(), |n| n * 3).map(|n| n + 1).then_on(subject.handle(), |n| n * 6);
    assert_eq!(subject.outcome(last).unwrap(), 42);
}

pub(crate) fn map_gives_results_in_input_order(subject: &impl Subject) {
    let squares = MapExt::map(subject.executor(), 0..50, |n| n * n);
    subject.drive();
    assert!(squares.map(Result::unwrap).eq((0..50).map(|n| n * n)));
}

pub(crate) fn its_futures_can_be_waited_for_together(subject: &impl Subject) {
    let futures: Vec<_> = (0..20).map(|n| subject.executor().submit(move || n)).collect();
    subject.drive();
    let waited = wait(&futures, ReturnWhen::AllCompleted, None);
    assert_eq!((waited.done.len(), waited.not_done.len(), waited.ended), (20, 0, Ended::Satisfied));

    let more: Vec<_> = (20..40).map(|n| subject.executor().submit(move || n)).collect();
    subject.drive();
    let mut seen: Vec<_> =
        as_completed(futures.into_iter().chain(more)).map(|future| future.result().unwrap()).collect();
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..40));
}
