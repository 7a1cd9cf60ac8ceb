use crate::hooks::Log;
use earnest_core::promise;
use earnest_pool::{Shutdown, ThreadPoolExecutor};
use earnest_testing::watched;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

#[test]
fn a_finalizer_runs_once_on_each_worker_s_thread_after_its_last_task() {
    let (log, finalizer) = Log::shared();
    let finalize = move || finalizer.add(std::thread::current().name().unwrap_or_default());
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .thread_name_prefix("w")
        .finalizer(finalize)
        .build()
        .unwrap();
    let both = Arc::new(Barrier::new(2));
    let meet = || {
        let (both, log) = (both.clone(), log.clone());
        pool.submit(move || {
            both.wait();
            log.add(format!("task on {}", std::thread::current().name().unwrap_or_default()));
        })
    };
    let tasks = [meet(), meet()];
    pool.shutdown();
    assert_eq!(log.sorted(), ["task on w_0", "task on w_1", "w_0", "w_1"]);
    let place = |entry: &str| log.entries().iter().position(|logged| logged == entry);
    // Each after its own worker's task; the other's may still run.
    assert!(place("task on w_0") < place("w_0") && place("task on w_1") < place("w_1"));
    assert!(tasks.iter().all(earnest_core::Future::is_done));
}

#[test]
fn a_finalizer_runs_after_tasks_that_panicked() {
    let (log, finalizer) = Log::shared();
    let pool = ThreadPoolExecutor::builder().finalizer(move || finalizer.add("finalizer")).build().unwrap();
    assert!(pool.submit(|| panic!("on purpose")).result().unwrap_err().is_panicked());
    drop(pool);
    assert_eq!(log.entries(), ["finalizer"]);
}

#[test]
fn a_finalizer_runs_where_the_initializer_failed_too() {
    for panics in [false, true] {
        let (log, finalizer) = Log::shared();
        let pool = ThreadPoolExecutor::builder()
            .max_workers(1)
            .initializer(move || if panics { panic!("on purpose") } else { Err("unfit") })
            .finalizer(move || finalizer.add("finalizer"))
            .build()
            .unwrap();
        assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
        pool.shutdown();
        assert_eq!(log.entries(), ["finalizer"]);
    }
}

#[test]
fn when_another_worker_breaks_the_pool_the_finalizer_runs_on_both() {
    let (log, finalizer) = Log::shared();
    let initializer = || match std::thread::current().name() {
        Some("w_0") => Ok(()),
        _ => Err("only one"),
    };
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .thread_name_prefix("w")
        .initializer(initializer)
        .finalizer(move || finalizer.add(std::thread::current().name().unwrap_or_default()))
        .build()
        .unwrap();
    let (open, gate) = promise::<()>();
    let (started, running) = promise::<()>();
    let survivor = pool.submit(move || {
        started.complete(()).unwrap();
        gate.result().is_ok()
    });
    running.result().unwrap();
    assert!(pool.submit(|| ()).result().unwrap_err().is_broken());
    open.complete(()).unwrap();
    assert!(survivor.result().unwrap());
    pool.shutdown();
    assert_eq!(log.sorted(), ["w_0", "w_1"]);
}

#[test]
fn a_finalizer_that_panics_keeps_no_other_from_running_and_no_shutdown_from_returning() {
    watched("a finalizer that panics", || {
        let (log, finalizer) = Log::shared();
        let pool = ThreadPoolExecutor::builder()
            .max_workers(3)
            .finalizer(move || {
                finalizer.add("finalizer");
                panic!("on purpose");
            })
            .build()
            .unwrap();
        let all = Arc::new(Barrier::new(3));
        let futures = [(); 3].map(|()| {
            let all = all.clone();
            pool.submit(move || all.wait().is_leader())
        });
        pool.shutdown();
        assert_eq!(log.entries(), ["finalizer"; 3]);
        assert_eq!(futures.into_iter().filter_map(|future| future.result().ok()).count(), 3);
    });
}

#[test]
fn what_a_finalizer_submits_is_refused() {
    watched("a finalizer that submits", || {
        let refused = Arc::new(Mutex::new(None));
        let own = Arc::new(Mutex::new(None::<earnest_pool::PoolHandle>));
        let finalizer = {
            let (refused, own) = (refused.clone(), own.clone());
            move || {
                let handle = own.lock().unwrap().take().unwrap();
                *refused.lock().unwrap() = Some(handle.submit(|| ()).result().unwrap_err().is_rejected());
            }
        };
        let pool = ThreadPoolExecutor::builder().max_workers(1).finalizer(finalizer).build().unwrap();
        *own.lock().unwrap() = Some(pool.handle());
        pool.submit(|| ()).result().unwrap();
        drop(pool);
        assert_eq!(*refused.lock().unwrap(), Some(true));
    });
}

#[test]
fn a_finalizer_can_shut_its_pool_down_and_drop_it() {
    watched("a finalizer that drops its pool", || {
        let own = Arc::new(Mutex::new(None::<ThreadPoolExecutor>));
        let (dropped, wait) = std::sync::mpsc::channel();
        let finalizer = {
            let own = own.clone();
            move || {
                let pool = own.lock().unwrap().take().unwrap();
                pool.shutdown();
                drop(pool);
                dropped.send(()).unwrap();
            }
        };
        let pool = ThreadPoolExecutor::builder().max_workers(1).finalizer(finalizer).build().unwrap();
        pool.submit(|| ()).result().unwrap();
        let begin = Shutdown { wait: false, ..Shutdown::default() };
        own.lock().unwrap().insert(pool).shutdown_with(begin).unwrap();
        wait.recv().unwrap();
    });
}

#[test]
fn a_timed_shutdown_does_not_wait_for_a_finalizer_that_blocks() {
    watched("a finalizer that blocks", || {
        let (open, gate) = promise::<()>();
        let gate = gate.shared();
        let pool = ThreadPoolExecutor::builder()
            .max_workers(1)
            .thread_name_prefix("slow")
            .finalizer(move || gate.wait())
            .build()
            .unwrap();
        pool.submit(|| ()).result().unwrap();
        let timed = Shutdown { timeout: Some(Duration::from_millis(5)), ..Shutdown::default() };
        assert_eq!(pool.shutdown_with(timed).unwrap_err().thread_names(), ["slow_0"]);
        open.complete(()).unwrap();
        pool.shutdown();
    });
}
