//! What goes on in a pool, as counters, gauges and histograms of the crate `metrics`.

use crate::event::{Event, WorkerEvent};
use earnest_core::{TaskEnd, TaskEvent};
use metrics::{Counter, Gauge, Histogram, SharedString, Unit, counter, gauge, histogram};
use metrics::{describe_counter, describe_gauge, describe_histogram};
use std::borrow::Cow;

/// Reports what goes on in a pool to the recorder of the crate [`metrics`](https://docs.rs/metrics) that the program has
/// installed: for [`Builder::on_event`](crate::Builder::on_event).
///
/// Each metric has the label `pool`, with what is given here.
///
/// | metric | kind | of |
/// |---|---|---|
/// | `earnest_tasks_queued_total` | counter | tasks that were accepted |
/// | `earnest_tasks_ended_total` | counter | tasks that were accepted and are over; the label `outcome` says how |
/// | `earnest_task_queue_seconds` | histogram | how long tasks were queued, of those that have begun |
/// | `earnest_task_run_seconds` | histogram | how long tasks took, what ran in their place included while they waited |
/// | `earnest_tasks_queued` | gauge | tasks that were accepted and have not begun |
/// | `earnest_tasks_running` | gauge | tasks that have begun and are not over, those that wait included |
/// | `earnest_workers` | gauge | threads that are ready for tasks, spare ones included |
/// | `earnest_workers_parked` | gauge | threads that sleep, as they have nothing to do |
/// | `earnest_workers_waiting` | gauge | threads whose tasks wait, and in whose stead others may run |
/// | `earnest_steals_total` | counter | how often a worker has taken from what lay with another |
///
/// The outcomes are those of [`TaskEnd::as_str`]: `returned`, `panicked`, `cancelled`, `deadline_exceeded`, `rejected`, `broken`,
/// `abandoned` and `deadlock`. A submission that the pool refuses is counted nowhere, and neither are the turns of
/// [async blocks](crate::ThreadPoolExecutor::spawn_async), of which workers' events are all that is told. When a pool is at rest
/// as many tasks have ended as were queued, and the gauges of tasks and of waiting threads are zero.
///
/// Two pools of one name add up.
///
/// # Which recorder
///
/// **The recorder has to be installed before this is called**: the one that is there then is the one that is told, and where there
/// is none nobody ever is. A [local](https://docs.rs/metrics/latest/metrics/fn.with_local_recorder.html) one will do, if this is
/// called inside of it: it is told of what happens on other threads, too.
///
/// # Cost
///
/// That of [`on_event`](crate::Builder::on_event), and eight updates in the recorder for each task: two counters, two gauges up and
/// down, and two histograms. Nothing is looked up, as all handles are made here.
///
/// ```
/// use earnest_pool::{ThreadPoolExecutor, metrics_recorder};
/// # use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, atomics::AtomicU64};
/// # use std::sync::{Arc, atomic::Ordering::SeqCst};
/// # struct Tasks(Arc<AtomicU64>);
/// # impl Recorder for Tasks {
/// #     fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
/// #     fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
/// #     fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
/// #     fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
/// #         let is_it = key.name() == "earnest_tasks_queued_total";
/// #         if is_it { Counter::from_arc(self.0.clone()) } else { Counter::noop() }
/// #     }
/// #     fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge { Gauge::noop() }
/// #     fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram { Histogram::noop() }
/// # }
/// # let tasks = Arc::new(AtomicU64::new(0));
/// # let recorder = Tasks(tasks.clone());
///
/// // As an exporter does when it is installed.
/// metrics::set_global_recorder(recorder).expect("there is no other");
///
/// let pool = ThreadPoolExecutor::builder().on_event(metrics_recorder("web")).build()?;
/// pool.submit(|| 7).result().unwrap();
/// # assert_eq!(tasks.load(SeqCst), 1);
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
pub fn metrics_recorder(pool: impl Into<Cow<'static, str>>) -> impl Fn(&Event<'_>) + Send + Sync + 'static {
    describe();
    let metrics = Metrics::new(SharedString::from(pool.into()));
    move |event| metrics.record(event)
}

const TASKS_QUEUED_TOTAL: &str = "earnest_tasks_queued_total";
const TASKS_ENDED_TOTAL: &str = "earnest_tasks_ended_total";
const TASK_QUEUE_SECONDS: &str = "earnest_task_queue_seconds";
const TASK_RUN_SECONDS: &str = "earnest_task_run_seconds";
const TASKS_QUEUED: &str = "earnest_tasks_queued";
const TASKS_RUNNING: &str = "earnest_tasks_running";
const WORKERS: &str = "earnest_workers";
const WORKERS_PARKED: &str = "earnest_workers_parked";
const WORKERS_WAITING: &str = "earnest_workers_waiting";
const STEALS_TOTAL: &str = "earnest_steals_total";

