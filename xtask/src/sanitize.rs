//! `cargo xtask sanitize`: tests under a sanitizer of the compiler's.

use crate::cargo::metadata;
use crate::nightly;
use anyhow::Result;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    sanitizer: Sanitizer,
    /// Only tests whose names contain this
    filter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Sanitizer {
    /// Data races
    Thread,
    /// Memory used after it is freed, or beyond its bounds, and leaks
    Address,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if !nightly::has(&["rust-src"]) {
        eprintln!("a nightly toolchain with rust-src is missing, and rustup does not bring it");
        return Ok(ExitCode::from(2));
    }
    let name = match arguments.sanitizer {
        Sanitizer::Thread => "thread",
        Sanitizer::Address => "address",
    };
    let mut command = nightly::cargo(&["test", "--locked", "--tests", "--release"]);
    command.args(["--package=earnest-core", "--package=earnest-pool", "--package=earnest-combinators"]);
    command.args(["--target", &nightly::host()?]);
    if arguments.sanitizer == Sanitizer::Thread {
        // Without it the standard library's own synchronisation is not seen, and what it orders is taken for a race.
        command.arg("-Zbuild-std");
    }
    command.args(arguments.filter.iter());
    command.env("RUSTFLAGS", format!("-Zsanitizer={name} --cfg earnest_sanitizer"));
    command.env("CARGO_TARGET_DIR", metadata()?.target_directory.join(name));
    Ok(if command.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
