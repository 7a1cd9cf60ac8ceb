use crate::gate::{Gate, Opener, gate, occupy, pool};
use earnest_core::{ExecutorExt, Future, SharedFuture, promise};
use earnest_pool::{Shutdown, ThreadPoolExecutor};
use earnest_testing::{conform, watched};
use std::cell::OnceCell;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::time::Duration;

/// Rows 15, 65, 1.3.12: a shutdown runs what is queued, and then all results can be had; it can be called again.
#[test]
fn shutdown_runs_what_is_queued() {
    conform("15 65 1.3.12", |claims| {
        let pool = pool(2);
        let n_tasks = if cfg!(miri) { 20 } else { 1_000 };
        let futures: Vec<_> = (0..n_tasks).map(|n| pool.submit(move || n)).collect();
        pool.shutdown();
        claims.that(futures.iter().all(Future::is_done), "everything is done");
        claims.is(
            futures.into_iter().map(|future| future.result().unwrap()).sum::<i32>(),
            n_tasks * (n_tasks - 1) / 2,
        );
        claims.is(pool.worker_count(), 0);
        pool.shutdown();
        claims.is(pool.shutdown_with(Shutdown { cancel_pending: true, ..Shutdown::default() }), Ok(()));
    });
}

/// Rows 66, 1.3.13, 2b.b: a shutdown that cancels lets what runs finish, and what it cancels is done for everybody at
/// once, and for who has waited since before.
#[test]
fn shutdown_can_cancel_what_is_queued() {
    conform("66 1.3.13 2b.b", |claims| {
        let pool = pool(1);
        let (open, running) = occupy(&pool, 1);
        let n_tasks = if cfg!(miri) { 5 } else { 50 };
        let queued: Vec<_> = (0..n_tasks).map(|_| pool.submit(|| ()).shared()).collect();
        let (waits, has_begun) = channel();
        let waited = queued[0].clone();
        let waiting = std::thread::spawn(move || {
            waits.send(()).unwrap();
            waited.result().unwrap_err().is_cancelled()
        });
        has_begun.recv().unwrap();
        let begin = Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() };
        claims.is(pool.shutdown_with(begin), Ok(()));
        claims.that(queued.iter().all(SharedFuture::is_cancelled), "what was queued is cancelled");
        claims
            .that(queued.iter().all(|future| future.wait_timeout(Duration::ZERO)), "and done for who looks");
        claims.that(waiting.join().unwrap(), "and for who waited");
        drop(open);
        pool.shutdown();
        claims.that(running.into_iter().all(|future| future.result().is_ok()), "what ran has finished");
    });
}

/// Rows 1.3.12, 3.3.4: a shutdown may have a timeout, and says who still runs; it can be taken up again, for as long as it
/// takes.
#[test]
fn a_shutdown_that_runs_out_of_time_names_who_still_runs() {
    conform("1.3.12 3.3.4", |claims| {
        let pool = ThreadPoolExecutor::builder().max_workers(1).thread_name_prefix("slow").build().unwrap();
        let (open, running) = occupy(&pool, 1);
        let error = pool
            .shutdown_with(Shutdown { timeout: Some(Duration::from_millis(5)), ..Shutdown::default() })
            .unwrap_err();
        claims.is(error.thread_names(), ["slow_0"]);
        claims.is(error.to_string(), "1 workers are still running: slow_0");
        drop(open);
        let patient = Shutdown { timeout: Some(Duration::MAX), ..Shutdown::default() };
        claims.is(pool.shutdown_with(patient), Ok(()));
        claims.that(running.into_iter().all(|future| future.result().is_ok()), "what ran has finished");
    });
}

