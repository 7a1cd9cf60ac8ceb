//! Circles that are closed by something else than a wait, and what can be run only after a wait has begun.

use earnest::{
    CompletionSet, Error, Future, ReturnWhen, SharedFuture, ThreadPoolExecutor, blocking, first_ok, promise,
    try_join_all, wait,
};
use earnest_testing::watched;
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};

fn pool(workers: usize, spares: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(workers).max_spare_workers(spares).build().unwrap()
}

/// Returns when `n` workers wait.
fn until_blocked(pool: &ThreadPoolExecutor, n: usize) {
    while !format!("{pool:?}").contains(&format!("blocked: {n},")) {
        std::thread::yield_now();
    }
}

/// A task on a pool of one that is given what `make` makes of its own future, waits for that by `wait`, and says whether
/// it was told of a deadlock.
fn waits_for<F: Send + 'static>(
    pool: &ThreadPoolExecutor,
    make: impl FnOnce(SharedFuture<bool>) -> F,
    wait: impl FnOnce(F) -> bool + Send + 'static,
) -> SharedFuture<bool> {
    let (give, take) = channel();
    let task = pool.submit(move || wait(take.recv().unwrap())).shared();
    give.send(make(task.clone())).unwrap();
    task
}

/// A future that another task is to complete, which waits for `first`. True where that was refused.
fn after(pool: &ThreadPoolExecutor, first: SharedFuture<bool>) -> Future<bool> {
    let future = pool.submit(move || first.result().map_or_else(Error::is_deadlock, |first| *first));
    until_blocked(pool, 1);
    future
}

#[test]
fn a_set_whose_last_adder_goes_while_it_waits_for_its_own_task() {
    for spares in [0, 4] {
        watched("the last adder goes", move || {
            let pool = pool(1, spares);
            let (tell, told) = channel();
            let task = waits_for(
                &pool,
                |own| own,
                move |own| {
                    let mut set = CompletionSet::from_iter([own]);
                    tell.send(set.adder()).unwrap();
                    set.next().unwrap().result().is_err_and(Error::is_deadlock)
                },
            );
            let adder = told.recv().unwrap();
            until_blocked(&pool, 1);
            drop(adder);
            assert!(*task.result().unwrap());
        });
    }
}

#[test]
fn a_task_that_is_added_to_a_set_for_which_its_only_worker_waits() {
    watched("added while waiting", || {
        let pool = pool(1, 0);
        let (tell, told) = channel();
        let sum = pool.submit(move || {
            let set = CompletionSet::new();
            tell.send(set.adder()).unwrap();
            set.map(|future: Future<u32>| future.result().unwrap()).sum::<u32>()
        });
        let adder = told.recv().unwrap();
        until_blocked(&pool, 1);
        for n in 1..=3 {
            adder.push(pool.submit(move || n)).unwrap();
        }
        drop(adder);
        assert_eq!(sum.result().unwrap(), 6);
    });
}

#[test]
fn a_future_that_comes_to_be_made_of_the_task_that_waits_for_it() {
    for spares in [0, 4] {
        watched("made of the one who waits", move || {
            let pool = pool(1, spares);
            let (promise, future) = promise::<()>();
            let (give, take) = channel::<Future<bool>>();
            let (tell, told) = channel();
            let task = pool.submit(move || {
                tell.send(take.recv().unwrap().result().is_err_and(|error| error.is_deadlock())).unwrap();
                true
            });
            give.send(future.and_then(|()| task)).unwrap();
            until_blocked(&pool, 1);
            promise.complete(()).unwrap();
            assert!(told.recv().unwrap());
        });
    }
}

#[test]
fn one_that_may_yet_fail_is_no_deadlock() {
    watched("one may fail", || {
        let pools = [pool(1, 0), pool(1, 0)];
        let (fails, failing) = promise::<bool>();
        let told = waits_for(
            &pools[0],
            |own| try_join_all([Future::ready(true), after(&pools[1], own), failing]),
            |all| all.result().is_err_and(|error| error.is_deadlock()),
        );
        until_blocked(&pools[0], 1);
        fails.fail("on purpose");
        assert!(!*told.result().unwrap());
    });
}

