//! A queue with room for so many: the bound is exact, and each policy does what it says, from outside and from within.

use crate::gate::{gate, occupy};
use earnest_core::{Executor, Future, Refusal, TaskOptions, join, scope, task};
use earnest_pool::{BuildError, Builder, RejectionPolicy, Shutdown, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

pub(crate) fn bounded(workers: usize, capacity: usize, policy: RejectionPolicy) -> ThreadPoolExecutor {
    settings(workers, capacity, policy).build().unwrap()
}

pub(crate) fn settings(workers: usize, capacity: usize, policy: RejectionPolicy) -> Builder {
    ThreadPoolExecutor::builder().max_workers(workers).queue_capacity(capacity).rejection_policy(policy)
}

#[test]
fn a_capacity_of_none_is_an_error() {
    let error = ThreadPoolExecutor::builder().queue_capacity(0).build().unwrap_err();
    assert_eq!(error, BuildError::QueueCapacity);
    assert!(error.to_string().contains("queue_capacity"));
}

#[test]
fn a_full_queue_refuses_and_gives_the_closure_back() {
    for policy in [RejectionPolicy::Reject, RejectionPolicy::Block, RejectionPolicy::CallerRuns] {
        let pool = bounded(1, 2, policy);
        let (open, _busy) = occupy(&pool, 1);
        let queued = [pool.try_submit(|| 1).unwrap(), pool.try_submit(|| 2).unwrap()];
        let refused = pool.try_submit(|| 3).unwrap_err();
        assert!(matches!(refused.reason(), Refusal::Full), "{refused}");
        assert!(refused.to_string().contains("full"));
        assert_eq!(refused.into_inner()(), 3);
        drop(open);
        assert_eq!(queued.map(|future| future.result().unwrap()), [1, 2]);
    }
    let pool = bounded(1, 1, RejectionPolicy::Reject);
    let (_open, _busy) = occupy(&pool, 1);
    let queued = pool.submit(|| 1);
    assert!(pool.submit(|| 2).result().unwrap_err().is_rejected());
    assert!(matches!(pool.execute(|| ()).unwrap_err().reason(), Refusal::Full));
    assert!(queued.cancel());
}

#[test]
fn submissions_wait_for_room_and_come_in_when_there_is_some() {
    let pool = bounded(1, 1, RejectionPolicy::Block);
    let (open, _busy) = occupy(&pool, 1);
    let ran = Arc::new(AtomicUsize::new(0));
    let task = || {
        let ran = ran.clone();
        move || ran.fetch_add(1, SeqCst)
    };
    pool.submit(task()).detach();
    thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn({
                let (pool, task) = (pool.handle(), task());
                move || pool.submit(task).detach()
            });
        }
        thread::sleep(Duration::from_millis(20));
        assert_eq!(ran.load(SeqCst), 0);
        drop(open);
    });
    watched("they come in", || pool.shutdown());
    assert_eq!(ran.load(SeqCst), 4);
}

#[test]
fn a_submission_that_waits_in_vain_is_refused_when_its_time_is_up() {
    let pool = bounded(1, 1, RejectionPolicy::BlockTimeout(Duration::from_millis(20)));
    let (open, _busy) = occupy(&pool, 1);
    let queued = pool.submit(|| 1);
    assert!(pool.submit(|| 2).result().unwrap_err().is_rejected());
    let (runnable, future) = task(|| 3);
    let refused = pool.spawn(runnable).unwrap_err();
    assert!(matches!(refused.reason, Refusal::Full));
    refused.task.run();
    assert_eq!(future.result().unwrap(), 3);
    drop(open);
    assert_eq!(queued.result().unwrap(), 1);
    assert_eq!(pool.submit(|| 4).result().unwrap(), 4);
}

#[test]
fn the_caller_runs_what_finds_no_room() {
    let pool = bounded(1, 1, RejectionPolicy::CallerRuns);
    let (open, _busy) = occupy(&pool, 1);
    let queued = pool.submit(|| thread::current().id());
    let here = pool.submit(|| thread::current().id());
    assert!(here.is_done());
    assert_eq!(here.result().unwrap(), thread::current().id());
    let panicked: Future<()> = pool.submit(|| panic!("not the caller's"));
    assert!(panicked.result().unwrap_err().is_panicked());
    drop(open);
    assert_ne!(queued.result().unwrap(), thread::current().id());
    pool.shutdown();
    assert!(pool.submit(|| ()).result().unwrap_err().is_rejected());
}

#[test]
fn a_task_that_needs_a_workers_state_is_not_run_by_the_caller() {
    let pool =
        settings(1, 1, RejectionPolicy::CallerRuns).worker_state(|_| thread::current().id()).build().unwrap();
    let (open, gate) = gate();
    pool.submit(move || gate.pass()).detach();
    let futures: Vec<_> = thread::scope(|threads| {
        let submits = threads.spawn(|| {
            let submit = |_| pool.submit_local(|state| *state == thread::current().id());
            (0..3).map(submit).collect()
        });
        drop(open);
        submits.join().unwrap()
    });
    assert!(futures.into_iter().all(|future| future.result().unwrap()));
}

