//! A test that hangs ends with an abort and a list of threads. Seen from outside, in a process of its own.

use earnest_testing::{conform, watched_for};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Output};
use std::time::Duration;

earnest_testing::guard!();

/// Runs the ignored test `name` of this program, whose harness keeps what it prints, as it mostly does.
fn run(name: &str, environment: &[(&str, &str)]) -> Output {
    run_with(&["--ignored", "--exact", name], environment)
}

/// The same without that.
fn run_aloud(name: &str, environment: &[(&str, &str)]) -> Output {
    run_with(&["--ignored", "--exact", "--nocapture", name], environment)
}

fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command.args(arguments).env_remove("EARNEST_INVERT");
    command.envs(environment.iter().copied()).output().unwrap()
}

#[test]
fn a_hang_becomes_an_abort_that_names_the_threads() {
    let output = run("victim_hangs", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("watchdog: the victim, on thread \"victim_hangs\""), "{said}");
    if cfg!(target_os = "linux") {
        assert!(said.contains("\"victim_hangs\": S (sleeping), system call"), "{said}");
    }
}

/// Also where no test says that it is to be watched, and where the harness keeps what tests print.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_hangs_ends_with_the_state_of_each_thread() {
    let output = run("victim_hangs_unwatched", &[("EARNEST_TEST_PATIENCE", "1")]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(6), "{said}");
    assert!(said.contains("watchdog: this program has not ended within 1 s"), "{said}");
    // The test, and the thread that it waits for. The system cuts names short.
    for thread in ["victim_hangs_un", "another"] {
        assert!(said.contains(&format!("\"{thread}\": S (sleeping), system call")), "{said}");
    }
}

#[test]
fn every_claim_can_be_inverted() {
    assert!(run_aloud("victim_claims", &[]).status.success());
    let inverted = |claim| run_aloud("victim_claims", &[("EARNEST_INVERT", claim)]);
    for (claim, what) in [("7/1", "row 7 8, claim 1, inverted"), ("8/2", "row 7 8, claim 2, inverted")] {
        let output = inverted(claim);
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains(what));
    }
    for none_of_ours in ["7/3", "9/1", "nonsense"] {
        assert!(inverted(none_of_ours).status.success());
    }
}

#[test]
fn an_inversion_that_is_caught_fails_the_test_all_the_same() {
    assert!(run_aloud("victim_catches", &[]).status.success());
    let output = run_aloud("victim_catches", &[("EARNEST_INVERT", "7/1")]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("row 7, claim 1, survives its inversion"));
}

#[test]
#[should_panic(expected = "claims nothing")]
fn a_test_without_a_claim_fails() {
    conform("7", |_| {});
}

#[test]
#[ignore = "hangs, for another test to see"]
fn victim_hangs() {
    let (_never_sends, nothing) = std::sync::mpsc::channel::<()>();
    let _ = watched_for(Duration::from_millis(300), "the victim", || nothing.recv());
}

#[test]
#[ignore = "hangs, for another test to see"]
fn victim_hangs_unwatched() {
    let (never_sends, nothing) = std::sync::mpsc::channel::<()>();
    let waits = std::thread::Builder::new().name("another".to_owned()).spawn(move || nothing.recv()).unwrap();
    waits.join().unwrap().unwrap_err();
    drop(never_sends);
}

#[test]
#[ignore = "for another test to invert"]
fn victim_claims() {
    conform("7 8", |claims| {
        for _ in 0..3 {
            claims.is(1 + 1, 2);
        }
        claims.that(true, "truth is true");
    });
}

#[test]
#[ignore = "for another test to invert"]
fn victim_catches() {
    conform("7", |claims| {
        let _caught = catch_unwind(AssertUnwindSafe(|| claims.is(1 + 1, 2)));
    });
}