fn describe() {
    describe_counter!(TASKS_QUEUED_TOTAL, Unit::Count, "Tasks that were accepted.");
    describe_counter!(TASKS_ENDED_TOTAL, Unit::Count, "Tasks that were accepted and are over.");
    describe_histogram!(TASK_QUEUE_SECONDS, Unit::Seconds, "How long tasks were queued that have begun.");
    describe_histogram!(TASK_RUN_SECONDS, Unit::Seconds, "How long tasks took.");
    describe_gauge!(TASKS_QUEUED, Unit::Count, "Tasks that were accepted and have not begun.");
    describe_gauge!(TASKS_RUNNING, Unit::Count, "Tasks that have begun and are not over.");
    describe_gauge!(WORKERS, Unit::Count, "Threads that are ready for tasks.");
    describe_gauge!(WORKERS_PARKED, Unit::Count, "Threads that sleep, as they have nothing to do.");
    describe_gauge!(WORKERS_WAITING, Unit::Count, "Threads whose tasks wait.");
    describe_counter!(STEALS_TOTAL, Unit::Count, "How often a worker has taken from another.");
}

/// Those of one pool, as the recorder has given them.
struct Metrics {
    tasks_queued_total: Counter,
    tasks_ended_total: [(TaskEnd, Counter); TaskEnd::ALL.len()],
    task_queue_seconds: Histogram,
    task_run_seconds: Histogram,
    tasks_queued: Gauge,
    tasks_running: Gauge,
    workers: Gauge,
    workers_parked: Gauge,
    workers_waiting: Gauge,
    steals_total: Counter,
}

impl Metrics {
    fn new(pool: SharedString) -> Metrics {
        Metrics {
            tasks_queued_total: counter!(TASKS_QUEUED_TOTAL, "pool" => pool.clone()),
            tasks_ended_total: TaskEnd::ALL.map(|end| {
                (end, counter!(TASKS_ENDED_TOTAL, "pool" => pool.clone(), "outcome" => end.as_str()))
            }),
            task_queue_seconds: histogram!(TASK_QUEUE_SECONDS, "pool" => pool.clone()),
            task_run_seconds: histogram!(TASK_RUN_SECONDS, "pool" => pool.clone()),
            tasks_queued: gauge!(TASKS_QUEUED, "pool" => pool.clone()),
            tasks_running: gauge!(TASKS_RUNNING, "pool" => pool.clone()),
            workers: gauge!(WORKERS, "pool" => pool.clone()),
            workers_parked: gauge!(WORKERS_PARKED, "pool" => pool.clone()),
            workers_waiting: gauge!(WORKERS_WAITING, "pool" => pool.clone()),
            steals_total: counter!(STEALS_TOTAL, "pool" => pool),
        }
    }

    fn record(&self, event: &Event<'_>) {
        match *event {
            Event::Task { event, .. } => self.record_task(event),
            Event::Worker { event, .. } => self.record_worker(event),
        }
    }

    fn record_task(&self, event: TaskEvent) {
        match event {
            TaskEvent::Queued => {
                self.tasks_queued_total.increment(1);
                self.tasks_queued.increment(1.0);
            }
            TaskEvent::Began { waited } => {
                self.tasks_queued.decrement(1.0);
                self.tasks_running.increment(1.0);
                self.task_queue_seconds.record(waited);
            }
            TaskEvent::Ended { ran, end } => {
                self.tasks_running.decrement(1.0);
                self.task_run_seconds.record(ran);
                self.count_ended(end);
            }
            TaskEvent::Dismissed { end, .. } => {
                self.tasks_queued.decrement(1.0);
                self.count_ended(end);
            }
            _ => {}
        }
    }

    fn count_ended(&self, end: TaskEnd) {
        let counter = self.tasks_ended_total.iter().find(|(other, _)| *other == end);
        counter.into_iter().for_each(|(_, counter)| counter.increment(1));
    }

    fn record_worker(&self, event: WorkerEvent) {
        match event {
            WorkerEvent::Started => self.workers.increment(1.0),
            WorkerEvent::Stopped => self.workers.decrement(1.0),
            WorkerEvent::Parked => self.workers_parked.increment(1.0),
            WorkerEvent::Unparked => self.workers_parked.decrement(1.0),
            WorkerEvent::Stole => self.steals_total.increment(1),
            WorkerEvent::WaitBegan => self.workers_waiting.increment(1.0),
            WorkerEvent::WaitEnded => self.workers_waiting.decrement(1.0),
        }
    }
}
