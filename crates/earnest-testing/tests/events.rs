//! Events are recorded on every thread, with level, message and fields.

earnest_testing::guard!();

use earnest_testing::Events;

#[test]
fn what_is_reported_can_be_looked_up() {
    let events = Events::record();
    std::thread::spawn(|| tracing::warn!(number = 7, "something {}", "unusual")).join().unwrap();
    assert_eq!(events.containing("unusual"), ["WARN something unusual number=7"]);
    assert!(events.containing("never reported").is_empty());
}
