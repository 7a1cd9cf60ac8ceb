//! `cargo xtask sanitize`: tests under a sanitizer of the compiler's.

use crate::cargo::metadata;
use crate::nightly;
use crate::tool::MISSING;
use anyhow::Result;
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    sanitizer: Sanitizer,
    /// A small selection of the tests
    #[arg(long, conflicts_with = "filter")]
    quick: bool,
    /// Only tests whose names contain this
    filter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Sanitizer {
    /// Data races
    Thread,
    /// Memory used after it is freed, or beyond its bounds, and leaks
    Address,
}

/// What of the tests is quick: those in which several threads have to do with one thing.
const QUICK: &[&str] = &[
    "as_completed::",
    "callback::",
    "completion_set::",
    "detached::",
    "id::",
    "injector::",
    "join::",
    "order::",
    "scripts::",
    "shared::",
    "shutdown::",
    "submit::",
    "threads::",
    "token::",
];

impl Sanitizer {
    /// Of the compiler, and of the directory of what it builds.
    fn name(self) -> &'static str {
        match self {
            Sanitizer::Thread => "thread",
            Sanitizer::Address => "address",
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if !nightly::has(&["rust-src"]) {
        eprintln!("a nightly toolchain with rust-src is missing, and rustup does not bring it");
        return Ok(ExitCode::from(MISSING));
    }
    Ok(if command(arguments)?.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn command(arguments: &Arguments) -> Result<Command> {
    let sanitizer = arguments.sanitizer;
    let mut command = nightly::cargo(&["test", "--locked", "--no-fail-fast", "--release"]);
    // Those with a harness of their own take one name only.
    command.args(if arguments.quick { &["--lib", "--test=it"][..] } else { &["--tests"] });
    command.args(["--package=earnest-core", "--package=earnest-pool", "--package=earnest-combinators"]);
    command.args(["--target", &nightly::host()?]);
    if sanitizer == Sanitizer::Thread {
        // Without it the standard library's own synchronisation is not seen, and what it orders is taken for a race.
        command.arg("-Zbuild-std");
    }
    command.arg("--").args(tests(arguments));
    command.env("RUSTFLAGS", format!("-Zsanitizer={} --cfg earnest_sanitizer", sanitizer.name()));
    command.env("CARGO_TARGET_DIR", metadata()?.target_directory.join(sanitizer.name()));
    Ok(command)
}

/// Only tests whose names contain one of these; all, if there is none.
fn tests(arguments: &Arguments) -> Vec<&str> {
    if arguments.quick { QUICK.to_vec() } else { arguments.filter.iter().map(String::as_str).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_run_and_a_filter_select_tests() {
        let arguments = |quick, filter| Arguments { sanitizer: Sanitizer::Thread, quick, filter };
        assert_eq!(tests(&arguments(true, None)), QUICK);
        assert_eq!(tests(&arguments(false, Some("token".to_owned()))), ["token"]);
        assert!(tests(&arguments(false, None)).is_empty());
    }
}
