//! An ended pool leaves no thread behind. Counted in a process of its own, where no other test starts threads.

use earnest_pool::{Shutdown, ThreadPoolExecutor};
use earnest_testing::conform;
use std::process::Command;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

const CHILD: &str = "EARNEST_TEST_CHILD";

/// Rows 69, 70, 71, 72: blocked tasks have a thread each; however a pool ends, by a drop, a shutdown, one that does not
/// wait or a failing initializer, its threads end with it.
#[test]
#[cfg(target_os = "linux")]
fn an_ended_pool_leaves_no_thread_behind() {
    if std::env::var_os(CHILD).is_some() {
        return in_child();
    }
    conform("69 70 71 72", |claims| {
        let (success, said) = run_child();
        claims.that(success, &format!("the child ended well: {said}"));
        claims.that(said.contains("all ended"), &format!("it came to its end: {said}"));
    });
}

/// Runs the same test in a process of its own. Says whether it ended well, and what it said.
fn run_child() -> (bool, String) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "leftovers::an_ended_pool_leaves_no_thread_behind", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = [child.stdout, child.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (child.status.success(), said.concat())
}

/// A joined thread may show for a moment longer: the kernel says that it has ended before it takes it off the list.
fn assert_threads(expected: usize, when: &str) {
    let begin = Instant::now();
    while threads() != expected {
        assert!(begin.elapsed() < Duration::from_secs(20), "{} threads {when}, not {expected}", threads());
        std::thread::yield_now();
    }
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn in_child() {
    let before = threads();
    let used = || {
        let pool = ThreadPoolExecutor::builder().max_workers(4).build().unwrap();
        let all = Arc::new(Barrier::new(5));
        let meet = |_| {
            let all = all.clone();
            pool.submit(move || {
                all.wait();
                all.wait();
            })
        };
        let futures: Vec<_> = (0..4).map(meet).collect();
        all.wait();
        assert_eq!(threads(), before + 4);
        all.wait();
        drop(futures);
        pool
    };
    for _ in 0..20 {
        drop(used());
        assert_threads(before, "after a drop");
        let pool = used();
        pool.shutdown();
        assert_threads(before, "after a shutdown");
        let pool = used();
        pool.shutdown_with(Shutdown { wait: false, cancel_pending: true, ..Shutdown::default() }).unwrap();
        pool.shutdown();
        assert_threads(before, "after two shutdowns");
        let broken = ThreadPoolExecutor::builder().initializer(|| Err::<(), _>("unfit")).build().unwrap();
        assert!(broken.submit(|| ()).result().is_err());
        drop(broken);
        assert_threads(before, "after a break");
    }
    println!("all ended");
}
