//! What the environment says: to a process of its own, as this one's is shared by all tests.

use earnest_pool::ThreadPoolExecutor;
use std::process::Command;

const TEST: &str = "environment::the_environment_caps_the_default_and_nothing_else";
const CHILD: &str = "EARNEST_TEST_CHILD";
const CAP: &str = "EARNEST_MAX_WORKERS";

/// The default, what a pool has that asks for 3, and whether the variable was complained of, where the environment has
/// this to say.
fn workers_with(cap: Option<&str>) -> (usize, usize, bool) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", TEST, "--nocapture"]).env(CHILD, "1").env_remove(CAP);
    let child = child.envs(cap.map(|cap| (CAP, cap))).output().unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
    let workers = said.lines().find_map(|line| line.split_once("workers: ")).expect("the child says it").1;
    let (default, explicit) = workers.split_once(' ').unwrap();
    (default.parse().unwrap(), explicit.parse().unwrap(), said.contains(CAP))
}

#[test]
fn the_environment_caps_the_default_and_nothing_else() {
    if std::env::var_os(CHILD).is_some() {
        tracing::subscriber::set_global_default(Prints).unwrap();
        let explicit = ThreadPoolExecutor::builder().max_workers(3).build().unwrap();
        println!("workers: {} {}", ThreadPoolExecutor::new().max_workers(), explicit.max_workers());
        return;
    }
    let parallelism = std::thread::available_parallelism().map_or(1, usize::from);
    let default = 32.min(parallelism + 4);
    assert_eq!(workers_with(None), (default, 3, false));
    assert_eq!(workers_with(Some("1")), (1, 3, false));
    assert_eq!(workers_with(Some("2")), (2, 3, false));
    assert_eq!(workers_with(Some("1000")), (default, 3, false));
    for nonsense in ["0", "-4", "many", ""] {
        assert_eq!(workers_with(Some(nonsense)), (default, 3, true));
    }
}

/// Prints what events say.
struct Prints;

impl tracing::Subscriber for Prints {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "earnest"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut |_: &tracing::field::Field, value: &dyn std::fmt::Debug| println!("{value:?}"));
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}
