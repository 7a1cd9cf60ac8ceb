//! `cargo xtask deny`: licences, sources and known defects of what we depend on, by cargo-deny and deny.toml.

use crate::cargo::root;
use crate::tool::Tool;
use anyhow::Result;
use std::path::Path;
use std::process::{Command, ExitCode};

pub(crate) const TOOL: Tool = Tool { name: "cargo-deny", version: "0.20.2" };

/// What users get, without the checkers that only private builds have.
const SHIPPED: &[&str] =
    &["--manifest-path=crates/earnest/Cargo.toml", "--exclude-dev", "--exclude=loom", "--exclude=shuttle"];

/// What cargo-deny says where it does not get at the database of defects.
const OUT_OF_REACH: &str = "failed to fetch advisory database";

pub(crate) fn run() -> Result<ExitCode> {
    let Some(program) = TOOL.find() else { return Ok(TOOL.is_missing()) };
    let mut failed = !check(&program, &[], &["licenses", "sources"]).status()?.success();
    // A tool may bring a crate twice; the facade may not.
    failed |= !check(&program, SHIPPED, &["bans"]).status()?.success();
    let others = if failed { "FAILED" } else { "ok" };

    let output = check(&program, &[], &["advisories"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    let advisories = if output.status.success() {
        "no known defect"
    } else if said.contains(OUT_OF_REACH) && std::env::var_os("CI").is_none() {
        // On a machine of one's own; elsewhere nothing is left out in silence.
        "known defects were skipped: their database cannot be reached"
    } else {
        failed = true;
        "known defects FAILED"
    };
    println!("deny: licences, sources and duplicates {others}; {advisories}");
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn check(program: &Path, graph: &[&str], what: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(["--all-features", "--locked", "--config=deny.toml"]).args(graph);
    command.arg("check").args(what).current_dir(root());
    command
}
