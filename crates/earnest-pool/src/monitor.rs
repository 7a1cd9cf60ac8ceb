//! Who tells what goes on in a pool: to the hooks for events, to the statistics, and to a subscriber.

use crate::event::{Event, EventHook, WorkerEvent};
use crate::report::report;
use crate::seat;
use crate::shared::Shared;
use crate::times::{Recorder, TaskTimes};
use core::fmt;
use earnest_core::{Probe, Runnable, TaskEvent, TaskInfo, run_caught};
use std::sync::{Arc, Weak};
use tracing::Level;

/// What is to be told of a pool.
#[derive(Default)]
pub(crate) struct Monitoring {
    pub(crate) on_event: Vec<EventHook>,
    /// Whether it is measured how long tasks take.
    pub(crate) task_times: bool,
}

impl fmt::Debug for Monitoring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut monitoring = f.debug_struct("Monitoring");
        monitoring.field("on_event", &self.on_event.len()).field("task_times", &self.task_times).finish()
    }
}

/// Of a pool of which somebody wants to know.
pub(crate) struct Monitor {
    /// Which pool it is: only compared.
    pool: Weak<Shared>,
    hooks: Vec<EventHook>,
    times: Option<Recorder>,
}

impl Monitor {
    /// `None`: nobody wants to know.
    pub(crate) fn new(
        pool: &Weak<Shared>,
        monitoring: Monitoring,
        max_workers: usize,
    ) -> Option<Arc<Monitor>> {
        let Monitoring { on_event: hooks, task_times } = monitoring;
        let times = task_times.then(|| Recorder::new(max_workers));
        let is_wanted = !hooks.is_empty() || times.is_some();
        is_wanted.then(|| Arc::new(Monitor { pool: pool.clone(), hooks, times }))
    }

    /// How long tasks took, if that is measured.
    pub(crate) fn task_times(&self) -> Option<TaskTimes> {
        self.times.as_ref().map(Recorder::total)
    }

    fn tell_hooks(&self, event: &Event<'_>) {
        for hook in &self.hooks {
            run_caught("on_event", || hook(event));
        }
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        for hook in self.hooks.drain(..) {
            run_caught("the destructor of what on_event has captured", || drop(hook));
        }
    }
}

impl Probe for Monitor {
    fn tell(&self, task: &TaskInfo<'_>, event: TaskEvent) {
        let worker = seat::index_in(self.pool.as_ptr());
        if let Some(times) = &self.times {
            times.record(worker, event);
        }
        self.tell_hooks(&Event::Task { task: *task, event, worker });
    }
}

impl Shared {
    /// Has it told what becomes of a task that has been accepted, if anybody wants to know.
    pub(crate) fn instrument(&self, task: &mut Runnable) {
        task.probed_by(self.monitor.clone().map(|monitor| monitor as Arc<dyn Probe>));
    }

    /// Tells what this worker does from now on.
    #[inline]
    pub(crate) fn tell_worker(&self, worker: usize, event: WorkerEvent) {
        if self.monitor.is_some() || tracing::level_enabled!(Level::TRACE) {
            self.tell_worker_of_it(worker, event);
        }
    }

    #[cold]
    fn tell_worker_of_it(&self, worker: usize, event: WorkerEvent) {
        report(|| {
            let (pool, what) = (self.name(), event.as_str());
            tracing::trace!(target: "earnest::worker", pool, worker, "{what}");
        });
        if let Some(monitor) = &self.monitor {
            monitor.tell_hooks(&Event::Worker { worker, event });
        }
    }
}
