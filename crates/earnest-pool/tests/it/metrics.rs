//! What a pool reports to a recorder of the crate `metrics`: the numbers add up, whatever becomes of the tasks.

use crate::bounded::settings;
use crate::gate::{gate, occupy};
use earnest_core::{Future, TaskOptions, join, scope};
use earnest_pool::{Builder, RejectionPolicy, Shutdown, ThreadPoolExecutor, metrics_recorder};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit, with_local_recorder,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One number.
#[derive(Clone, Copy, Debug, Default)]
struct Number {
    /// Of a histogram, the sum.
    value: f64,
    n_updates: usize,
    lowest: f64,
}

#[derive(Default)]
struct Handle(Mutex<Number>);

impl Handle {
    fn add(&self, n: f64) {
        let mut number = self.0.lock().unwrap();
        number.value += n;
        number.n_updates += 1;
        number.lowest = number.lowest.min(number.value);
    }
}

impl CounterFn for Handle {
    fn increment(&self, n: u64) {
        self.add(n as f64);
    }

    fn absolute(&self, _: u64) {
        panic!("nothing is counted elsewhere");
    }
}

impl GaugeFn for Handle {
    fn increment(&self, n: f64) {
        self.add(n);
    }

    fn decrement(&self, n: f64) {
        self.add(-n);
    }

    fn set(&self, _: f64) {
        panic!("two pools of one name add up");
    }
}

impl HistogramFn for Handle {
    fn record(&self, value: f64) {
        self.add(value);
    }
}

/// All that is reported, by name and labels.
#[derive(Default)]
struct Numbers {
    handles: Mutex<BTreeMap<String, Arc<Handle>>>,
    described: Mutex<BTreeMap<String, Option<Unit>>>,
}

impl Numbers {
    fn handle(&self, key: &Key) -> Arc<Handle> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{} {}", key.name(), labels.join(" "));
        self.handles.lock().unwrap().entry(name).or_default().clone()
    }

    fn describe(&self, name: KeyName, unit: Option<Unit>, description: &str) {
        assert!(description.ends_with('.'), "{description}");
        self.described.lock().unwrap().insert(name.as_str().to_owned(), unit);
    }

    fn number(&self, name: &str) -> Number {
        *self.handles.lock().unwrap()[name].0.lock().unwrap()
    }

    /// The value of a metric of the pool `web`.
    fn value(&self, metric: &str) -> f64 {
        self.number(&format!("earnest_{metric} pool=web")).value
    }

    /// How many tasks have come to this.
    fn n_ended(&self, outcome: &str) -> f64 {
        self.number(&format!("earnest_tasks_ended_total pool=web outcome={outcome}")).value
    }

    /// All that were queued have ended, and no number says anything else.
    fn assert_at_rest(&self) {
        let outcomes =
            ["returned", "panicked", "cancelled", "deadline_exceeded", "rejected", "broken", "abandoned"];
        let n_ended: f64 = outcomes.map(|outcome| self.n_ended(outcome)).iter().sum();
        assert_eq!(self.value("tasks_queued_total"), n_ended);
        let n_run = self.n_ended("returned") + self.n_ended("panicked");
        for histogram in ["task_queue_seconds", "task_run_seconds"] {
            let number = self.number(&format!("earnest_{histogram} pool=web"));
            assert_eq!(number.n_updates as f64, n_run, "{histogram}");
        }
        for gauge in ["tasks_queued", "tasks_running", "workers_waiting"] {
            assert_eq!(self.value(gauge), 0.0, "{gauge}");
        }
        let handles = self.handles.lock().unwrap();
        assert!(handles.values().all(|handle| handle.0.lock().unwrap().lowest >= 0.0));
    }

    /// The same for a pool that has ended.
    fn assert_ended(&self) {
        self.assert_at_rest();
        assert_eq!((self.value("workers"), self.value("workers_parked")), (0.0, 0.0));
    }
}

