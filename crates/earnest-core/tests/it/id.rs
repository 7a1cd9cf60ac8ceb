use earnest_core::{Future, promise};
use std::collections::HashSet;
use std::sync::Barrier;

#[test]
fn an_id_stays_that_of_its_future() {
    let (promise, future) = promise();
    let id = future.id();
    promise.complete(1).unwrap();
    assert_eq!(future.id(), id);
    let shared = future.shared();
    assert_eq!(shared.clone().id(), id);
    assert_eq!(shared.try_unwrap().unwrap().id(), id);
    assert!(id.to_string().parse::<usize>().is_ok());
}

#[test]
fn no_two_futures_have_the_same_id() {
    let n = if cfg!(miri) { 50 } else { 1_000 };
    let futures: Vec<_> = (0..n).map(Future::ready).collect();
    let ids: HashSet<_> = futures.iter().map(Future::id).collect();
    assert_eq!(ids.len(), futures.len());
}

#[test]
fn all_who_ask_first_at_the_same_time_get_the_same_id() {
    let rounds = if cfg!(miri) { 3 } else { 100 };
    for _ in 0..rounds {
        let shared = Future::ready(()).shared();
        let start = Barrier::new(4);
        let ids: HashSet<_> = std::thread::scope(|scope| {
            let ask = || {
                start.wait();
                shared.id()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ids.len(), 1);
    }
}
