//! The hook for failures that nobody has looked at: a program of its own, as there is one hook for a process.

#![cfg(not(earnest_loom))]

earnest_testing::guard!();

use earnest_core::{promise, set_unseen_failure_hook};
use earnest_testing::Events;
use std::sync::Mutex;
use std::sync::mpsc::channel;

#[test]
fn the_hook_takes_the_place_of_the_event() {
    let events = Events::record();
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    let hook = move |failure: &earnest_core::UnseenFailure<'_>| {
        let told = (failure.error().to_string(), failure.location().line(), failure.to_string());
        tell.lock().unwrap().send(told).unwrap();
        assert!(!failure.error().to_string().contains("the hook panics"), "and this is caught");
    };
    set_unseen_failure_hook(hook).unwrap();
    let refused = set_unseen_failure_hook(|_| unreachable!("there is one hook")).unwrap_err();
    assert_eq!(refused.to_string(), "the hook for unseen failures has already been set");

    let line = line!() + 1;
    let (promise, future) = promise::<u8>();
    promise.fail("no luck");
    drop(future);
    let (error, at, whole) = told.try_recv().unwrap();
    assert_eq!((error.as_str(), at), ("the task failed: no luck", line));
    assert!(whole.starts_with("nobody looked at the failure of a future made at "), "{whole}");
    assert!(told.try_recv().is_err(), "it is reported once");
    assert!(events.containing("no luck").is_empty());

    // A panic in the hook goes no further.
    let (promise, future) = earnest_core::promise::<u8>();
    promise.fail("the hook panics");
    drop(future);
    told.try_recv().unwrap();
    assert_eq!(events.containing("and this is caught").len(), 1);
}
