//! `cargo xtask conformance`: every row of docs/conformance.md is pinned by tests, or says why it cannot be, and what the
//! tests claim can fail.

mod rows;
mod page;
mod sources;
mod check;
mod invert;

use crate::cargo::root;
use crate::tidy::{relative, walk};
use anyhow::{Context, Result};
use sources::Sources;
use std::fs;
use std::process::ExitCode;

/// Check docs/conformance.md against the tests, or the tests against their own claims turned round.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Rewrite the tests column of docs/conformance.md from the tests
    #[arg(long, conflicts_with = "invert")]
    bless: bool,
    /// Invert every claim of the tests of so many rows, chosen at random, or of `all`: each must then fail
    #[arg(long, value_name = "N|all")]
    invert: Option<invert::Sample>,
    /// Choose the rows by this number rather than another each time; it is printed
    #[arg(long, requires = "invert")]
    seed: Option<u64>,
}

const PAGE: &str = "docs/conformance.md";

/// Where tests that pin rows may lie.
const CRATES: &str = "crates";

/// Its tests are about pinning as such, and pin nothing.
const NOT_PINNING: &str = "crates/earnest-testing/";

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let sources = read_sources()?;
    if let Some(sample) = arguments.invert {
        return invert::run(&sources.tests, sample, arguments.seed);
    }
    let path = root().join(PAGE);
    let mut page = fs::read_to_string(&path).context(PAGE)?;
    if arguments.bless {
        page = page::bless(&page, &sources.tests);
        fs::write(&path, &page)?;
    }
    let problems = check::check(PAGE, &page, &sources);
    for problem in &problems {
        println!("{problem}");
    }
    println!(
        "conformance: {} rows, {} tests, {} problems",
        rows::all().len(),
        sources.tests.len(),
        problems.len()
    );
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What all the test programs of the crates have to say.
fn read_sources() -> Result<Sources> {
    let mut files = Vec::new();
    walk(&root().join(CRATES), &mut files)?;
    files.sort();
    let mut sources = Sources::default();
    for path in files {
        let name = relative(&path);
        if name.contains("/tests/") && name.ends_with(".rs") && !name.starts_with(NOT_PINNING) {
            sources.read(&name, &fs::read_to_string(&path)?).with_context(|| name)?;
        }
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_true() {
        let page = fs::read_to_string(root().join(PAGE)).unwrap();
        let problems = check::check(PAGE, &page, &read_sources().unwrap());
        let listed: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(listed.is_empty(), "{}", listed.join("\n"));
    }
}