impl Recorder for Numbers {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(name, unit, &description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(name, unit, &description);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(name, unit, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.handle(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.handle(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.handle(key))
    }
}

/// A pool with these settings, and what it reports.
fn reporting<S>(settings: Builder<S>) -> (ThreadPoolExecutor<S>, Arc<Numbers>) {
    let numbers = Arc::new(Numbers::default());
    let settings = with_local_recorder(&numbers, || settings.on_event(metrics_recorder("web")));
    (settings.build().unwrap(), numbers)
}

fn pool(workers: usize) -> (ThreadPoolExecutor, Arc<Numbers>) {
    reporting(ThreadPoolExecutor::builder().max_workers(workers))
}

#[test]
fn every_metric_is_described_and_has_its_unit_and_the_label_of_its_pool() {
    let (_pool, numbers) = pool(1);
    let described = numbers.described.lock().unwrap().clone();
    let handles = numbers.handles.lock().unwrap();
    for name in handles.keys() {
        let (metric, labels) = name.split_once(' ').unwrap();
        let unit = if metric.ends_with("_seconds") { Unit::Seconds } else { Unit::Count };
        assert_eq!(described[metric], Some(unit), "{metric}");
        assert!(labels.split(' ').any(|label| label == "pool=web"), "{name}");
    }
    assert_eq!((described.len(), handles.len()), (10, 9 + 8));
}

#[test]
fn a_task_is_counted_from_when_it_is_accepted_until_it_is_over() {
    let (pool, numbers) = pool(1);
    let (open, busy) = occupy(&pool, 1);
    let queued = [(); 3].map(|()| pool.submit(|| ()));
    let now =
        ["tasks_queued_total", "tasks_queued", "tasks_running", "workers"].map(|name| numbers.value(name));
    assert_eq!(now, [4.0, 3.0, 1.0, 1.0]);
    drop(open);
    busy.into_iter().chain(queued).for_each(|future| future.result().unwrap());
    // Who has seen the outcome finds all of it counted.
    numbers.assert_at_rest();
    assert_eq!((numbers.n_ended("returned"), numbers.value("workers")), (4.0, 1.0));
    pool.shutdown();
    numbers.assert_ended();
}

#[test]
fn a_task_takes_eight_updates() {
    let n_updates = |numbers: &Numbers| {
        let handles = numbers.handles.lock().unwrap();
        let of_tasks = handles.iter().filter(|(name, _)| name.starts_with("earnest_task"));
        of_tasks.map(|(_, handle)| handle.0.lock().unwrap().n_updates).sum::<usize>()
    };
    let (pool, numbers) = pool(1);
    for n in 1..=10 {
        pool.submit(|| ()).result().unwrap();
        assert_eq!(n_updates(&numbers), 8 * n);
    }
}

#[test]
fn the_numbers_add_up_after_panics_cancellations_and_deadlines() {
    let (pool, numbers) = pool(2);
    let (open, busy) = occupy(&pool, 2);
    let late = pool.submit_with(TaskOptions::new().timeout(Duration::from_millis(2)), |_| ());
    let futures: Vec<Future<()>> = (0..60).map(|n| pool.submit(move || assert!(n % 4 != 0))).collect();
    let n_cancelled = futures.iter().skip(1).step_by(3).filter(|future| future.cancel()).count();
    assert!(late.result().unwrap_err().is_deadline_exceeded());
    assert_eq!(numbers.n_ended("deadline_exceeded"), 1.0);
    pool.execute(|| panic!("on purpose")).unwrap();
    drop(open);
    let errors: Vec<_> = futures.into_iter().filter_map(|future| future.result().err()).collect();
    busy.into_iter().for_each(|future| future.result().unwrap());
    pool.shutdown();
    numbers.assert_ended();
    let n_panicked = errors.iter().filter(|error| error.is_panicked()).count() + 1;
    let counted = ["cancelled", "panicked", "deadline_exceeded"].map(|outcome| numbers.n_ended(outcome));
    assert_eq!(counted, [n_cancelled as f64, n_panicked as f64, 1.0]);
    assert_eq!((n_cancelled, numbers.value("tasks_queued_total")), (20, 64.0));
}

#[test]
fn the_numbers_add_up_after_a_shutdown_that_cancels_what_is_queued() {
    let (pool, numbers) = pool(1);
    let (open, busy) = occupy(&pool, 1);
    let queued = [(); 5].map(|()| pool.submit(|| ()));
    pool.execute(|| ()).unwrap();
    pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() }).unwrap();
    assert!(pool.submit(|| ()).result().is_err());
    assert_eq!((numbers.value("tasks_queued"), numbers.value("tasks_running")), (0.0, 1.0));
    drop(open);
    busy.into_iter().for_each(|future| future.result().unwrap());
    assert!(queued.into_iter().all(|future| future.result().is_err()));
    pool.shutdown();
    numbers.assert_ended();
    assert_eq!((numbers.value("tasks_queued_total"), numbers.n_ended("returned")), (7.0, 1.0));
}

