//! What workers do is told as events, at the level of traces.

use crate::support::{pool, until};
use earnest::{ThreadPoolExecutor, promise};
use earnest_testing::Events;

const WORKERS: &str = "earnest::worker";

#[test]
fn a_worker_s_life_is_told_with_its_pool_and_its_number() {
    let events = Events::record_spans();
    let settings = ThreadPoolExecutor::builder().max_workers(1).thread_name_prefix("spans-of-one");
    let pool = settings.build().unwrap();
    let (open, gate) = promise::<()>();
    let waits = pool.submit(move || drop(gate.result()));
    until(|| !events.of_target(WORKERS, "wait_began pool=\"spans-of-one\"").is_empty());
    open.complete(()).unwrap();
    waits.result().unwrap();
    pool.shutdown();
    let told = events.of_target(WORKERS, "pool=\"spans-of-one\" worker=0");
    let [first, .., last] = &told[..] else { panic!("{told:?}") };
    assert_eq!(first, "TRACE started pool=\"spans-of-one\" worker=0");
    assert_eq!(last, "TRACE stopped pool=\"spans-of-one\" worker=0");
    let count = |what: &str| told.iter().filter(|line| line.contains(&format!(" {what} "))).count();
    assert_eq!((count("wait_began"), count("wait_ended")), (1, 1));
    assert_eq!(count("parked"), count("unparked"));
    assert_eq!(told.len(), events.containing("pool=\"spans-of-one\"").len());
}

#[test]
fn what_is_told_of_tasks_is_a_span_and_no_event() {
    let events = Events::record_spans();
    pool(1).submit(|| ()).result().unwrap();
    assert_eq!(events.of_target("earnest::task", "").len(), 0);
}
