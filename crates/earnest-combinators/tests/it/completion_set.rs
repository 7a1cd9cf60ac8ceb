use crate::support::Threads;
use earnest_combinators::CompletionSet;
use earnest_core::{ExecutorExt, Future, Waitable, promise};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[test]
fn an_empty_set_ends_at_once() {
    let mut set = CompletionSet::<Future<()>>::new();
    assert!(set.is_empty());
    assert!(set.next().is_none());
    assert!(set.next_timeout(Duration::MAX).unwrap().is_none());
}

#[test]
fn items_come_in_the_order_in_which_they_are_done() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..5).map(|_| promise()).unzip();
    let mut set: CompletionSet<_> = futures.into_iter().enumerate().collect();
    let mut promises: Vec<_> = promises.into_iter().map(Some).collect();
    assert_eq!(set.len(), 5);
    for n in [3, 0, 4, 1, 2] {
        promises[n].take().unwrap().complete(n).unwrap();
        let (key, future) = set.next().unwrap();
        assert_eq!((key, future.result().unwrap()), (n, n));
    }
    assert_eq!((set.len(), set.next().is_none()), (0, true));
}

#[test]
fn those_done_before_come_in_the_order_of_pushing() {
    let (late, pending) = promise();
    let mut set = CompletionSet::new();
    set.push(pending);
    set.extend([Future::ready(1), Future::ready(2)]);
    late.complete(3).unwrap();
    set.push(Future::ready(4));
    assert!(set.map(|future| future.result().unwrap()).eq([1, 2, 3, 4]));
}

#[test]
fn the_set_goes_on_after_its_end() {
    let mut set = CompletionSet::new();
    for n in 0..3 {
        assert!(set.next().is_none());
        set.push(Future::ready(n));
        assert_eq!(set.next().unwrap().result().unwrap(), n);
    }
}

#[test]
fn what_is_pushed_while_iterating_is_given_back() {
    // One item of 5, five of 4, twenty of 3 and so on.
    let expected: &[usize] = if cfg!(miri) { &[1, 2, 2] } else { &[1, 5, 20, 60, 120, 120] };
    let most = expected.len() - 1;
    let mut set = CompletionSet::new();
    set.push(Threads.submit(move || most));
    let mut seen = Vec::new();
    while let Some(future) = set.next() {
        let n = future.result().unwrap();
        seen.push(n);
        (0..n).for_each(|_| set.push(Threads.submit(move || n - 1)));
    }
    let counts = (0..=most).rev().map(|n| seen.iter().filter(|seen| **seen == n).count());
    assert!(counts.eq(expected.iter().copied()));
}

#[test]
fn next_waits_while_an_adder_lives() {
    let mut set = CompletionSet::new();
    let adder = set.adder();
    assert!(set.next_timeout(Duration::ZERO).is_err());
    assert!(set.next_timeout(Duration::from_millis(1)).is_err());
    drop(adder.clone());
    assert!(set.next_timeout(Duration::ZERO).is_err());
    adder.push(Future::ready(1)).unwrap();
    drop(adder);
    assert_eq!(set.next().unwrap().result().unwrap(), 1);
    assert!(set.next().is_none());
}

#[test]
fn an_adder_wakes_who_waits() {
    let mut set = CompletionSet::new();
    let adder = set.adder();
    let (ask, asked) = mpsc::channel();
    let other = thread::spawn(move || {
        while let Ok(n) = asked.recv() {
            adder.push(Future::ready(n)).unwrap();
        }
    });
    let n_items = if cfg!(miri) { 30 } else { 1000 };
    for n in 0..n_items {
        ask.send(n).unwrap();
        assert_eq!(set.next().unwrap().result().unwrap(), n);
    }
    drop(ask);
    assert!(set.next().is_none());
    other.join().unwrap();
}

#[test]
fn many_adders_lose_nothing() {
    const ADDERS: usize = 4;
    const EACH: usize = if cfg!(miri) { 20 } else { 5_000 };
    let set = CompletionSet::new();
    let first = set.adder();
    let others: Vec<_> = (0..ADDERS)
        .map(|adder| {
            let set = first.clone();
            thread::spawn(move || {
                for n in 0..EACH {
                    let (promise, future) = promise();
                    set.push((adder * EACH + n, future)).unwrap();
                    promise.complete(()).unwrap();
                }
            })
        })
        .collect();
    drop(first);
    let mut seen = vec![false; ADDERS * EACH];
    set.for_each(|(n, _)| assert!(!std::mem::replace(&mut seen[n], true), "once"));
    assert!(seen.into_iter().all(|seen| seen));
    others.into_iter().for_each(|other| other.join().unwrap());
}

