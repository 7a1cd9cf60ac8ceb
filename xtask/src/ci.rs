//! `cargo xtask ci`: everything that a change must pass, in one command.

use crate::cargo::cargo;
use crate::table::Table;
use crate::target;
use crate::tool::MISSING;
use anyhow::Result;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// The steps, cheap ones first: a mistake is to show early.
const STEPS: &[Step] = &[
    step("format", &["fmt", "--all", "--check"]),
    step("tidy", &["xtask", "tidy"]),
    step("links", &["xtask", "links"]),
    step(TYPOS, &["xtask", "typos"]),
    step("tree", &["xtask", "tree"]),
    // Without features, as most people build, and with all of them.
    step("clippy", &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    step("test", &["test", "--locked", "--workspace"]),
    step(
        "clippy, features",
        &["clippy", "--locked", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"],
    ),
    // Which a test of the next step runs: cargo builds no examples for tests that are named, but as tests themselves.
    step(
        "example, features",
        &["build", "--locked", CORE, COMBINATORS, FACADE, "--all-features", "--example=metrics"],
    ),
    // The programs that say `cfg(feature)`: the others are the same with features as without.
    step(
        "test, features",
        &[
            "test",
            "--locked",
            CORE,
            COMBINATORS,
            FACADE,
            "--all-features",
            "--lib",
            "--test=it",
            "--test=executors",
            "--test=awaiting",
            "--test=examples",
        ],
    ),
    step("test, metrics", &["test", "--locked", POOL, "--features=metrics", "--test=it", "metrics::"]),
    step("examples", &["xtask", "examples"]),
    step("examples, features", &["test", "--locked", CORE, COMBINATORS, FACADE, "--all-features", "--doc"]),
    step("claims turned round", &["xtask", "conformance", "--invert", "12"]),
    Step {
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        ..step("documentation", &["doc", "--locked", "--workspace", "--no-deps", "--all-features"])
    },
    step("public interface", &["xtask", "api"]),
    step("features", &["xtask", "features"]),
    step(MSRV, &["xtask", "msrv"]),
    step(MINIMAL, &["xtask", "minimal-versions"]),
    step("package", &["xtask", "package"]),
    // With tools that take more than a minute to build: each says so where it is missing, and the jobs on GitHub have it.
    step(DENY, &["xtask", "deny"]),
    step(SEMVER, &["xtask", "semver"]),
    step(BOOK, &["xtask", "book"]),
    step(DIFFERENTIAL, &["xtask", "differential", "--cases", "200"]),
    step(WASM, &["xtask", "wasm"]),
    step(
        "test, without std",
        &["test", "--locked", "--package", "earnest-core", "--no-default-features", "--test", "no_std"],
    ),
    step(
        BARE,
        &[
            "clippy",
            "--locked",
            "--package",
            "earnest-core",
            "--no-default-features",
            "--target",
            target::BARE,
            "--",
            "-D",
            "warnings",
        ],
    ),
    step("races", &["xtask", "verify", "--quick"]),
    step(COUNTS, &["xtask", "counts"]),
    // The peers' bench is no member of the workspace.
    step("peers, format", &["fmt", PEERS, "--check"]),
    peers(step("peers, clippy", &["clippy", "--locked", PEERS, "--all-targets", "--", "-D", "warnings"])),
    // Nothing is measured here: unoptimized, which is built in a third of the time.
    peers(step("peers, once", &["run", "--locked", PEERS, "--", "run", "--smoke"])),
    peers(step("peers, test", &["test", "--locked", PEERS])),
];

const CORE: &str = "--package=earnest-core";
const POOL: &str = "--package=earnest-pool";
const COMBINATORS: &str = "--package=earnest-combinators";
const FACADE: &str = "--package=earnest";
const PEERS: &str = "--manifest-path=benches/versus/Cargo.toml";

const fn peers(step: Step) -> Step {
    Step { environment: &[("CARGO_TARGET_DIR", "target/versus")], ..step }
}

const fn step(name: &'static str, arguments: &'static [&'static str]) -> Step {
    Step { name, arguments, environment: &[] }
}

const COUNTS: &str = "counts";
const DIFFERENTIAL: &str = "differential";
const WASM: &str = "wasm";
const TYPOS: &str = "typos";
const MSRV: &str = "msrv";
const MINIMAL: &str = "minimal versions";
const DENY: &str = "deny";
const SEMVER: &str = "semver";
const BOOK: &str = "book";
const BARE: &str = "clippy, without std";

struct Step {
    name: &'static str,
    /// Of cargo, or of this program after `xtask`.
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

impl Step {
    fn command(&self) -> Result<Command> {
        let mut command = match self.arguments {
            ["xtask", arguments @ ..] => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(arguments);
                command
            }
            arguments => cargo(arguments),
        };
        command.envs(self.environment.iter().copied());
        Ok(command)
    }
}

/// Runs every step, whatever the others come to.
pub(crate) fn run() -> Result<ExitCode> {
    // A machine of one's own may do without what these need; where `CI` is set nothing is left out in silence.
    let is_own = std::env::var_os("CI").is_none();
    let may_skip = |step: &Step| {
        // Elsewhere too: they are jobs of their own there.
        [TYPOS, DENY, SEMVER, BOOK].contains(&step.name)
            || is_own && [COUNTS, WASM, DIFFERENTIAL, MSRV, MINIMAL].contains(&step.name)
    };
    let mut table = Table::new(&["step", ">seconds", "verdict"]);
    let mut failed = false;
    for step in STEPS {
        println!("\n==== {}: cargo {}", step.name, step.arguments.join(" "));
        let began = Instant::now();
        let verdict = if step.name == BARE && !target::is_there(target::BARE) && is_own {
            println!("skipped: {} is missing", target::BARE);
            "skipped"
        } else {
            match step.command()?.status()?.code() {
                Some(0) => "ok",
                // It has said what.
                Some(code) if code == i32::from(MISSING) && may_skip(step) => "skipped",
                _ => {
                    failed = true;
                    "FAILED"
                }
            }
        };
        let seconds = format!("{:.0}", began.elapsed().as_secs_f64());
        println!("==== {}: {verdict}, {seconds} s", step.name);
        table.row([step.name.to_owned(), seconds, verdict.to_owned()]);
    }
    println!();
    table.print();
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_ours_is_a_command_that_there_is() {
        for step in STEPS {
            if let ["xtask", arguments @ ..] = step.arguments {
                assert!(crate::understands(arguments), "{arguments:?}");
            }
        }
    }
}
