//! `cargo xtask abort`: a program that is built to abort where it panics.

use crate::cargo::{build, cargo};
use anyhow::{Result, ensure};
use std::process::{Command, ExitCode};

pub(crate) fn run() -> Result<ExitCode> {
    let programs = build(&mut cargo(&[
        "build",
        "--locked",
        "--profile=abort",
        "--package=earnest-soak",
        "--bin=abort",
    ]))?;
    let program = &programs.first().expect("there is such a program").path;
    let works = Command::new(program).output()?;
    ensure!(works.status.success(), "it does not work: {}", String::from_utf8_lossy(&works.stderr));
    let panics = Command::new(program).arg("panic").output()?;
    let said = String::from_utf8_lossy(&panics.stdout);
    ensure!(!panics.status.success(), "a panic is not the end of it");
    ensure!(said.contains("all but panics works") && !said.contains("not reached"), "{said}");
    println!("a program that aborts where it panics: works, and ends with the first panic of a task");
    Ok(ExitCode::SUCCESS)
}
