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

#[test]
fn what_became_of_a_span_can_be_looked_up() {
    let events = Events::record_spans();
    let (outer, inner) = std::thread::spawn(|| {
        let outer = tracing::info_span!(target: "spans", "outer", number = 7, later = tracing::field::Empty);
        let inner = outer.in_scope(|| tracing::debug_span!(target: "spans", "inner"));
        outer.record("later", 8);
        (outer, inner)
    })
    .join()
    .unwrap();
    let _inside = inner.enter();
    let [of_outer, of_inner] = &events.spans("spans")[..] else { panic!("two") };
    assert_eq!((of_outer.text(), of_inner.text()), ("outer number=7 later=8", "inner"));
    assert_eq!((of_outer.parent(), of_inner.parent()), (None, Some(of_outer.id())));
    assert_eq!((of_outer.level(), of_inner.level()), (tracing::Level::INFO, tracing::Level::DEBUG));
    assert!(of_inner.is_entered() && !of_outer.is_entered());
    assert_eq!((of_inner.entered_on(), of_outer.entered_on().len()), (&[std::thread::current().id()][..], 1));
    drop(outer);
    let closed = events.spans("spans").iter().map(|span| span.is_closed()).collect::<Vec<_>>();
    assert_eq!(closed, [true, false]);
    assert!(events.of_target("spans", "").is_empty());
}
