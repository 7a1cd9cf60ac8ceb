//! Shapes of programs that deadlock elsewhere, each with the way in which it ends here: with its values, or with an error
//! that says who waits for whom.

use earnest::{
    Ended, Error, Future, MapExt, PoolHandle, ReturnWhen, SharedFuture, ThreadPoolExecutor, as_completed,
    blocking, join_all, promise, race, scope, wait,
};
use earnest_testing::watched;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex, OnceLock};

mod callbacks;
mod ends;

use callbacks::*;
use ends::*;

/// Makes a test of each shape, which runs it some times, and a list of all, to run them many times.
macro_rules! shapes {
    ($($name:ident,)*) => {
        /// All shapes, by their names.
        pub(super) const SHAPES: &[(&str, fn())] = &[$((stringify!($name), $name)),*];

        mod each {
            $(
                #[test]
                fn $name() {
                    super::repeat(20, stringify!($name), super::$name);
                }
            )*
        }
    };
}

shapes! {
    a_task_waits_for_a_task_of_its_pool_of_one,
    two_tasks_wait_for_each_other,
    a_task_waits_for_itself,
    three_tasks_of_one_pool_wait_in_a_ring,
    tasks_of_several_pools_wait_in_a_ring,
    a_wait_for_all_closes_a_ring,
    as_completed_closes_a_ring,
    waits_for_any_are_all_in_the_ring,
    waits_for_any_have_a_way_out_of_the_ring,
    a_map_within_a_map,
    a_callback_waits_for_another_task_of_its_pool_of_one,
    a_callback_waits_for_the_task_beneath_it,
    an_initializer_waits_for_its_own_pool,
    a_task_waits_for_what_is_derived_from_it,
    a_task_joins_and_races_tasks_of_its_pool_of_one,
    two_hundred_nested_waits_on_small_stacks,
    two_pools_of_one_wait_for_each_other_s_queued_task,
    a_task_shuts_its_own_pool_down,
    a_task_drops_its_own_pool,
    a_captured_value_waits_as_it_is_dropped,
    an_unclaimed_value_waits_as_it_is_dropped,
    a_cancelled_task_waits_as_it_is_dropped,
    a_wait_within_a_blocking_call,
    a_ring_of_waits_within_blocking_calls,
    a_scope_within_a_scope,
    a_scope_s_task_waits_for_the_one_the_scope_is_in,
    a_task_submits_into_its_own_full_pool,
}

/// Runs a shape `n` times, and does not wait for ever.
pub(super) fn repeat(n: usize, name: &str, shape: fn()) {
    watched(name, || (0..n).for_each(|_| shape()));
}

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).build().unwrap()
}

/// What a task gives on a pool whose only worker is the one that runs it.
pub(super) fn in_a_pool_of_one<R: Send + 'static>(task: impl FnOnce(PoolHandle) -> R + Send + 'static) -> R {
    let pool = pool(1);
    let handle = pool.handle();
    let result = pool.submit(move || task(handle)).result().unwrap();
    assert_eq!(pool.worker_count(), 1, "a pool of one worker stays one");
    result
}

/// Runs tasks, task `i` on `pools[i]`, each of which is given the futures of all, calls `wait` with them and its own
/// number, and says whether it was told of a deadlock. Gives what they said.
fn tasks(
    pools: &[&ThreadPoolExecutor],
    wait: impl Fn(&[SharedFuture<bool>], usize) -> bool + Clone + Send + 'static,
) -> Vec<bool> {
    let (places, futures): (Vec<Sender<_>>, Vec<_>) = pools
        .iter()
        .enumerate()
        .map(|(number, pool)| {
            let (give, take) = channel::<Vec<SharedFuture<bool>>>();
            let wait = wait.clone();
            (give, pool.submit(move || wait(&take.recv().unwrap(), number)).shared())
        })
        .unzip();
    for place in places {
        place.send(futures.clone()).unwrap();
    }
    futures.iter().map(|future| *future.result().unwrap()).collect()
}

fn next(futures: &[SharedFuture<bool>], number: usize) -> &SharedFuture<bool> {
    &futures[(number + 1) % futures.len()]
}

fn others(futures: &[SharedFuture<bool>], number: usize) -> impl Iterator<Item = SharedFuture<bool>> {
    futures.iter().enumerate().filter(move |(other, _)| *other != number).map(|(_, future)| future.clone())
}

