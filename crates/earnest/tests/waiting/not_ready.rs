//! Initializers that wait, for tasks of their own pool among others.

use earnest::{Future, PoolHandle, ReturnWhen, ThreadPoolExecutor, join_all, promise, race, wait};
use earnest_testing::watched;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What `wait` comes to in the initializer of a pool, to the handle of which, and to a future that comes when it has begun
/// to wait, it is given.
fn in_initializer<R: Send + 'static>(
    wait: impl Fn(PoolHandle, Future<u32>) -> R + Send + Sync + 'static,
) -> R {
    watched("an initializer waits", move || {
        let (mine, (tell, told)) = (Arc::new(Mutex::new(None)), channel());
        let place = mine.clone();
        let initializer = move || {
            let (handle, other): (PoolHandle, _) = mine.lock().unwrap().take().unwrap();
            tell.send(None).unwrap();
            tell.send(Some(wait(handle, other))).unwrap();
        };
        let pool = ThreadPoolExecutor::builder().max_workers(1).initializer(initializer).build().unwrap();
        let (comes, other) = promise();
        *place.lock().unwrap() = Some((pool.handle(), other));
        let first = pool.submit(|| ());
        assert!(told.recv().unwrap().is_none());
        // So that it mostly waits by then; it comes to the same if it does not.
        std::thread::sleep(Duration::from_millis(20));
        let _unless_nobody_waits = comes.complete(7);
        let result = told.recv().unwrap().unwrap();
        first.result().unwrap();
        result
    })
}

#[test]
fn one_that_waits_for_any_of_which_another_may_come_gets_that() {
    let done = in_initializer(|pool, other| {
        let waited = wait([pool.submit(|| 1), other], ReturnWhen::FirstCompleted, None);
        let done: Vec<_> = waited.done.into_iter().map(|future| future.result().unwrap()).collect();
        done
    });
    assert_eq!(done, [7]);
    let first =
        in_initializer(|pool, other| race([pool.submit(|| 1), other]).map(|(n, _)| n).result().unwrap());
    assert_eq!(first, 1);
}

#[test]
fn one_that_waits_for_any_of_its_own_is_told() {
    let refused = in_initializer(|pool, _| {
        let own = [pool.submit(|| 1), pool.submit(|| 2).map(|n| n + 1)];
        wait(own, ReturnWhen::FirstCompleted, None).done.is_empty()
    });
    assert!(refused);
    let told = in_initializer(|pool, _| {
        let own = [pool.submit(|| 1), join_all([pool.submit(|| 2)]).map(|_| 2)];
        race(own).result().is_err_and(|error| error.is_deadlock())
    });
    assert!(told);
}

#[test]
fn one_that_waits_for_all_of_which_one_is_its_own_is_told() {
    let told = in_initializer(|pool, other| {
        join_all([other, pool.submit(|| 1)]).result().is_err_and(|error| error.is_deadlock())
    });
    assert!(told);
}