/// A pool with a thread called `slow_0`, whose end waits for the gate.
fn pool_whose_thread_ends_late() -> (ThreadPoolExecutor, Opener) {
    struct PassesWhenDropped(Gate);
    impl Drop for PassesWhenDropped {
        fn drop(&mut self) {
            self.0.pass();
        }
    }
    thread_local!(static LAST: OnceCell<PassesWhenDropped> = const { OnceCell::new() });
    let pool = ThreadPoolExecutor::builder().max_workers(1).thread_name_prefix("slow").build().unwrap();
    let (open, gate) = gate();
    pool.submit(move || LAST.with(|last| last.set(PassesWhenDropped(gate)).ok().unwrap())).result().unwrap();
    (pool, open)
}

/// Another thread shuts the pool down, and is mostly in the middle of joining afterwards; if it is not, the outcome is the same.
fn another_joins<'s>(s: &'s std::thread::Scope<'s, '_>, pool: &'s ThreadPoolExecutor) {
    s.spawn(|| pool.shutdown());
    while pool.worker_count() != 0 {
        std::thread::yield_now();
    }
    std::thread::sleep(Duration::from_millis(20));
}

#[test]
fn a_shutdown_with_time_left_goes_on_while_another_waits_for_the_threads() {
    let (pool, open) = pool_whose_thread_ends_late();
    std::thread::scope(|s| {
        another_joins(s, &pool);
        s.spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            drop(open);
        });
        let patient = Shutdown { timeout: Some(Duration::from_secs(100)), ..Shutdown::default() };
        assert_eq!(watched("a shutdown with time left", || pool.shutdown_with(patient)), Ok(()));
    });
}

#[test]
fn a_shutdown_runs_out_of_time_also_while_another_waits_for_the_threads() {
    let (pool, open) = pool_whose_thread_ends_late();
    std::thread::scope(|s| {
        another_joins(s, &pool);
        let brief = Shutdown { timeout: Some(Duration::from_millis(5)), ..Shutdown::default() };
        let result = watched("a shutdown with a timeout", || pool.shutdown_with(brief));
        drop(open);
        assert_eq!(result.unwrap_err().thread_names(), ["slow_0"]);
    });
}

#[test]
fn a_shutdown_runs_out_of_time_while_a_thread_local_is_dropped() {
    let (pool, open) = pool_whose_thread_ends_late();
    for _ in 0..2 {
        let brief = Shutdown { timeout: Some(Duration::from_millis(5)), ..Shutdown::default() };
        let result = watched("a shutdown with a timeout", || pool.shutdown_with(brief));
        assert_eq!(result.unwrap_err().thread_names(), ["slow_0"]);
    }
    drop(open);
    let patient = Shutdown { timeout: Some(Duration::from_secs(100)), ..Shutdown::default() };
    assert_eq!(watched("a shutdown with time left", || pool.shutdown_with(patient)), Ok(()));
}

/// Rows 62, 1.1.9: after a shutdown submissions are refused, with an error of their own, and the closure can be had back.
#[test]
fn after_shutdown_submissions_are_refused() {
    conform("62 1.1.9", |claims| {
        let pool = pool(1);
        let handle = pool.handle();
        drop(pool);
        claims.that(handle.submit(|| ()).result().unwrap_err().is_rejected(), "it is rejected");
        claims.is(handle.try_submit(|| 3).unwrap_err().into_inner()(), 3);
    });
}

/// Rows 1.4.13, 2b.s, 3.3.3: on a worker, shutdown begins the end and returns, and whoever is outside waits for it.
#[test]
fn a_task_can_shut_its_own_pool_down() {
    conform("1.4.13 2b.s 3.3.3", |claims| {
        let pool = Arc::new(pool(2));
        let inner = pool.clone();
        claims.that(pool.submit(move || inner.shutdown()).result().is_ok(), "the task ends");
        claims.that(pool.submit(|| ()).result().unwrap_err().is_rejected(), "the pool takes no more");
        pool.shutdown();
        claims.is(pool.worker_count(), 0);
    });
}

