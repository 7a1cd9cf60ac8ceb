//! Pools that may start another thread, where there is none to be had: in a process that is given little memory.

use earnest::{Error, Future, ReturnWhen, ThreadPoolExecutor, promise, wait};
use earnest_testing::watched;
use std::process::Command;

const CHILD: &str = "EARNEST_TEST_NO_THREAD";

/// A worker's stack: of so many bytes there are `threads` to be had, and no more.
const STACK: usize = 512 << 20;

/// Runs `test`, which is the test of that name, in a process in which there is room for the stacks of so many threads.
fn where_there_are(threads: usize, name: &str, test: impl FnOnce() + Send + 'static) {
    if std::env::var_os(CHILD).is_some() {
        return watched("no thread", test);
    }
    // Neither is enough for one more, and for what the process has besides.
    let room = ((threads + 1) * STACK - (64 << 20)) >> 10;
    let limited = format!("ulimit -v {room} && exec \"$0\" --exact no_thread::{name} --nocapture");
    let mut child = Command::new("sh");
    child.args(["-c", &limited]).arg(std::env::current_exe().unwrap()).env(CHILD, "1");
    let said = child.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(said.status.success(), "{}{}", text(&said.stdout), text(&said.stderr));
}

/// A pool of two, of which the second is not to be had.
fn pool() -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder().max_workers(2).stack_size(STACK).build().unwrap()
}

#[test]
fn a_task_that_waits_for_any_runs_what_nobody_else_could() {
    where_there_are(1, "a_task_that_waits_for_any_runs_what_nobody_else_could", || {
        let pool = pool();
        let handle = pool.handle();
        let done =
            pool.submit(move || wait([handle.submit(|| 5)], ReturnWhen::FirstCompleted, None).done.len());
        assert_eq!(done.result().unwrap(), 1);
        assert_eq!(pool.worker_count(), 1);
    });
}

#[test]
fn a_task_that_comes_while_its_only_worker_waits_for_it_is_run() {
    where_there_are(1, "a_task_that_comes_while_its_only_worker_waits_for_it_is_run", || {
        let pool = pool();
        let handle = pool.handle();
        let (go, gate) = promise::<u32>();
        let derived = gate.and_then(move |n| handle.submit(move || n + 1));
        let outer = pool.submit(move || derived.result().unwrap());
        while !format!("{pool:?}").contains("blocked: 1,") {
            std::thread::yield_now();
        }
        go.complete(3).unwrap();
        assert_eq!(outer.result().unwrap(), 4);
        assert_eq!(pool.worker_count(), 1);
    });
}

#[test]
fn two_pools_that_wait_for_each_other_s_queue_are_told() {
    where_there_are(2, "two_pools_that_wait_for_each_other_s_queue_are_told", || {
        let pools = [pool(), pool()];
        let [a, b] = [pools[0].handle(), pools[1].handle()];
        // Both have the one thread that they will ever have.
        for pool in &pools {
            pool.submit(|| ()).result().unwrap();
        }
        let inner = a.clone();
        let outer: Future<Result<Result<i32, Error>, Error>> =
            a.submit(move || b.submit(move || inner.submit(|| 1).result()).result());
        let error = outer.result().unwrap().and_then(|inner| inner).unwrap_err();
        assert!(error.is_deadlock(), "{error}");
    });
}
