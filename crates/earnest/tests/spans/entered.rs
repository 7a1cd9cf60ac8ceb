//! A task's span is entered while its closure runs, on the thread that it runs on, and at no other time.

use crate::support::{Submitter, current, occupy, pool};
use earnest::{ExecutorExt, InlineExecutor, TaskOptions, promise};
use std::sync::mpsc::channel;
use std::thread;

#[test]
fn it_is_entered_on_the_worker_s_thread_while_the_closure_runs() {
    let (submitter, pool) = (Submitter::new(), pool(1));
    let (open, busy) = occupy(&pool);
    let future = submitter.submits(|| pool.submit(|| (thread::current().id(), current())));
    let before = submitter.task();
    assert!(before.entered_on().is_empty() && !before.is_closed());
    drop(open);
    busy.result().unwrap();
    let (thread, inside) = future.result().unwrap();
    let task = submitter.task();
    assert_eq!((task.entered_on(), inside), (&[thread][..], Some(task.id())));
    assert!(!task.is_entered());
}

#[test]
fn callbacks_run_outside() {
    let (submitter, pool) = (Submitter::new(), pool(1));
    let (open, busy) = occupy(&pool);
    let (tell, told) = channel();
    let on_worker = tell.clone();
    submitter
        .submits(|| {
            let future = pool.submit(|| 7);
            future.add_done_callback(move |_| on_worker.send((thread::current().id(), current())).unwrap());
            future.and_then(move |_| {
                tell.send((thread::current().id(), current())).unwrap();
                earnest::Future::ready(())
            })
        })
        .detach();
    drop(open);
    busy.result().unwrap();
    let [(thread, inside), (thread_of_following, inside_of_following)] =
        [(); 2].map(|()| told.recv().unwrap());
    assert_eq!((inside, inside_of_following), (None, None));
    assert_eq!(submitter.task().entered_on(), [thread]);
    assert_eq!(thread, thread_of_following);
}

#[test]
fn what_the_closure_captures_is_dropped_inside_and_what_it_returns_outside() {
    struct Tells(std::sync::mpsc::Sender<Option<u64>>);
    impl Drop for Tells {
        fn drop(&mut self) {
            let _nobody_listens = self.0.send(current());
        }
    }
    let (submitter, pool) = (Submitter::new(), pool(1));
    let ((captured, of_captured), (returned, of_returned)) = (channel(), channel());
    let (captured, returned) = (Tells(captured), Tells(returned));
    submitter.submits(|| {
        let future = pool.submit(move || {
            let _captured = captured;
            returned
        });
        future.detach();
    });
    assert_eq!(of_captured.recv().unwrap(), Some(submitter.task().id()));
    assert_eq!(of_returned.recv().unwrap(), None);
}

#[test]
fn an_async_block_s_span_is_entered_at_each_poll() {
    let (submitter, pool) = (Submitter::new(), pool(1));
    let (first, second) = (promise::<()>(), promise::<()>());
    let (tell, told) = channel();
    let block = submitter.submits(|| {
        pool.spawn_async(async move {
            tell.send((thread::current().id(), current())).unwrap();
            first.1.await.unwrap();
            tell.send((thread::current().id(), current())).unwrap();
            second.1.await.unwrap();
            tell.send((thread::current().id(), current())).unwrap();
        })
    });
    let mut threads = Vec::new();
    for promise in [Some(first.0), Some(second.0), None] {
        let (thread, inside) = told.recv().unwrap();
        assert_eq!(inside, Some(submitter.task().id()));
        threads.push(thread);
        // The worker has left the block when it runs this.
        pool.submit(|| ()).result().unwrap();
        assert!(!submitter.task().is_entered());
        promise.into_iter().for_each(|promise| promise.complete(()).unwrap());
    }
    block.result().unwrap();
    assert_eq!(submitter.task().entered_on(), threads);
}

#[test]
fn where_a_task_runs_where_it_is_submitted_it_is_within_its_submitter() {
    let submitter = Submitter::new();
    let (inside, after) = submitter.submits(|| {
        let inside = InlineExecutor.submit_with(TaskOptions::new(), |_| current()).result().unwrap();
        (inside, current())
    });
    assert_eq!((inside, after), (Some(submitter.task().id()), Some(submitter.id())));
    assert_eq!(submitter.task().entered_on(), [thread::current().id()]);
}
