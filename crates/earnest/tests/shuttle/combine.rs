//! Combinators over the futures of many workers.

use crate::{on_threads, pool};
use earnest::{CompletionSet, MapExt, MapOptions, ReturnWhen, as_completed, race, wait};
use earnest_sync::storm;
use std::sync::Arc;

#[test]
fn as_completed_gives_each_once() {
    storm("as_completed_gives_each_once", || {
        let pool = pool(6);
        let futures: Vec<_> = (0..80).map(|n| pool.submit(move || n)).collect();
        let mut values: Vec<usize> = as_completed(futures).map(|future| future.result().unwrap()).collect();
        values.sort_unstable();
        assert!(values.into_iter().eq(0..80));
        pool.shutdown();
    });
}

#[test]
fn a_set_is_added_to_while_it_is_read() {
    storm("a_set_is_added_to_while_it_is_read", || {
        let pool = Arc::new(pool(4));
        let mut set = CompletionSet::new();
        let adder = Arc::new(set.adder());
        let submit_to = pool.clone();
        let adders = earnest_sync::thread::spawn(move || {
            on_threads(3, move |thread| {
                for n in 0..15 {
                    let future = submit_to.submit(move || 15 * thread + n);
                    adder.push(future).map_err(drop).unwrap();
                }
            });
        });
        let mut values: Vec<usize> = Vec::new();
        while values.len() < 45 {
            values.extend(set.next().map(|future| future.result().unwrap()));
            earnest_sync::thread::yield_now();
        }
        values.sort_unstable();
        assert!(values.into_iter().eq(0..45));
        adders.join().unwrap();
        pool.shutdown();
    });
}

#[test]
fn maps_keep_their_order() {
    storm("maps_keep_their_order", || {
        let pool = pool(5);
        let options = MapOptions::new().chunk_size(3).buffer_size(4);
        let values: Vec<usize> =
            pool.map_with(options, 0..90_usize, |n| n + 1).collect::<Result<_, _>>().unwrap();
        assert!(values.into_iter().eq(1..91));
        // One that is left in the middle.
        let mut map = pool.map_with(MapOptions::new().buffer_size(6), 0..60_usize, |n| n);
        assert_eq!(map.next().unwrap().unwrap(), 0);
        drop(map);
        pool.shutdown();
    });
}

#[test]
fn waits_see_what_they_wait_for() {
    storm("waits_see_what_they_wait_for", || {
        let pool = pool(4);
        let futures: Vec<_> = (0..24).map(|n| pool.submit(move || n)).collect();
        let first = wait(futures, ReturnWhen::FirstCompleted, None);
        assert!(!first.done.is_empty());
        let all = wait(first.not_done, ReturnWhen::AllCompleted, None);
        assert!(all.not_done.is_empty());
        let racers: Vec<_> = (0..5).map(|n| pool.submit(move || n)).collect();
        let (winner, value) = race(racers).result().unwrap();
        assert_eq!(winner, value);
        pool.shutdown();
    });
}
