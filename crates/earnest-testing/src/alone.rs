//! A process of its own for a test.

use std::process::Command;

/// In whose environment this is, that process runs one test alone.
const ALONE: &str = "EARNEST_TEST_ALONE";

/// Runs `test` in a process of its own, in which no other test runs and no other thread is started: for tests that
/// `fork`, as a child in which another thread was in the middle of something can mostly not even start a thread.
///
/// To be called by the `#[test]` of that `name`, as its only statement.
///
/// # Panics
///
/// With what the process has said, if the test panics in it.
pub fn alone(name: &str, test: impl FnOnce()) {
    run_alone(name, None, test);
}

/// The same on a main thread with a stack of no more than so many KiB: the test runs on that one.
///
/// # Panics
///
/// As [`alone`] does, and where the process ends in another way: an overflow of any thread's stack ends it by a signal.
#[cfg(unix)]
pub fn alone_on_small_stack(name: &str, kib: u32, test: impl FnOnce()) {
    run_alone(name, Some(kib), test);
}

fn run_alone(name: &str, main_stack_kib: Option<u32>, test: impl FnOnce()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = match main_stack_kib {
        None => Command::new(program),
        Some(kib) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("ulimit -s {kib} && exec \"$0\" \"$@\"")]).arg(program);
            shell
        }
    };
    // On one thread: the harness then starts none.
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(ALONE, "1");
    let output = command.output().expect("a process is to be had");
    let said =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let ended = output.status;
    assert!(ended.success() && said.contains("1 passed"), "{name}, alone: {ended}: {said}");
}