/// Runs tasks each of which waits for the result of the next, and the last for that of the first: exactly one is told,
/// with the names of all.
fn ring(pools: &[&ThreadPoolExecutor]) {
    let told = tasks(pools, |all, number| names(next(all, number).result(), all));
    assert_eq!(told.iter().filter(|told| **told).count(), 1, "{told:?}");
}

/// Whether a wait was refused as a deadlock, which has to name every one of `ring`, and where it was submitted.
fn names<T, R>(result: Result<T, &Error>, ring: &[SharedFuture<R>]) -> bool {
    let error = match result {
        Ok(_) => return false,
        Err(error) => error,
    };
    let Error::Deadlock(deadlock) = error else { panic!("{error}") };
    assert_eq!(deadlock.tasks().len(), ring.len(), "{error}");
    let text = error.to_string();
    for future in ring {
        let task = deadlock.tasks().iter().find(|task| task.id() == future.id());
        let task = task.unwrap_or_else(|| panic!("task {} is not in: {error}", future.id()));
        assert_eq!(task.location().file(), file!(), "{error}");
        assert!(text.contains(&format!("task {} (submitted at {})", task.id(), task.location())), "{text}");
    }
    assert_eq!(text.ends_with("waits for itself"), ring.len() == 1, "{text}");
    true
}

// ---- waits of one task for another ----

/// The first of the two deadlocks in the documentation of `concurrent.futures`.
fn a_task_waits_for_a_task_of_its_pool_of_one() {
    assert_eq!(in_a_pool_of_one(|pool| pool.submit(|| 7).result().unwrap()), 7);
}

/// The second of them.
fn two_tasks_wait_for_each_other() {
    for workers in 1..=3 {
        let pool = pool(workers);
        ring(&[&pool, &pool]);
    }
}

fn a_task_waits_for_itself() {
    for workers in 1..=2 {
        ring(&[&pool(workers)]);
    }
}

fn three_tasks_of_one_pool_wait_in_a_ring() {
    for workers in 1..=4 {
        let pool = pool(workers);
        ring(&[&pool, &pool, &pool]);
    }
}

fn tasks_of_several_pools_wait_in_a_ring() {
    let [a, b, c] = [pool(1), pool(1), pool(2)];
    ring(&[&a, &b]);
    ring(&[&a, &b, &c]);
    ring(&[&c, &a, &c, &b]);
}

// ---- waits for several ----

fn a_wait_for_all_closes_a_ring() {
    let [a, b] = [pool(1), pool(1)];
    for pools in [[&a, &b], [&a, &a]] {
        let ready = Future::ready(true).shared();
        // What could still come is no way out. It comes when one has been told.
        let (keep, kept) = promise::<bool>();
        let (keep, kept) = (Arc::new(Mutex::new(Some(keep))), kept.shared());
        let told = tasks(&pools, move |all, number| {
            let members = [ready.clone(), kept.clone(), next(all, number).clone()];
            let ended = wait(members, ReturnWhen::AllCompleted, None).ended;
            drop(keep.lock().unwrap().take());
            ended == Ended::Deadlock
        });
        assert!(told.contains(&true), "{told:?}");
    }
}

fn as_completed_closes_a_ring() {
    let [a, b] = [pool(1), pool(1)];
    for pools in [[&a, &b], [&a, &a]] {
        let told = tasks(&pools, |all, number| {
            let mut completed = as_completed([next(all, number).clone()]);
            let first = completed.next().unwrap();
            assert!(completed.next().is_none());
            names(first.result(), all)
        });
        assert!(told.contains(&true), "{told:?}");
    }
}

fn waits_for_any_are_all_in_the_ring() {
    let [a, b, c] = [pool(1), pool(1), pool(2)];
    for pools in [[&a, &b, &c], [&a, &a, &b], [&c, &c, &c]] {
        let told = tasks(&pools, |all, number| {
            wait(others(all, number), ReturnWhen::FirstCompleted, None).ended == Ended::Deadlock
        });
        assert!(told.contains(&true), "{told:?}");
    }
}

fn waits_for_any_have_a_way_out_of_the_ring() {
    let (keep, kept) = promise::<bool>();
    let outside = kept.shared();
    let ends = std::thread::spawn(move || {
        let pools = [pool(1), pool(1)];
        tasks(&pools.each_ref(), move |all, number| {
            let waited = wait([outside.clone(), next(all, number).clone()], ReturnWhen::FirstCompleted, None);
            waited.ended == Ended::Deadlock
        })
    });
    keep.complete(true).unwrap();
    assert_eq!(ends.join().unwrap(), [false, false]);
}

