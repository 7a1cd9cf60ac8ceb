//! What a pool has told of its tasks and workers, for tests to look at.

use earnest_core::{FutureId, TaskEnd, TaskEvent};
use earnest_pool::{Builder, Event, WorkerEvent};
use earnest_testing::watched;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

/// What has become of a task, without how long it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Queued,
    Began,
    Ended(TaskEnd),
    Dismissed(TaskEnd),
}

/// One thing that was told of a task.
#[derive(Clone, Debug)]
pub(crate) struct OfTask {
    pub(crate) id: FutureId,
    pub(crate) name: Option<String>,
    pub(crate) line: u32,
    pub(crate) what: What,
    pub(crate) worker: Option<usize>,
    pub(crate) thread: ThreadId,
}

/// All that was told, in the order in which it was.
#[derive(Default)]
pub(crate) struct Told {
    tasks: Mutex<Vec<OfTask>>,
    workers: Mutex<Vec<(usize, WorkerEvent)>>,
}

impl Told {
    /// Has the pool of these settings tell.
    pub(crate) fn by<S>(settings: Builder<S>) -> (Builder<S>, Arc<Told>) {
        let told = Arc::new(Told::default());
        let hook = told.clone();
        (settings.on_event(move |event| hook.tell(event)), told)
    }

    fn tell(&self, event: &Event<'_>) {
        match *event {
            Event::Task { task, event, worker, .. } => self.tasks.lock().unwrap().push(OfTask {
                id: task.id(),
                name: task.name().map(str::to_owned),
                line: task.location().line(),
                what: match event {
                    TaskEvent::Queued => What::Queued,
                    TaskEvent::Began { .. } => What::Began,
                    TaskEvent::Ended { end, .. } => What::Ended(end),
                    TaskEvent::Dismissed { end, .. } => What::Dismissed(end),
                    other => panic!("nothing that is known: {other:?}"),
                },
                worker,
                thread: thread::current().id(),
            }),
            Event::Worker { worker, event, .. } => self.workers.lock().unwrap().push((worker, event)),
            ref other => panic!("nothing that is known: {other:?}"),
        }
    }

    pub(crate) fn all(&self) -> Vec<OfTask> {
        self.tasks.lock().unwrap().clone()
    }

    /// What was told of one task.
    pub(crate) fn of(&self, id: FutureId) -> Vec<OfTask> {
        self.all().into_iter().filter(|of_task| of_task.id == id).collect()
    }

    /// The same, and only what has become of it.
    pub(crate) fn way(&self, id: FutureId) -> Vec<What> {
        self.of(id).into_iter().map(|of_task| of_task.what).collect()
    }

    /// What was told of workers: of which, and what.
    pub(crate) fn of_workers(&self) -> Vec<(usize, WorkerEvent)> {
        self.workers.lock().unwrap().clone()
    }
}

/// Returns when it is so: for what another thread does some time.
pub(crate) fn until(is_so: impl Fn() -> bool) {
    watched("it comes to be so", || {
        while !is_so() {
            thread::yield_now();
        }
    });
}

/// The way of a task that was run.
pub(crate) fn run(end: TaskEnd) -> [What; 3] {
    [What::Queued, What::Began, What::Ended(end)]
}

/// The way of a task that was not.
pub(crate) fn dismissed(end: TaskEnd) -> [What; 2] {
    [What::Queued, What::Dismissed(end)]
}
