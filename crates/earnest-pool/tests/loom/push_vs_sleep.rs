//! A task is queued while workers go to sleep: somebody runs it. A lost wake-up shows as a deadlock.

use crate::{Gate, pool};
use earnest_core::{ExecutorExt, Future};
use earnest_pool::ThreadPoolExecutor;
use earnest_sync::{explored, model_bounded, thread};

#[test]
fn push_vs_park() {
    model_bounded("pool::push_vs_park", 2..=3, || {
        let pool = pool(1);
        // The second submission meets the worker anywhere between its first task and its sleep.
        assert_eq!(pool.submit(|| 1).result().unwrap(), 1);
        assert_eq!(pool.submit(|| 2).result().unwrap(), 2);
        explored();
        drop(pool);
    });
}

#[test]
fn push_vs_search() {
    // With two the search does not end: both workers may find that a place is taken and not filled, and may yield to each
    // other for ever while the one preemption more holds up who is to fill it. `alone.rs` has this protocol with three.
    model_bounded("pool::push_vs_search", 1..=1, || {
        let pool = pool(2);
        // Two tasks at once: the second finds the first's worker starting, searching, running or parking.
        let (first, second) = (pool.submit(|| 1), pool.submit(|| 2));
        assert_eq!(first.result().unwrap(), 1);
        assert_eq!(second.result().unwrap(), 2);
        explored();
        drop(pool);
    });
}

#[test]
fn two_who_need_each_other() {
    model_bounded("pool::two_who_need_each_other", 1..=2, || {
        let pool = pool(2);
        ends(need_each_other(&pool));
        explored();
        drop(pool);
    });
}

/// The same where the pool has room for the second only while they are being run.
#[test]
fn grow_for_two_who_need_each_other() {
    model_bounded("pool::grow_for_two_who_need_each_other", 1..=2, || {
        let pool = pool(1);
        let futures = need_each_other(&pool);
        pool.set_max_workers(2).unwrap();
        ends(futures);
        explored();
        drop(pool);
    });
}

/// The pool grows while something is submitted that the only worker's task waits for, unknown to the pool.
#[test]
fn grow_vs_push() {
    // Four threads and all of the pool: it has not been run with two.
    model_bounded("pool::grow_vs_push", 1..=1, || {
        let pool = pool(1);
        let (gate, opened) = Gate::new();
        let waits = pool.submit(move || gate.wait());
        let handle = pool.handle();
        let submits = thread::spawn(move || handle.execute(move || opened.open()).unwrap());
        pool.set_max_workers(2).unwrap();
        submits.join().unwrap();
        waits.result().unwrap();
        explored();
        drop(pool);
    });
}

/// A worker that waits for what it has queued last, and finds something else in that place, puts it back; meanwhile another
/// may have looked and gone to sleep, and what was put back must be brought a thread of its own. In models a deque gives what
/// has been there longest.
#[test]
fn put_back_vs_park() {
    model_bounded("pool::put_back_vs_park", 1..=2, || {
        let pool = pool(2);
        let handle = pool.handle();
        let waits = pool.submit(move || {
            let (gate, opened) = Gate::new();
            let opens = handle.submit(move || opened.open());
            handle.submit(|| ()).result().unwrap();
            gate.wait();
            drop(opens);
        });
        waits.result().unwrap();
        explored();
        drop(pool);
    });
}

fn ends(futures: [Future<()>; 2]) {
    futures.into_iter().for_each(|future| future.result().unwrap());
}

fn need_each_other(pool: &ThreadPoolExecutor) -> [Future<()>; 2] {
    let (gate, opened) = Gate::new();
    // Whichever is begun first, the other must be brought a thread of its own.
    [pool.submit(move || gate.wait()), pool.submit(move || opened.open())]
}
