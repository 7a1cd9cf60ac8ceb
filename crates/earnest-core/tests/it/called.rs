//! Workers that wait, and are called to look again.

use earnest_core::{Dismissal, Host, Inbox, Owner, Runnable, TaskOptions, Worker, promise, task, task_with};
use earnest_testing::watched;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// A pool all of whose workers wait: what it is told, and how often it is asked.
#[derive(Default)]
struct Jammed {
    begun: AtomicUsize,
    ended: AtomicUsize,
    asked: AtomicUsize,
    waiting: Mutex<Option<Arc<Inbox>>>,
}

impl Host for Jammed {
    fn wait_begins(&self, inbox: &Arc<Inbox>) {
        self.begun.fetch_add(1, SeqCst);
        *self.waiting.lock().unwrap() = Some(inbox.clone());
    }

    fn wait_ends(&self, _: &Arc<Inbox>) {
        self.ended.fetch_add(1, SeqCst);
    }

    fn is_jammed(&self) -> bool {
        self.asked.fetch_add(1, SeqCst);
        true
    }

    fn call_all(&self) {
        self.waiting.lock().unwrap().iter().for_each(|inbox| inbox.call());
    }

    fn n_workers(&self) -> usize {
        2
    }
}

impl Jammed {
    /// Returns when the worker has asked once more than `asked` times.
    fn until_asked(&self, asked: usize) {
        while self.asked.load(SeqCst) <= asked {
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_worker_that_is_called_looks_again_and_is_not_said_to_wait_anew() {
    watched("called", || {
        let pool = Arc::new(Jammed::default());
        let (kept, future) = promise::<u32>();
        let host = pool.clone();
        let thread = std::thread::spawn(move || {
            let worker = Worker::new(Owner::next(), &*host, 2 << 20);
            worker.ready();
            worker.serve(|| future.result().unwrap())
        });
        pool.until_asked(0);
        for _ in 0..10 {
            let asked = pool.asked.load(SeqCst);
            pool.call_all();
            pool.until_asked(asked);
        }
        kept.complete(7).unwrap();
        assert_eq!(thread.join().unwrap(), 7);
        assert_eq!([&pool.begun, &pool.ended].map(|count| count.load(SeqCst)), [1, 1]);
    });
}

#[test]
fn a_host_takes_no_tasks_of_its_workers_unless_it_says_so() {
    let (runnable, future) = task(|| 3);
    let refused = Jammed::default().offer(runnable).unwrap_err();
    refused.task.run();
    assert_eq!(future.result().unwrap(), 3);
}

/// A worker has begun a task in place of waiting for it, and whoever has it in a queue lets it go.
#[test]
fn who_dismisses_a_task_that_runs_in_place_leaves_it_to_its_end() {
    let reasons = [Dismissal::Cancelled, Dismissal::Abandoned, Dismissal::Rejected];
    for (reason, with_options) in
        reasons.into_iter().flat_map(|reason| [(reason.clone(), false), (reason, true)])
    {
        let owner = Owner::next();
        let queue = Arc::new(Mutex::new(None::<Runnable>));
        let queued = queue.clone();
        let closure = move || {
            let runnable = queued.lock().unwrap().take();
            runnable.expect("it lies there still").dismiss(reason);
            3
        };
        let (runnable, future) =
            if with_options { task_with(TaskOptions::new(), move |_| closure()) } else { task(closure) };
        runnable.belongs_to(owner);
        *queue.lock().unwrap() = Some(runnable);
        let host = Jammed::default();
        let worker = Worker::new(owner, &host, 2 << 20);
        worker.ready();
        assert_eq!(watched("the wait", || worker.serve(|| future.result().unwrap())), 3);
    }
}