#[test]
fn one_that_has_failed_is_no_way_out_of_a_circle() {
    watched("one has failed", || {
        let pools = [pool(1, 0), pool(1, 0)];
        let told = waits_for(
            &pools[0],
            |own| {
                let (fails, failing) = promise::<bool>();
                let first = first_ok([failing, after(&pools[1], own)]);
                fails.fail("on purpose");
                first
            },
            // It is the one who comes last that is told. The other counts as waiting a little before it says what for, so it
            // may be either.
            |first| {
                first.result().map_or_else(|error| error.is_deadlock(), |(_, other_was_told)| other_was_told)
            },
        );
        assert!(*told.result().unwrap());
    });
}

#[test]
fn a_blocking_call_in_a_pool_of_one_is_replaced_for_what_it_submits() {
    watched("submits in a blocking call", || {
        let pool = pool(1, 1);
        let handle = pool.handle();
        let task = pool.submit(move || {
            let (tell, told) = channel();
            blocking(|| {
                let _detached = handle.submit(move || tell.send(7).unwrap());
                told.recv().unwrap()
            })
        });
        assert_eq!(task.result().unwrap(), 7);
    });
}

#[test]
fn a_function_that_waits_for_the_future_it_makes_is_told() {
    for (workers, spares) in [(1, 0), (2, 0), (1, 2)] {
        for hands_out in [false, true] {
            let pool =
                ThreadPoolExecutor::builder().max_workers(workers).max_spare_workers(spares).build().unwrap();
            let place: Arc<OnceLock<SharedFuture<bool>>> = Arc::default();
            let (go, start) = promise::<()>();
            let mine = place.clone();
            let told = move |()| mine.get().unwrap().result().is_err_and(|error| error.is_deadlock());
            let source = pool.submit(move || start.wait());
            let derived =
                if hands_out { source.and_then(move |()| Future::ready(told(()))) } else { source.map(told) };
            let derived = derived.shared();
            assert!(place.set(derived.clone()).is_ok());
            go.complete(()).unwrap();
            assert!(watched("waits for what it makes", || *derived.result().unwrap()));
        }
    }
}

#[test]
fn a_queued_task_that_has_a_part_in_a_circle_is_named() {
    let pools = [pool(1, 0), pool(1, 0)];
    let (give_one, take_one) = channel::<Future<String>>();
    let (give_other, take_other) = channel::<Future<()>>();
    let one = pools[0].submit(move || take_one.recv().unwrap().result().map_err(|error| error.to_string()));
    let other = pools[1].submit(move || match take_other.recv().unwrap().result() {
        Ok(()) => "it came".to_owned(),
        Err(error) => error.to_string(),
    });
    // Behind the one that waits for who waits for it.
    let queued = pools[0].submit(|| ());
    let id = queued.id();
    give_one.send(other).unwrap();
    give_other.send(queued).unwrap();
    let told = match watched("a circle through a queue", || one.result().unwrap()) {
        Ok(told) | Err(told) => told,
    };
    assert!(told.contains(&format!("task {id} ")), "{told}");
}

#[test]
fn an_initializer_that_waits_for_the_first_of_several_may_have_another_come() {
    let (give, take) = channel::<(earnest::PoolHandle, Future<u32>)>();
    let take = std::sync::Mutex::new(take);
    let (tell, told) = channel();
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .initializer(move || {
            let (handle, other) = take.lock().unwrap().recv().unwrap();
            let own = handle.submit(|| 1);
            let ended = wait([&own, &other], ReturnWhen::FirstCompleted, None).ended;
            let alone = wait([&own], ReturnWhen::FirstCompleted, None).ended;
            tell.send((ended, alone)).unwrap();
        })
        .build()
        .unwrap();
    let (promise, other) = promise();
    pool.submit(|| ()).detach();
    give.send((pool.handle(), other)).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(10));
    promise.complete(2).unwrap();
    let ends = watched("an initializer", || told.recv().unwrap());
    assert_eq!(ends, (earnest::Ended::Satisfied, earnest::Ended::Deadlock));
}

#[test]
fn one_that_runs_in_place_and_is_named_in_a_circle_has_its_outcome() {
    watched("named while it runs in place", || {
        let pool = pool(1, 0);
        let handle = pool.handle();
        let named = waits_for(
            &pool,
            |own| own,
            move |own| {
                let inner = handle.submit(move || own.result().map(|_| ()).map_err(ToString::to_string));
                inner.result().unwrap().is_err_and(|said| said.contains("hidden.rs"))
            },
        );
        assert!(*named.result().unwrap());
    });
}
