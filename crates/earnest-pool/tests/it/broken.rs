use crate::gate::{gate, occupy};
use earnest_core::{Error, ExecutorExt, Future, promise};
use earnest_pool::{Shutdown, ThreadPoolExecutor};
use earnest_testing::{Events, conform};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, channel};

/// Rows 81, 89, 90, 1.4.3: an initializer runs once in each worker, before its first task, and what it sets in its thread
/// the tasks there see, and nobody else.
#[test]
fn an_initializer_runs_once_per_worker_before_its_first_task() {
    conform("81 89 90 1.4.3", |claims| {
        std::thread_local! { static READY: std::cell::Cell<u32> = const { std::cell::Cell::new(0) }; }
        let initialize = || READY.with(|ready| ready.set(ready.get() + 1));
        let pool = ThreadPoolExecutor::builder().max_workers(2).initializer(initialize).build().unwrap();
        let (open, running) = occupy(&pool, 2);
        drop(open);
        running.into_iter().for_each(|future| future.result().unwrap());
        let futures: Vec<_> = (0..100).map(|_| pool.submit(|| READY.with(std::cell::Cell::get))).collect();
        let seen: Vec<_> = futures.into_iter().map(|future| future.result().unwrap()).collect();
        claims.is(seen, [1; 100]);
        claims.is(READY.with(std::cell::Cell::get), 0);
    });
}

/// Rows 82, 93, 1.4.4, 1.1.9: an initializer that fails breaks the pool: what is queued and what is submitted later ends
/// with the cause, a closure can be had back, and the failure is reported.
#[test]
fn a_failing_initializer_breaks_the_pool() {
    conform("82 93 1.4.4 1.1.9", |claims| {
        let events = Events::record();
        let initialize = || Err::<(), _>("no database, this time");
        let pool = ThreadPoolExecutor::builder().max_workers(2).initializer(initialize).build().unwrap();
        let error = pool.submit(|| ()).result().unwrap_err();
        let cause = match &error {
            Error::Broken(broken) => broken.cause().to_string(),
            other => other.to_string(),
        };
        claims.is(cause, "no database, this time");
        claims.is(pool.try_submit(|| 1).unwrap_err().into_inner()(), 1);
        claims.that(pool.submit(|| ()).result().unwrap_err().is_broken(), "later submissions say so");
        pool.shutdown();
        claims.is(pool.worker_count(), 0);
        let reports = events.containing("no database, this time");
        claims.that(reports.iter().any(|report| report.starts_with("ERROR ")), "it is reported as an error");
    });
}

#[test]
fn a_panicking_initializer_breaks_the_pool() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .initializer(|| {
            if std::thread::current().name().is_some() {
                panic!("unfit");
            }
        })
        .build()
        .unwrap();
    let error = pool.submit(|| ()).result().unwrap_err();
    assert!(error.to_string().contains("unfit"), "{error}");
}

#[test]
fn what_runs_when_the_pool_breaks_finishes() {
    let starts = AtomicUsize::new(0);
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .initializer(move || if starts.fetch_add(1, SeqCst) == 0 { Ok(()) } else { Err("only one") })
        .build()
        .unwrap();
    let (open, gate) = promise::<()>();
    let (started, running) = promise::<()>();
    let survivor = pool.submit(move || {
        started.complete(()).unwrap();
        gate.result().is_ok()
    });
    running.result().unwrap();
    // The one worker is busy, so this starts the second, which fails.
    let queued = pool.submit(|| ());
    assert!(queued.result().unwrap_err().is_broken());
    open.complete(()).unwrap();
    assert!(survivor.result().unwrap());
}

#[test]
fn a_cause_that_cannot_be_displayed_breaks_the_pool_all_the_same() {
    #[derive(Debug)]
    struct Mute;
    impl std::fmt::Display for Mute {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            // With a payload that takes no memory: it is leaked.
            std::panic::panic_any(())
        }
    }
    impl std::error::Error for Mute {}
    // Without a subscriber nobody would display it.
    Events::record();
    let pool =
        ThreadPoolExecutor::builder().max_workers(1).initializer(|| Err::<(), _>(Mute)).build().unwrap();
    assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
    pool.shutdown();
    assert_eq!(pool.worker_count(), 0);
}