#[test]
fn a_task_can_drop_its_own_pool() {
    let pool = Arc::new(pool(2));
    let (open, gate) = promise::<()>();
    let inner = pool.clone();
    let future = pool.submit(move || {
        gate.result().unwrap();
        drop(inner);
    });
    drop(pool);
    open.complete(()).unwrap();
    future.result().unwrap();
}

/// Rows 3.3.3, 2b.s: so can a callback that runs there.
#[test]
fn a_callback_can_shut_the_pool_down() {
    conform("3.3.3 2b.s", |claims| {
        let pool = Arc::new(pool(1));
        let (open, gate) = gate();
        let future = pool.submit(move || gate.pass());
        let inner = pool.clone();
        future.add_done_callback(move |_| inner.shutdown());
        drop(open);
        claims.that(future.result().is_ok(), "the future ends");
        pool.shutdown();
        claims.is(pool.worker_count(), 0);
    });
}

/// Rows 2b.c, 3.3.2: callbacks that a cancelling shutdown runs may submit to the pool and shut it down again: no lock is
/// held meanwhile.
#[test]
fn callbacks_may_use_the_pool_that_is_being_shut_down() {
    conform("2b.c 3.3.2", |claims| {
        let pool = Arc::new(pool(1));
        let (open, running) = occupy(&pool, 1);
        let (tell, told) = channel();
        let queued: Vec<_> = (0..10).map(|_| pool.submit(|| ())).collect();
        for future in &queued {
            let (tell, pool) = (tell.clone(), pool.clone());
            future.add_done_callback(move |_| {
                let refused = pool.submit(|| ()).result().is_err_and(|error| error.is_rejected());
                let again = Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() };
                tell.send(refused && pool.shutdown_with(again).is_ok()).unwrap();
            });
        }
        let begin = Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() };
        claims.is(pool.shutdown_with(begin), Ok(()));
        claims.is(told.try_iter().collect::<Vec<_>>(), [true; 10]);
        drop(open);
        running.into_iter().for_each(|future| future.result().unwrap());
        pool.shutdown();
    });
}

/// Row 2b.g: a callback's panic ends no worker: with one worker, what is queued runs all the same.
#[test]
fn a_callback_that_panics_ends_no_worker() {
    conform("2b.g", |claims| {
        let pool = pool(1);
        let (open, gate) = gate();
        let first = pool.submit(move || gate.pass());
        first.add_done_callback(|_| panic!("a callback, on purpose"));
        let second = pool.submit(|| 2);
        drop(open);
        claims.is(second.result().unwrap(), 2);
        claims.is(pool.worker_count(), 1);
        pool.shutdown();
    });
}

/// Row 68: submit, cancel, shutdown: what is left in the queue holds nobody up.
#[test]
fn a_cancelled_task_does_not_hold_the_shutdown_up() {
    conform("68", |claims| {
        let rounds = if cfg!(miri) { 1 } else { 100 };
        for _ in 0..rounds {
            let pool = pool(2);
            let future = pool.submit(|| ());
            let cancelled = future.cancel();
            pool.shutdown();
            claims.is(pool.worker_count(), 0);
            claims.is(future.result().is_err(), cancelled);
        }
    });
}

/// Row 75: a shutdown that neither waits nor lets the queue run: each task has run or is cancelled, whatever the moment.
#[test]
fn a_shutdown_that_neither_waits_nor_runs_loses_nothing() {
    conform("75", |claims| {
        let (rounds, n_tasks) = if cfg!(miri) { (2, 5) } else { (100, 20) };
        for _ in 0..rounds {
            let pool = pool(2);
            let futures: Vec<_> = (0..n_tasks).map(|n| pool.submit(move || n)).collect();
            let hasty = Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() };
            claims.is(pool.shutdown_with(hasty), Ok(()));
            drop(pool);
            let ends =
                futures.into_iter().map(|future| future.result().map_err(|error| error.is_cancelled()));
            claims.that(ends.enumerate().all(|(n, end)| end == Ok(n) || end == Err(true)), "it ran or not");
        }
    });
}

