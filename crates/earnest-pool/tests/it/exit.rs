//! The end of the program: seen from outside, in a process of its own.

use crate::gate::gate;
use earnest_pool::{Shutdown, ThreadPoolExecutor, default_pool};
use earnest_testing::conform;
use std::process::Command;

const CHILD: &str = "EARNEST_TEST_EXIT";

/// What a program says that ends `how`.
fn program_that(how: &str) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "exit::a_program_ends_when_its_pools_have", "--nocapture"]).env(CHILD, how);
    let child = child.output().unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
    said
}

/// Rows 63, 67, 3.3.4: what was submitted before the pool is dropped still runs, after a shutdown that does not wait as
/// well; the program ends by itself, and nothing of ours is in the way of its end.
#[test]
fn a_program_ends_when_its_pools_have() {
    if let Ok(how) = std::env::var(CHILD) {
        return end(&how);
    }
    conform("63 67 3.3.4", |claims| {
        claims.is(program_that("drops").matches("a task has run").count(), 3);
        claims.is(program_that("does not wait").matches("a task has run").count(), 3);
        claims.is(program_that("forgets").matches("main is over").count(), 1);
    });
}

/// The program.
fn end(how: &str) {
    let pool = ThreadPoolExecutor::builder().max_workers(1).build().unwrap();
    let (open, gate) = gate();
    let task = move || {
        gate.pass();
        println!("a task has run");
    };
    let submit = || (0..3).for_each(|_| pool.submit(task.clone()).detach());
    match how {
        "drops" => {
            submit();
            drop(open);
            drop(pool);
        }
        "does not wait" => {
            submit();
            pool.shutdown_with(Shutdown { wait: false, ..Shutdown::default() }).unwrap();
            drop(open);
            drop(pool);
        }
        "forgets" => {
            // The default pool is never dropped: a task that never ends does not keep the program.
            default_pool().submit(task).detach();
            println!("main is over");
            std::process::exit(0);
        }
        how => panic!("there is no such end: {how}"),
    }
}
