//! What `{:?}` shows of each type: its name, and how much there is left of it.

use crate::support::Manual;
use earnest_combinators::{
    CompletionSet, EntrantsExt, GroupPolicy, MapExt, MapOptions, TaskGroup, as_completed,
    as_completed_timeout,
};
use earnest_core::{Future, ManualExecutor};
use std::time::Duration;

fn ready() -> [Future<u32>; 3] {
    [1, 2, 3].map(Future::ready)
}

#[test]
fn what_completes() {
    let mut completed = as_completed(ready());
    completed.next();
    assert_eq!(format!("{completed:?}"), "AsCompleted { left: 2, .. }");
    #[cfg(feature = "stream")]
    assert_eq!(format!("{:?}", completed.into_stream()), "CompletionStream(AsCompleted { left: 2, .. })");
    let completed = as_completed_timeout(ready(), Duration::ZERO);
    assert_eq!(format!("{completed:?}"), "AsCompletedTimeout { left: 3, .. }");
    let mut set = CompletionSet::new();
    ready().into_iter().for_each(|future| set.push(future));
    assert_eq!(format!("{set:?} {:?}", set.adder()), "CompletionSet { len: 3, .. } Adder { .. }");
    assert_eq!(format!("{:?}", ready().cancel_losers()), "CancelLosers { .. }");
}

#[test]
fn what_is_submitted() {
    let executor = Manual::default();
    assert_eq!(format!("{:?}", executor.map([1, 2], |n| n)), "Map { in_flight: 2, .. }");
    let results = executor.map_with(MapOptions::new().buffer_size(3), 0.., |n| n);
    assert_eq!(format!("{results:?}"), "MapWith { in_flight: 3, .. }");
    let mut group = TaskGroup::new(ManualExecutor::new()).policy(GroupPolicy::FirstFailure);
    group.submit(|| ());
    assert_eq!(format!("{group:?}"), "TaskGroup { policy: FirstFailure, len: 1, .. }");
}