#[test]
fn the_numbers_add_up_where_tasks_run_in_place() {
    let (pool, numbers) = pool(1);
    let handle = pool.handle();
    let outer = pool.submit(move || {
        let inner = [1, 2, 3].map(|n| handle.submit(move || n));
        let (a, b) = join(&handle, || 4, || 5);
        let scoped = scope(&handle, |s| s.map(2, 6..8, |n| n).map(Result::unwrap).sum::<i32>());
        inner.into_iter().map(|future| future.result().unwrap()).sum::<i32>() + a + b + scoped
    });
    assert_eq!(outer.result().unwrap(), 28);
    pool.shutdown();
    numbers.assert_ended();
    assert!(numbers.value("tasks_queued_total") >= 6.0);
}

#[test]
fn the_numbers_add_up_where_the_queue_is_bounded() {
    let policies = [RejectionPolicy::CallerRuns, RejectionPolicy::Reject, RejectionPolicy::DiscardOldest];
    for policy in policies {
        let (pool, numbers) = reporting(settings(1, 2, policy));
        let (open, busy) = occupy(&pool, 1);
        let futures: Vec<_> = (0..6).map(|n| pool.submit(move || n)).collect();
        assert_eq!(numbers.value("tasks_queued"), 2.0);
        drop(open);
        busy.into_iter().for_each(|future| future.result().unwrap());
        let n_rejected = futures.into_iter().filter_map(|future| future.result().err()).count();
        pool.shutdown();
        numbers.assert_ended();
        // Those that were discarded had been accepted, and those that were refused had not.
        let is_refused = policy == RejectionPolicy::Reject;
        let n_expected = if policy == RejectionPolicy::CallerRuns { 0 } else { 4 };
        assert_eq!(n_rejected, n_expected);
        let (n_discarded, n_refused) = if is_refused { (0, n_rejected) } else { (n_rejected, 0) };
        let counted = (numbers.n_ended("rejected"), numbers.value("tasks_queued_total"));
        assert_eq!(counted, (n_discarded as f64, (7 - n_refused) as f64), "{policy:?}");
    }
}

#[test]
fn the_numbers_add_up_where_the_pool_is_broken() {
    let (open, gate) = gate();
    let (pool, numbers) = reporting(ThreadPoolExecutor::builder().max_workers(2).initializer(move || {
        gate.pass();
        Err::<(), _>("on purpose")
    }));
    let queued = [(); 3].map(|()| pool.submit(|| ()));
    drop(open);
    assert!(queued.into_iter().all(|future| future.result().unwrap_err().is_broken()));
    assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
    pool.shutdown();
    numbers.assert_ended();
    assert_eq!((numbers.n_ended("broken"), numbers.value("tasks_queued_total")), (3.0, 3.0));
}

#[test]
fn the_numbers_add_up_after_many_tasks_of_many_submitters() {
    let (pool, numbers) = pool(3);
    let n = if cfg!(miri) { 10 } else { 2_000 };
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                for i in 0..n {
                    let handle = pool.handle();
                    let future = pool.submit(move || handle.submit(move || assert!(i % 7 != 0)).result());
                    if i % 5 == 0 { future.detach() } else { drop(future) }
                }
            });
        }
    });
    pool.shutdown();
    numbers.assert_ended();
    assert!(numbers.value("tasks_queued_total") >= 3.0 * n as f64);
}

#[test]
fn two_pools_of_one_name_add_up_and_other_names_are_apart() {
    let numbers = Arc::new(Numbers::default());
    with_local_recorder(&numbers, || {
        for name in ["web", "web", "mail"] {
            let pool = ThreadPoolExecutor::builder().on_event(metrics_recorder(name)).build().unwrap();
            pool.submit(|| ()).result().unwrap();
        }
        let owned = ThreadPoolExecutor::builder().on_event(metrics_recorder(format!("pool {}", 1))).build();
        owned.unwrap().submit(|| ()).result().unwrap();
    });
    let names = ["web", "mail", "pool 1"].map(|pool| format!("earnest_tasks_queued_total pool={pool}"));
    assert_eq!(names.map(|name| numbers.number(&name).value), [2.0, 1.0, 1.0]);
}

#[test]
fn without_a_recorder_nothing_happens() {
    let pool = ThreadPoolExecutor::builder().on_event(metrics_recorder("web")).build().unwrap();
    assert_eq!(pool.submit(|| 7).result().unwrap(), 7);
}