#[test]
fn a_callback_may_add() {
    let mut set = CompletionSet::new();
    let (promise, future) = promise();
    let adder = set.adder();
    future.add_done_callback(move |n| adder.push(Future::ready(n.unwrap() + 1)).unwrap());
    set.push(future);
    promise.complete(1).unwrap();
    let mut values: Vec<i32> = set.map(|future| future.result().unwrap()).collect();
    values.sort_unstable();
    assert_eq!(values, [1, 2]);
}

#[test]
fn time_that_runs_out_loses_nothing() {
    let (promise, future) = promise();
    let mut set = CompletionSet::from_iter([future]);
    assert!(set.next_timeout(Duration::from_nanos(1)).is_err());
    assert_eq!(set.len(), 1);
    promise.complete(7).unwrap();
    assert_eq!(set.next_timeout(Duration::ZERO).unwrap().unwrap().result().unwrap(), 7);
}

#[test]
fn what_stands_for_the_same_future_comes_as_often_as_it_was_pushed() {
    let (promise, future) = promise();
    let shared = future.shared();
    let set: CompletionSet<_> = [("a", shared.clone()), ("b", shared)].into_iter().collect();
    promise.complete(()).unwrap();
    assert!(set.map(|(key, _)| key).eq(["a", "b"]));
}

#[test]
fn the_set_keeps_nothing_of_what_it_gives_back() {
    let mut set: CompletionSet<_> = [Future::ready(1).shared()].into_iter().collect();
    let adder = set.adder();
    assert!(set.next().unwrap().try_unwrap().is_ok(), "no other clone is left");
    drop(adder);
}

#[test]
fn dropping_the_set_leaves_the_rest_as_it_is() {
    let (promises, futures): (Vec<_>, Vec<_>) = (0..100).map(|_| promise()).unzip();
    let set: CompletionSet<_> = futures.iter().collect();
    let adder = set.adder();
    drop(set);
    assert!(adder.push(&futures[0]).is_err(), "the item comes back");
    drop(adder);
    promises.into_iter().for_each(|promise| promise.complete(1).unwrap());
    assert!(futures.into_iter().all(|future| future.result().is_ok()));
}

#[test]
fn a_hundred_thousand_at_a_time_are_no_trouble() {
    let n = if cfg!(miri) { 30 } else { 100_000_u64 };
    let (promises, futures): (Vec<_>, Vec<_>) = (0..n).map(|_| promise()).unzip();
    let set: CompletionSet<_> = futures.into_iter().collect();
    let producer = thread::spawn(move || {
        promises.into_iter().enumerate().for_each(|(n, promise)| promise.complete(n as u64).unwrap());
    });
    assert_eq!(set.map(|future| future.result().unwrap()).sum::<u64>(), n * (n - 1) / 2);
    producer.join().unwrap();
}

#[test]
fn adders_that_come_and_go_tell_the_end_once() {
    let mut set = CompletionSet::<Future<()>>::new();
    drop(set.adder());
    drop(set.adder());
    assert!(set.next().is_none());
    // Also where nobody has heard of it when the next item comes.
    for _time in 0..3 {
        drop(set.adder());
    }
    set.push(Future::ready(()));
    assert!(set.next().is_some_and(|future| future.result().is_ok()) && set.next().is_none());
}

#[test]
fn kinds_of_handles_mix() {
    let (number, shared) = (Future::ready(1), Future::ready("x").shared());
    let mut set = CompletionSet::<Box<dyn Waitable>>::new();
    set.push(Box::new(number));
    set.push(Box::new(shared));
    assert_eq!(set.count(), 2);
}

#[test]
fn an_adder_is_send_where_its_items_are() {
    fn check<T: Send + Clone>(_: &T) {}
    check(&CompletionSet::<(String, Future<u32>)>::new().adder());
}