/// A pool of one worker whose initializer, once `entered` has been told, waits for the gate and fails.
fn about_to_break() -> (ThreadPoolExecutor, crate::gate::Opener, Receiver<()>) {
    let (open, gate) = gate();
    let (entered, inside) = channel();
    let initialize = move || {
        entered.send(()).unwrap();
        gate.pass();
        Err::<(), _>("unfit")
    };
    let pool = ThreadPoolExecutor::builder().max_workers(1).initializer(initialize).build().unwrap();
    (pool, open, inside)
}

/// Rows 2b.e, 3.2.4: a queued future that is cancelled before the initializer fails is passed over, and the others end.
#[test]
fn a_cancelled_future_does_not_keep_the_others_from_ending_when_the_pool_breaks() {
    conform("2b.e 3.2.4", |claims| {
        let (pool, open, inside) = about_to_break();
        let futures: Vec<_> = (0..10).map(|n| pool.submit(move || n)).collect();
        inside.recv().unwrap();
        let cancelled: Vec<bool> = futures.iter().step_by(3).map(Future::cancel).collect();
        claims.is(cancelled, [true; 4]);
        drop(open);
        let ends: Vec<_> = futures.into_iter().map(|future| future.result().unwrap_err()).collect();
        claims.is(ends.iter().filter(|error| error.is_cancelled()).count(), 4);
        claims.is(ends.iter().filter(|error| error.is_broken()).count(), 6);
    });
}

/// Row 2b.d: a callback that an initializer's failure runs may submit to the pool, and shut it down.
#[test]
fn a_callback_may_use_the_pool_that_breaks() {
    conform("2b.d", |claims| {
        let (pool, open, inside) = about_to_break();
        let pool = Arc::new(pool);
        let (tell, told) = channel();
        let used = pool.clone();
        let future = pool.submit(|| ());
        future.add_done_callback(move |outcome| {
            let later = used.submit(|| ()).result();
            used.shutdown();
            let both = outcome.is_err_and(Error::is_broken) && later.is_err_and(|error| error.is_broken());
            tell.send(both).unwrap();
        });
        inside.recv().unwrap();
        drop(open);
        claims.that(told.recv().unwrap(), "both say that the pool is broken");
        claims.that(future.result().is_err(), "the future ends all the same");
    });
}

/// Rows 2b.f, 1.4.10: a pool that goes away before its worker is ready strands nobody: what is queued runs, or ends with
/// what broke the pool.
#[test]
fn a_pool_that_is_dropped_before_its_worker_is_ready_strands_nobody() {
    conform("2b.f 1.4.10", |claims| {
        for fails in [false, true] {
            let (open, gate) = gate();
            let (entered, inside) = channel();
            let initialize = move || {
                entered.send(()).unwrap();
                gate.pass();
                if fails { Err("unfit") } else { Ok(()) }
            };
            let pool = ThreadPoolExecutor::builder().max_workers(1).initializer(initialize).build().unwrap();
            let handle = pool.handle();
            let futures = [pool.submit(|| 1), pool.submit(|| 2)];
            inside.recv().unwrap();
            let dropping = std::thread::spawn(move || drop(pool));
            // A refusal shows that the drop has begun.
            while handle.try_submit(|| ()).map(Future::detach).is_ok() {
                std::thread::yield_now();
            }
            drop(open);
            let ends = futures.map(|future| future.result().map_err(|error| error.is_broken()));
            claims.is(ends, if fails { [Err(true), Err(true)] } else { [Ok(1), Ok(2)] });
            dropping.join().unwrap();
        }
    });
}

#[test]
fn a_broken_pool_can_be_shut_down_in_every_way() {
    let (pool, open, inside) = about_to_break();
    let future = pool.submit(|| ());
    inside.recv().unwrap();
    drop(open);
    assert!(future.result().unwrap_err().is_broken());
    pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() }).unwrap();
    pool.shutdown();
}
