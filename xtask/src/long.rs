//! `cargo xtask long`: the tests that are too long for every day. They lie in files named `long.rs`, and are `#[ignore]`d.

use crate::cargo::{build, cargo};
use anyhow::{Result, bail};
use std::process::{Command, ExitCode};

/// What their names contain, as they lie in such files.
const FILTER: &str = "long::";

pub(crate) fn run() -> Result<ExitCode> {
    let programs = build(&mut cargo(&[
        "test",
        "--locked",
        "--workspace",
        "--all-features",
        "--release",
        "--tests",
        "--no-run",
    ]))?;
    let mut n_tests = 0;
    let mut failed = false;
    for program in programs {
        let list = Command::new(&program.path).args(["--list", "--ignored", FILTER]).output()?;
        let here =
            String::from_utf8_lossy(&list.stdout).lines().filter(|line| line.ends_with(": test")).count();
        n_tests += here;
        if here > 0 {
            // One after the other: each uses the whole machine.
            let tests = ["--ignored", "--test-threads=1", FILTER];
            failed |= !Command::new(&program.path).args(tests).status()?.success();
        }
    }
    if n_tests == 0 {
        bail!("there is no long test");
    }
    println!("{n_tests} long tests, {}", if failed { "FAILED" } else { "ok" });
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