#[test]
fn the_oldest_from_outside_makes_room() {
    let pool = bounded(1, 2, RejectionPolicy::DiscardOldest);
    let (open, _busy) = occupy(&pool, 1);
    let futures: Vec<_> = (0..5).map(|n| pool.submit(move || n)).collect();
    drop(open);
    let results: Vec<_> = futures.into_iter().map(|future| future.result().ok()).collect();
    assert_eq!(results, [None, None, None, Some(3), Some(4)]);
}

#[test]
fn what_a_worker_has_queued_itself_is_not_discarded() {
    let pool = bounded(1, 2, RejectionPolicy::DiscardOldest);
    let handle = pool.handle();
    let (own, late) = pool
        .submit(move || {
            let own = [handle.submit(|| 1), handle.submit(|| 2)];
            (own, handle.submit(|| 3).result())
        })
        .result()
        .unwrap();
    assert!(late.unwrap_err().is_rejected());
    assert_eq!(own.map(|future| future.result().unwrap()), [1, 2]);
}

#[test]
fn room_comes_back_when_a_task_begins_is_cancelled_or_runs_out_of_time() {
    let pool = bounded(1, 1, RejectionPolicy::Reject);
    let (open, _busy) = occupy(&pool, 1);
    let rounds = if cfg!(miri) { 5 } else { 100 };
    for _ in 0..rounds {
        let queued = pool.submit(|| ());
        assert!(pool.submit(|| ()).is_done());
        assert!(queued.cancel());
    }
    let expires = TaskOptions::new().timeout(Duration::from_millis(10));
    watched("out of time", || pool.submit_with(expires, |_| ()).result().unwrap_err());
    let queued = pool.submit(|| 7);
    assert!(!queued.is_done());
    drop(open);
    assert_eq!(queued.result().unwrap(), 7);
    for _ in 0..rounds {
        assert_eq!(pool.submit(|| 8).result().unwrap(), 8);
    }
}

