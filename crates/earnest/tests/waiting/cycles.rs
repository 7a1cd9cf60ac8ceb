use earnest::{
    Ended, Error, Future, PoolHandle, ReturnWhen, SharedFuture, ThreadPoolExecutor, as_completed, promise,
    wait,
};
use earnest_testing::watched;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};

/// What the tasks of a cycle wait for: each task's future, to be seen by all of them.
type Board = Arc<Vec<OnceLock<SharedFuture<bool>>>>;

/// Runs `n` tasks, task `i` on `pools[i]`, that begin when all have been submitted; each calls `wait` with the futures of
/// all and its own number, and says whether it was told of a deadlock. Gives what they said.
fn cycle(
    name: &str,
    pools: &[&ThreadPoolExecutor],
    wait: impl Fn(&[SharedFuture<bool>], usize) -> bool + Clone + Send + 'static,
) -> Vec<bool> {
    watched(name, || {
        let board: Board = Arc::new(pools.iter().map(|_| OnceLock::new()).collect());
        let (go, start) = promise::<()>();
        let start = start.shared();
        let mut ends: Vec<Receiver<bool>> = Vec::new();
        for (number, pool) in pools.iter().enumerate() {
            let (wait, start, seen) = (wait.clone(), start.clone(), board.clone());
            let task = pool.submit(move || {
                start.wait();
                let futures: Vec<_> = seen.iter().map(|future| future.get().unwrap().clone()).collect();
                wait(&futures, number)
            });
            let (tell, end) = channel();
            task.add_done_callback(move |outcome| tell.send(*outcome.unwrap()).unwrap());
            ends.push(end);
            assert!(board[number].set(task.shared()).is_ok());
        }
        go.complete(()).unwrap();
        ends.into_iter().map(|end| end.recv().unwrap()).collect()
    })
}

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

fn is_deadlock(result: Result<&bool, &Error>) -> bool {
    result.is_err_and(Error::is_deadlock)
}

fn next(futures: &[SharedFuture<bool>], number: usize) -> &SharedFuture<bool> {
    &futures[(number + 1) % futures.len()]
}

#[test]
fn two_tasks_of_one_pool() {
    for workers in [1, 2, 3] {
        let pool = pool(workers);
        let told =
            cycle("two of one pool", &[&pool, &pool], |all, number| is_deadlock(next(all, number).result()));
        assert!(told.contains(&true), "{told:?}");
    }
}

#[test]
fn three_tasks_of_three_pools() {
    let pools = [pool(1), pool(1), pool(2)];
    let told = cycle("three of three pools", &pools.each_ref(), |all, number| {
        let result = next(all, number).result();
        if let Err(Error::Deadlock(deadlock)) = result {
            assert_eq!(deadlock.tasks().len(), 3, "{deadlock}");
        }
        is_deadlock(result)
    });
    assert_eq!(told.iter().filter(|told| **told).count(), 1, "{told:?}");
}

#[test]
fn a_wait_for_all_that_closes_a_cycle() {
    let pools = [pool(1), pool(1)];
    let told = cycle("wait for all", &pools.each_ref(), |all, number| {
        let (_unkept, ready) = (0, Future::ready(true).shared());
        let waited = wait([ready, next(all, number).clone()], ReturnWhen::AllCompleted, None);
        waited.ended == Ended::Deadlock
    });
    assert!(told.contains(&true), "{told:?}");
}

#[test]
fn a_wait_for_any_is_stuck_only_if_all_are() {
    let pools = [pool(1), pool(1)];
    let (keep, kept) = promise::<bool>();
    let outside = kept.shared();
    let ends = std::thread::spawn(move || {
        let told = cycle("wait for any", &pools.each_ref(), move |all, number| {
            let waited = wait([outside.clone(), next(all, number).clone()], ReturnWhen::FirstCompleted, None);
            waited.ended == Ended::Deadlock
        });
        drop(pools);
        told
    });
    keep.complete(true).unwrap();
    assert_eq!(ends.join().unwrap(), [false, false]);
}

#[test]
fn as_completed_of_nothing_but_a_cycle() {
    let pools = [pool(1), pool(1)];
    let told = cycle("as completed", &pools.each_ref(), |all, number| {
        let mut completed = as_completed([next(all, number).clone()]);
        let first = completed.next().unwrap();
        assert!(completed.next().is_none());
        is_deadlock(first.result())
    });
    assert!(told.contains(&true), "{told:?}");
}

#[test]
fn a_task_that_waits_for_what_is_derived_from_it() {
    watched("derived from itself", || {
        let pool = pool(1);
        let place: Arc<OnceLock<SharedFuture<bool>>> = Arc::default();
        let (go, start) = promise::<()>();
        let mine = place.clone();
        let task = pool.submit(move || {
            start.wait();
            is_deadlock(mine.get().unwrap().result())
        });
        let derived = task.map(|told| told).shared();
        assert!(place.set(derived.clone()).is_ok());
        go.complete(()).unwrap();
        assert!(derived.result().unwrap());
    });
}

#[test]
fn a_long_chain_of_tasks_is_no_deadlock() {
    watched("a chain", || {
        let pool = pool(2);
        fn chain(pool: &PoolHandle, length: usize) -> usize {
            let inner = pool.clone();
            match length {
                0 => 0,
                _ => pool.submit(move || chain(&inner, length - 1)).result().unwrap() + 1,
            }
        }
        let handle = pool.handle();
        assert_eq!(pool.submit(move || chain(&handle, 100)).result().unwrap(), 100);
    });
}
