//! An ended pool leaves no thread behind. Counted in a process of its own, where no other test starts threads.

use earnest_pool::{Shutdown, ThreadPoolExecutor};
use std::process::Command;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

const CHILD: &str = "EARNEST_TEST_CHILD";

#[test]
#[cfg(target_os = "linux")]
fn an_ended_pool_leaves_no_thread_behind() {
    if std::env::var_os(CHILD).is_some() {
        return in_child();
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "leftovers::an_ended_pool_leaves_no_thread_behind", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
    assert!(said.contains("all ended"), "the child did not come to its end: {said}");
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
