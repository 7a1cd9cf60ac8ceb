//! Where no subscriber wants spans there are none, and nothing is prepared for them. Each in a process of its own, as
//! there is one subscriber in each.

use crate::support::pool;
use earnest::{Every, Probe, task};
use earnest_testing::alone;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tracing::{Event, Level, Metadata, Subscriber, level_filters::LevelFilter, span};

/// Wants nothing that is less important than the level, or has another target, and counts what it gets.
struct UpTo {
    level: LevelFilter,
    spans: Arc<AtomicUsize>,
    events: Arc<AtomicUsize>,
}

impl UpTo {
    /// Installs one: how many spans, and how many events, it has got.
    fn install(level: LevelFilter) -> [Arc<AtomicUsize>; 2] {
        let (spans, events) = (Arc::default(), Arc::default());
        let counts = [Arc::clone(&spans), Arc::clone(&events)];
        tracing::subscriber::set_global_default(UpTo { level, spans, events }).unwrap();
        counts
    }
}

impl Subscriber for UpTo {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        self.spans.fetch_add(1, SeqCst);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &Event<'_>) {
        self.events.fetch_add(1, SeqCst);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Whether a task has nothing beside it once an executor has accepted it. `probe`, if there is one, is told of it.
fn stays_plain(probe: Option<Arc<dyn Probe>>) -> bool {
    let (mut task, future) = task(|| 7);
    task.probed_by(probe);
    let is_plain = task.is_plain();
    task.run();
    assert_eq!(future.result().unwrap(), 7);
    is_plain
}

/// Tasks of each kind.
fn run_some() {
    let pool = pool(2);
    pool.submit(|| ()).result().unwrap();
    pool.schedule_after(Duration::ZERO, || ()).result().unwrap();
    pool.spawn_async(async {}).result().unwrap();
    assert!(pool.schedule_every(Every::rate(Duration::from_secs(1_000)), || ()).cancel());
    pool.execute(|| ()).unwrap();
    pool.shutdown();
}

#[test]
fn without_a_subscriber_there_is_nothing_beside_a_task() {
    alone("unwanted::without_a_subscriber_there_is_nothing_beside_a_task", || {
        assert!(stays_plain(None));
        run_some();
    });
}

#[test]
fn a_subscriber_for_important_things_has_no_spans_made() {
    alone("unwanted::a_subscriber_for_important_things_has_no_spans_made", || {
        let [spans, events] = UpTo::install(LevelFilter::INFO);
        assert!(stays_plain(None));
        run_some();
        assert_eq!((spans.load(SeqCst), events.load(SeqCst)), (0, 0));
        // And is told of what is important, once.
        let pool = pool(1);
        pool.execute(|| panic!("on purpose")).unwrap();
        pool.shutdown();
        assert_eq!((spans.load(SeqCst), events.load(SeqCst)), (0, 1));
    });
}

#[test]
fn a_subscriber_for_debugging_has_spans_and_no_events_of_workers() {
    alone("unwanted::a_subscriber_for_debugging_has_spans_and_no_events_of_workers", || {
        let [spans, events] = UpTo::install(LevelFilter::DEBUG);
        assert!(!stays_plain(None));
        assert_eq!(spans.load(SeqCst), 1);
        run_some();
        assert_eq!((spans.load(SeqCst), events.load(SeqCst)), (5, 0));
        assert_eq!(Level::DEBUG, LevelFilter::DEBUG);
    });
}
