//! A scope cannot give up waiting: where it would wait for ever, others are told.

use crate::support::pool;
use earnest::{Error, PoolHandle, ScopedFuture, SharedFuture, ThreadPoolExecutor, scope};
use earnest_testing::watched;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, OnceLock};

#[test]
fn a_task_of_the_scope_that_waits_for_the_one_the_scope_is_in_is_told() {
    for workers in [1, 2, 3] {
        let pool = pool(workers);
        let handle = pool.handle();
        let itself = Arc::new(OnceLock::<SharedFuture<bool>>::new());
        let (ready, start) = channel::<()>();
        let board = itself.clone();
        let task = pool.submit(move || {
            start.recv().unwrap();
            let outer = board.get().unwrap().clone();
            let told = OnceLock::new();
            // Let go: a wait for it here might be the one that is refused.
            scope(&handle, |s| {
                s.submit(|| told.set(outer.result().is_err_and(Error::is_deadlock)).unwrap()).detach();
            });
            told.into_inner().unwrap()
        });
        let (tell, told) = channel();
        task.add_done_callback(move |outcome| tell.send(*outcome.unwrap()).unwrap());
        assert!(itself.set(task.shared()).is_ok());
        ready.send(()).unwrap();
        assert!(watched("waits for the outer", || told.recv().unwrap()));
    }
}

/// A task in each of two pools of one worker, that has a scope on the other's pool: whatever its future is waited for.
fn each_needs_the_other(end: fn(ScopedFuture<'_, ()>)) -> Vec<Option<Error>> {
    let pools = [pool(1), pool(1)];
    let both = Arc::new(Barrier::new(2));
    let task = |pool: &ThreadPoolExecutor, other: PoolHandle| {
        let both = both.clone();
        pool.submit(move || {
            both.wait();
            let seen = OnceLock::new();
            scope(&other, |s| {
                let future = s.submit(|| ());
                future.add_done_callback(|outcome| {
                    let error = outcome.err().map(|error| {
                        assert!(error.is_deadlock(), "{error}");
                        error.to_string()
                    });
                    seen.set(error).unwrap();
                });
                end(future);
            });
            seen.into_inner().unwrap()
        })
    };
    let tasks = [task(&pools[0], pools[1].handle()), task(&pools[1], pools[0].handle())];
    let said = tasks.map(|task| task.result().unwrap());
    said.into_iter().map(|error| error.map(|_| Error::Rejected)).collect()
}

#[test]
fn two_scopes_that_need_each_other_s_worker_end() {
    for round in 0..50 {
        for end in [(|future| future.detach()) as fn(ScopedFuture<'_, ()>), |future| drop(future.result())] {
            let told = watched(&format!("round {round}"), || each_needs_the_other(end));
            // Whoever is told goes on, and so may the other.
            assert!(told.iter().any(Option::is_some));
        }
    }
}

#[test]
fn a_task_that_has_begun_is_told_also_where_another_that_has_not_is_ended() {
    let (outer_pool, inner_pool) = (pool(1), pool(1));
    let inner = inner_pool.handle();
    let (give, given) = channel::<SharedFuture<()>>();
    let (tell, told) = channel();
    outer_pool
        .submit(move || {
            // It could begin only after this task, which the scope is in.
            let behind_this = given.recv().unwrap();
            scope(&inner, |s| {
                let tell = &tell;
                s.submit(move || tell.send(behind_this.result().is_err_and(Error::is_deadlock)).unwrap())
                    .detach();
                // It could begin only after the first.
                s.submit(|| ()).detach();
                // The first waits before the scope does.
                while inner_pool.stats().waiting == 0 {
                    std::thread::yield_now();
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            });
        })
        .detach();
    give.send(outer_pool.submit(|| ()).shared()).unwrap();
    assert!(watched("who waits for what is behind the scope", || told.recv().unwrap()));
}

#[test]
fn a_scope_in_an_initializer_drops_what_could_begin_only_after_it() {
    let (send, handles) = channel::<PoolHandle>();
    let handles = std::sync::Mutex::new(handles);
    let (tell, told) = channel();
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .initializer(move || {
            let handle = handles.lock().unwrap().recv().unwrap();
            let error = scope(&handle, |s| {
                let (seen, error) = channel();
                s.submit(|| ()).add_done_callback(move |outcome| {
                    seen.send(outcome.unwrap_err().to_string()).unwrap();
                });
                error
            });
            tell.send(error.recv().unwrap()).unwrap();
        })
        .build()
        .unwrap();
    send.send(pool.handle()).unwrap();
    let first = pool.submit(|| 7);
    let told = watched("a scope in an initializer", || told.recv().unwrap());
    assert!(told.contains("initializer"), "{told}");
    assert_eq!(first.result().unwrap(), 7);
}

#[test]
fn deep_scopes_end_with_values_or_with_a_clear_error() {
    fn deep(pool: &PoolHandle, depth: usize) -> Result<usize, Error> {
        if depth == 0 {
            return Ok(0);
        }
        scope(pool, |s| s.submit(|| deep(pool, depth - 1)).result())?.map(|n| n + 1)
    }
    for workers in [1, 2] {
        let pool = ThreadPoolExecutor::builder()
            .max_workers(workers)
            .max_spare_workers(0)
            .stack_size(256 << 10)
            .build()
            .unwrap();
        let handle = pool.handle();
        let end = watched("deep scopes", || pool.submit(move || deep(&handle, 3_000)).result().unwrap());
        match end {
            Ok(depth) => assert_eq!(depth, 3_000),
            Err(error) => assert!(error.is_deadlock(), "{error}"),
        }
    }
}