#[test]
fn those_who_wait_for_room_are_refused_by_a_shutdown() {
    let pool = bounded(1, 1, RejectionPolicy::Block);
    let (open, _busy) = occupy(&pool, 1);
    let queued = pool.submit(|| 7);
    let refused = thread::scope(|threads| {
        let waits: Vec<_> = (0..3).map(|_| threads.spawn(|| pool.submit(|| 8))).collect();
        thread::sleep(Duration::from_millis(20));
        pool.shutdown_with(Shutdown { wait: false, ..Shutdown::default() }).unwrap();
        waits.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(refused.into_iter().all(|future| future.result().unwrap_err().is_rejected()));
    drop(open);
    assert_eq!(queued.result().unwrap(), 7);
}

#[test]
fn a_task_that_submits_into_its_own_full_pool_ends() {
    let n_inner = if cfg!(miri) { 20 } else { 100 };
    for workers in [1, 2, 3] {
        for spares in [0, 1] {
            let pool =
                settings(workers, 1, RejectionPolicy::Block).max_spare_workers(spares).build().unwrap();
            let handle = pool.handle();
            let n = watched("submits into its own full pool", || {
                let outer = pool.submit(move || {
                    let inner: Vec<_> = (0..n_inner).map(|n| handle.submit(move || n)).collect();
                    inner.into_iter().map(|future| future.result().unwrap()).sum::<usize>()
                });
                outer.result().unwrap()
            });
            assert_eq!(n, n_inner * (n_inner - 1) / 2);
        }
    }
}

#[test]
fn all_tasks_at_once_submit_into_their_own_full_pool() {
    let (deep, n_tasks) = if cfg!(miri) { (3, 40) } else { (6, 1_093) };
    for workers in [1, 2, 4] {
        let pool = settings(workers, 2, RejectionPolicy::Block).max_spare_workers(0).build().unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let tree = |depth: usize| {
            fn grow(pool: &earnest_pool::PoolHandle, depth: usize, count: &Arc<AtomicUsize>) {
                count.fetch_add(1, SeqCst);
                for _ in 0..if depth > 0 { 3 } else { 0 } {
                    let (inner, count) = (pool.clone(), count.clone());
                    pool.submit(move || grow(&inner, depth - 1, &count)).detach();
                }
            }
            let (handle, count) = (pool.handle(), count.clone());
            pool.submit(move || grow(&handle, depth, &count))
        };
        watched("a tree", || {
            tree(deep).result().unwrap();
            while count.load(SeqCst) < n_tasks {
                thread::yield_now();
            }
        });
    }
}

#[test]
fn scopes_and_joins_on_a_full_pool_end() {
    fn sum(pool: &ThreadPoolExecutor, numbers: &[u64]) -> u64 {
        let Some((middle, _)) = numbers.len().checked_sub(2).map(|_| numbers.split_at(numbers.len() / 2))
        else {
            return numbers.iter().sum();
        };
        let rest = &numbers[middle.len()..];
        let (a, b) = join(pool, || sum(pool, middle), || sum(pool, rest));
        a + b
    }
    let (n_numbers, n_tasks) = if cfg!(miri) { (20, 4) } else { (200, 20) };
    let numbers: Vec<u64> = (0..n_numbers).collect();
    for workers in [1, 2] {
        let pool = bounded(workers, 1, RejectionPolicy::Block);
        watched("joins", || assert_eq!(sum(&pool, &numbers), n_numbers * (n_numbers - 1) / 2));
        let n = AtomicUsize::new(0);
        watched("scopes", || {
            scope(&pool, |s| {
                for _ in 0..n_tasks {
                    s.submit(|| (0..n_tasks).for_each(|_| s.submit(|| n.fetch_add(1, SeqCst)).detach()))
                        .detach();
                }
            });
        });
        assert_eq!(n.into_inner(), n_tasks * n_tasks);
    }
}

#[test]
fn an_initializer_that_finds_its_own_queue_full_is_refused() {
    let (send, receive) = channel::<earnest_pool::PoolHandle>();
    let receive = std::sync::Mutex::new(receive);
    let (tell, told) = channel();
    let pool = settings(1, 1, RejectionPolicy::Block)
        .initializer(move || {
            let handle = receive.lock().unwrap().recv().unwrap();
            tell.send([handle.submit(|| 1), handle.submit(|| 2)]).unwrap();
        })
        .build()
        .unwrap();
    let first = pool.submit(|| 0);
    send.send(pool.handle()).unwrap();
    let [a, b] = watched("an initializer", || told.recv().unwrap());
    // The first task, and the place it has taken, may have come before or after.
    let results = watched("its tasks", || [first.result(), a.result(), b.result()]);
    assert!(results.iter().any(Result::is_ok) && results.iter().any(Result::is_err));
}

#[test]
fn the_bound_is_exact_under_many_producers() {
    const CAPACITY: usize = if cfg!(miri) { 10 } else { 100 };
    let (rounds, each) = if cfg!(miri) { (2, 20) } else { (20, 200) };
    for _ in 0..rounds {
        let pool = bounded(2, CAPACITY, RejectionPolicy::Reject);
        let (open, _busy) = occupy(&pool, 2);
        let accepted = AtomicUsize::new(0);
        thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    for n in 0..each {
                        let Ok(future) = pool.try_submit(|| ()) else { continue };
                        // One that is cancelled makes room for one other.
                        let cancelled = n % 5 == 0 && future.cancel();
                        accepted.fetch_add(usize::from(!cancelled), SeqCst);
                    }
                });
            }
        });
        assert_eq!((accepted.into_inner(), pool.stats().queued), (CAPACITY, CAPACITY));
        drop(open);
        pool.shutdown();
        assert_eq!(pool.stats().queued, 0);
    }
}

#[test]
fn eight_producers_who_wait_for_room_all_come_in() {
    const EACH: usize = if cfg!(miri) { 20 } else { 10_000 };
    let pool = bounded(2, 100, RejectionPolicy::Block);
    let (queued, ran) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    watched("eight producers", || {
        thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    for n in 0..EACH {
                        let ran = ran.clone();
                        let future = pool.submit(move || ran.fetch_add(1, SeqCst));
                        if n % 3 == 0 && future.cancel() {
                            queued.fetch_add(1, SeqCst);
                        }
                        assert!(pool.stats().queued <= 100);
                    }
                });
            }
        });
        pool.shutdown();
    });
    assert_eq!(ran.load(SeqCst) + queued.load(SeqCst), 8 * EACH);
}

#[test]
fn a_turn_of_an_async_block_makes_no_room_and_is_not_discarded() {
    let pool = bounded(1, 1, RejectionPolicy::DiscardOldest);
    let (open, _busy) = occupy(&pool, 1);
    let block = pool.spawn_async(async { 7 });
    let [oldest, newest] = [1, 2].map(|n| pool.submit(move || n));
    drop(open);
    assert!(oldest.result().unwrap_err().is_rejected());
    assert_eq!(newest.result().unwrap(), 2);
    assert_eq!(watched("the block", || block.result().unwrap()), 7);
}

/// A turn of an async block makes no room, and stays where it can be polled while what makes room is told so.
#[test]
fn what_is_discarded_may_wait_for_what_stays() {
    watched("a discarded task's callback", || {
        let pool = bounded(1, 1, RejectionPolicy::DiscardOldest);
        let (opener, _occupied) = occupy(&pool, 1);
        let block = pool.spawn_async(async { 7 });
        let victim = pool.submit(|| ());
        let (tell, told) = channel();
        victim.add_done_callback(move |_| {
            drop(opener);
            tell.send(block.result().unwrap()).unwrap();
        });
        pool.submit(|| ()).detach();
        assert_eq!(told.recv().unwrap(), 7);
    });
}
