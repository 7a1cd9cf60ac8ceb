//! What a token keeps of those that are gone: counted.

use super::*;
use std::time::Duration;

/// How many slots there are in the tree of `token`, and how many of them are used.
fn slots(token: &CancellationToken) -> (usize, usize) {
    let place = token.node.place.get().expect("it has had a child");
    let family = place.family.lock();
    (family.n_slots(), family.n_used())
}

const MANY: usize = if cfg!(miri) { 1_000 } else { 1_000_000 };

#[test]
fn a_parent_of_a_million_short_lived_children_does_not_grow() {
    let parent = CancellationToken::new();
    for _ in 0..MANY {
        let child = parent.child_token();
        assert!(!child.is_cancelled());
    }
    assert_eq!(slots(&parent), (2, 1));
}

#[test]
fn a_parent_shrinks_when_its_children_are_gone() {
    let parent = CancellationToken::new();
    let children: Vec<_> = (0..MANY / 10).map(|_| parent.child_token()).collect();
    assert_eq!(slots(&parent).1, MANY / 10 + 1);
    drop(children);
    assert_eq!(slots(&parent), (1, 1));
    let children: Vec<_> = (0..MANY / 10).map(|_| parent.child_token()).collect();
    children.iter().for_each(|child| assert!(child.cancel()));
    assert_eq!(slots(&parent), (1, 1));
}

#[test]
fn generations_that_follow_one_another_leave_only_those_that_live() {
    let first = CancellationToken::new();
    let mut last = first.child_token();
    for _ in 0..MANY {
        last = last.child_token();
    }
    assert_eq!(slots(&first).1, 2);
    assert!(slots(&first).0 <= 3);
    first.cancel();
    assert!(last.is_cancelled());
}

#[test]
fn registrations_and_waits_that_give_up_leave_nothing() {
    let token = CancellationToken::new();
    for _ in 0..MANY / 10 {
        drop(token.on_cancel(|| ()));
        assert!(!token.wait_timeout(Duration::ZERO));
    }
    assert_eq!(Arc::weak_count(&token.node), 0);
    assert!(!token.node.has_callbacks());
}