fn a_map_within_a_map() {
    let sum = in_a_pool_of_one(|pool| {
        let inner = pool.clone();
        let rows =
            pool.map(0..10, move |row| inner.map(0..10, move |n| row * n).map(Result::unwrap).sum::<i32>());
        rows.map(Result::unwrap).sum::<i32>()
    });
    assert_eq!(sum, 45 * 45);
}

fn a_task_joins_and_races_tasks_of_its_pool_of_one() {
    let (sum, first) = in_a_pool_of_one(|pool| {
        let futures = || (0..10).map(|n| pool.submit(move || n)).collect::<Vec<_>>();
        let sum: i32 = join_all(futures()).result().unwrap().into_iter().map(Result::unwrap).sum();
        let (place, value) = race(futures()).result().unwrap();
        assert_eq!(i32::try_from(place), Ok(value));
        (sum, value)
    });
    assert!(sum == 45 && first < 10);
}

// ---- deep, and across ----

fn two_hundred_nested_waits_on_small_stacks() {
    fn nested(pool: &PoolHandle, depth: usize) -> Result<usize, Error> {
        let inner = pool.clone();
        match depth {
            0 => Ok(0),
            _ => pool.submit(move || nested(&inner, depth - 1)).result()?.map(|n| n + 1),
        }
    }
    for spares in [0, 256] {
        let builder = ThreadPoolExecutor::builder().max_workers(2).max_spare_workers(spares);
        let pool = builder.stack_size(256 << 10).build().unwrap();
        let handle = pool.handle();
        match pool.submit(move || nested(&handle, 200)).result().unwrap() {
            Ok(depth) => assert_eq!(depth, 200),
            Err(error) => {
                assert!(error.is_deadlock() && spares == 0, "{spares} spare workers: {error}");
                assert!(error.to_string().contains("no stack for one more"), "{error}");
            }
        }
    }
}

/// What each waits for is queued behind the other.
fn two_pools_of_one_wait_for_each_other_s_queued_task() {
    let pools = [pool(1), pool(1)];
    let both_run = Arc::new(Barrier::new(2));
    let (places, firsts): (Vec<_>, Vec<_>) = pools
        .iter()
        .map(|pool| {
            let (give, take) = channel::<Future<usize>>();
            let both_run = both_run.clone();
            let first = pool.submit(move || {
                both_run.wait();
                take.recv().unwrap().result()
            });
            (give, first)
        })
        .unzip();
    for (number, place) in places.iter().enumerate() {
        let other = 1 - number;
        place.send(pools[other].submit(move || other)).unwrap();
    }
    let mut refused = 0;
    for (number, first) in firsts.into_iter().enumerate() {
        match first.result().unwrap() {
            Ok(value) => assert_eq!(value, 1 - number),
            Err(Error::Deadlock(deadlock)) => {
                refused += 1;
                // Both that wait, and both that are queued.
                assert_eq!(deadlock.tasks().len(), 4, "{deadlock}");
                assert!(deadlock.tasks().iter().all(|task| task.location().file() == file!()), "{deadlock}");
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(refused, 1);
}

// ---- scopes, and queues that are full ----

fn a_scope_within_a_scope() {
    let sum = in_a_pool_of_one(|pool| {
        let inner = |n: u32| scope(&pool, |s| s.submit(|| n + 1).result().unwrap());
        scope(&pool, |s| [1, 2, 3].map(|n| s.submit(move || inner(n))).map(|task| task.result().unwrap()))
    });
    assert_eq!(sum, [2, 3, 4]);
}

fn a_scope_s_task_waits_for_the_one_the_scope_is_in() {
    let pool = pool(2);
    let handle = pool.handle();
    let (give, take) = channel::<Future<bool>>();
    let (tell, told) = channel();
    let task = pool.submit(move || {
        let itself = take.recv().unwrap();
        let told = Arc::new(OnceLock::new());
        let place = told.clone();
        scope(&handle, |s| {
            s.submit(move || place.set(itself.result().is_err_and(|error| error.is_deadlock()))).detach();
        });
        *told.get().unwrap()
    });
    task.add_done_callback(move |outcome| tell.send(*outcome.unwrap()).unwrap());
    give.send(task).unwrap();
    assert!(told.recv().unwrap());
}

fn a_task_submits_into_its_own_full_pool() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).queue_capacity(1).build().unwrap();
    let handle = pool.handle();
    let outer = pool.submit(move || {
        let inner: Vec<_> = (0..20).map(|n| handle.submit(move || n)).collect();
        inner.into_iter().map(|future| future.result().unwrap()).sum::<u32>()
    });
    assert_eq!(outer.result().unwrap(), 190);
}
