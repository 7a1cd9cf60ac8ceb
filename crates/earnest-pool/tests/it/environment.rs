//! What the environment says: to a process of its own, as this one's is shared by all tests.

use earnest_pool::ThreadPoolExecutor;
use std::process::Command;

const TEST: &str = "environment::the_environment_caps_the_default_and_nothing_else";
const CHILD: &str = "EARNEST_TEST_CHILD";
const CAP: &str = "EARNEST_MAX_WORKERS";

/// The default, and what a pool has that asks for 3, where the environment has this to say.
fn workers_with(cap: Option<&str>) -> (usize, usize) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", TEST, "--nocapture"]).env(CHILD, "1").env_remove(CAP);
    let child = child.envs(cap.map(|cap| (CAP, cap))).output().unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
    let workers = said.lines().find_map(|line| line.split_once("workers: ")).expect("the child says it").1;
    let (default, explicit) = workers.split_once(' ').unwrap();
    (default.parse().unwrap(), explicit.parse().unwrap())
}

#[test]
fn the_environment_caps_the_default_and_nothing_else() {
    if std::env::var_os(CHILD).is_some() {
        let explicit = ThreadPoolExecutor::builder().max_workers(3).build().unwrap();
        println!("workers: {} {}", ThreadPoolExecutor::new().max_workers(), explicit.max_workers());
        return;
    }
    let parallelism = std::thread::available_parallelism().map_or(1, usize::from);
    let default = 32.min(parallelism + 4);
    assert_eq!(workers_with(None), (default, 3));
    assert_eq!(workers_with(Some("1")), (1, 3));
    assert_eq!(workers_with(Some("2")), (2, 3));
    assert_eq!(workers_with(Some("1000")), (default, 3));
    for nonsense in ["0", "-4", "many", ""] {
        assert_eq!(workers_with(Some(nonsense)), (default, 3));
    }
}
