//! Moments that are hard to hit from outside.

use super::*;

#[test]
fn who_parks_and_another_is_woken_meanwhile_leaves_one_to_step_aside() {
    let sleep = Sleep::new(1, 2);
    sleep.add(2 * LIVE + SEARCHING + PARKED);
    sleep.park(
        || {
            let (_, start) = sleep.work_added(|_| 1);
            start.is_none()
        },
        None,
    );
    assert_eq!(sleep.counts().active(), 2);
    assert!(sleep.may_be_too_many());
    // There is a wake for one of the two, and this thread takes it.
    assert_eq!(sleep.step_aside(true), Aside::Woken);
}

#[test]
fn who_retires_and_is_replaced_meanwhile_leaves_one_to_step_aside() {
    let sleep = Sleep::new(1, 1);
    sleep.add(LIVE + SEARCHING);
    let retired = sleep.retire(0, || sleep.first_worker().is_some());
    assert!(!retired);
    assert_eq!(sleep.counts().active(), 2);
    assert!(sleep.may_be_too_many());
}

#[test]
fn no_more_step_aside_than_there_are_too_many() {
    let sleep = Sleep::new(3, 3);
    sleep.add(3 * LIVE);
    sleep.resize(2, 2);
    assert_eq!(sleep.step_aside(false), Aside::Left);
    assert!(!sleep.may_be_too_many());
    assert_eq!(sleep.step_aside(false), Aside::No);
    assert_eq!(sleep.counts().live(), 2);
}
