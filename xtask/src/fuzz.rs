//! `cargo xtask fuzz`: scripts of operations that a fuzzer writes, guided by what they reach.

use crate::cargo::{build, metadata};
use crate::nightly;
use crate::tool::MISSING;
use anyhow::{Result, bail};
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For so long
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Run this script, as a failure has left it, and no other
    script: Option<std::path::PathBuf>,
}

/// What has the program say which branches and comparisons it comes to.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions -Zsanitizer=address \
    --cfg fuzzing";

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if !nightly::has(&[]) {
        eprintln!("a nightly toolchain is missing, and rustup does not bring it");
        return Ok(ExitCode::from(MISSING));
    }
    let directory = metadata()?.target_directory.join("fuzz");
    let mut command =
        nightly::cargo(&["build", "--locked", "--release", "--manifest-path=xtask/fuzz/Cargo.toml"]);
    command.args(["--target", &nightly::host()?]);
    command.env("RUSTFLAGS", COVERAGE).env("CARGO_TARGET_DIR", &directory);
    let programs = build(&mut command)?;
    let [program] = programs.as_slice() else { bail!("there is one program to fuzz") };
    let mut fuzzer = Command::new(&program.path);
    match &arguments.script {
        Some(script) => fuzzer.arg(script),
        None => {
            let corpus = directory.join("corpus");
            std::fs::create_dir_all(&corpus)?;
            fuzzer.args([
                "-max_len=64",
                &format!("-max_total_time={}", arguments.seconds),
                "-print_final_stats=1",
            ]);
            fuzzer.arg(format!("-artifact_prefix={}/", directory.display())).arg(corpus)
        }
    };
    Ok(if fuzzer.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