/// Row 2b.z: a running task may submit until its pool is shut down, and is then refused.
#[test]
fn a_running_task_may_submit_until_the_shutdown() {
    conform("2b.z", |claims| {
        let pool = pool(1);
        let (handle, later) = (pool.handle(), pool.handle());
        let (open, gate) = gate();
        let (tell, told) = channel();
        let task = pool.submit(move || {
            tell.send(handle.submit(|| 1)).unwrap();
            gate.pass();
            later.submit(|| 2)
        });
        let before = told.recv().unwrap();
        let begin = Shutdown { wait: false, ..Shutdown::default() };
        claims.is(pool.shutdown_with(begin), Ok(()));
        drop(open);
        claims.that(task.result().unwrap().result().unwrap_err().is_rejected(), "afterwards it is refused");
        claims.is(before.result().unwrap(), 1);
    });
}

/// Rows 1.3.14, 3.3.8: a pool that is dropped waits for what is queued; while unwinding it cancels that.
#[test]
fn unwinding_cancels_what_is_queued() {
    conform("1.3.14 3.3.8", |claims| {
        let waits = pool(1);
        let n_tasks = if cfg!(miri) { 10 } else { 100 };
        let futures: Vec<_> = (0..n_tasks).map(|n| waits.submit(move || n)).collect();
        drop(waits);
        claims.that(futures.iter().all(Future::is_done), "what was queued has run");

        let (opener, gate) = gate();
        let (queue, queued) = channel();
        let owner = std::thread::spawn(move || {
            let pool = pool(1);
            let (started, starts) = channel();
            pool.submit(move || {
                started.send(()).unwrap();
                gate.pass();
            })
            .detach();
            starts.recv().unwrap();
            queue.send(pool.submit(|| ())).unwrap();
            panic!("on purpose");
        });
        let future = queued.recv().unwrap();
        claims.that(future.result().unwrap_err().is_cancelled(), "what was queued is cancelled");
        drop(opener);
        claims.that(owner.join().is_err(), "the owner panicked");
    });
}

/// Eight threads submit while the pool shuts down, in every way that there is: each submission is executed, cancelled
/// or rejected, and none is two of these.
#[test]
fn submissions_that_race_a_shutdown_are_all_accounted_for() {
    let (rounds, each) = if cfg!(miri) { (3, 3) } else { (100, 200) };
    for round in 0..rounds {
        let pool = pool(1 + round % 4);
        let executed = Arc::new(AtomicUsize::new(0));
        let start = Arc::new(Barrier::new(9));
        let submitters: Vec<_> = (0..8)
            .map(|_| {
                let (handle, executed, start) = (pool.handle(), executed.clone(), start.clone());
                std::thread::spawn(move || {
                    start.wait();
                    let submit = |_| {
                        let executed = executed.clone();
                        handle.submit(move || executed.fetch_add(1, SeqCst))
                    };
                    (0..each).map(submit).collect::<Vec<_>>()
                })
            })
            .collect();
        start.wait();
        let cancel_pending = round % 3 == 1;
        if round % 3 == 2 {
            std::thread::yield_now();
            drop(pool);
        } else {
            pool.shutdown_with(Shutdown { cancel_pending, ..Shutdown::default() }).unwrap();
            assert_eq!(pool.worker_count(), 0);
        }
        let (mut ran, mut cancelled, mut rejected) = (0, 0, 0);
        for future in submitters.into_iter().flat_map(|thread| thread.join().unwrap()) {
            match future.result() {
                Ok(_) => ran += 1,
                Err(error) if error.is_cancelled() => cancelled += 1,
                Err(error) if error.is_rejected() => rejected += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(ran, executed.load(SeqCst));
        assert_eq!(ran + cancelled + rejected, 8 * each);
        assert!(cancelled == 0 || cancel_pending);
    }
}
