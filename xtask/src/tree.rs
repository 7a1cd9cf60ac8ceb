//! `cargo xtask tree`: how many crates the facade brings along.

use crate::cargo::cargo;
use anyhow::{Result, bail};
use std::collections::BTreeSet;
use std::process::ExitCode;

const FACADE: &str = "earnest";

/// So many crates come with it, ours included and itself not, with its default features.
const MOST: usize = 12;

pub(crate) fn run() -> Result<ExitCode> {
    let output =
        cargo(&["tree", "--locked", "--package", FACADE, "--edges=normal", "--prefix=none"]).output()?;
    if !output.status.success() {
        bail!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let tree = String::from_utf8_lossy(&output.stdout);
    let crates = crates(&tree);
    for (name, version) in &crates {
        println!("{name} {version}");
    }
    let fits = crates.len() <= MOST;
    let verdict = if fits { "which is allowed" } else { "and that is too many" };
    println!("tree: {} crates come with {FACADE}, {MOST} at most, {verdict}", crates.len());
    Ok(if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Each once, with its version.
fn crates(tree: &str) -> BTreeSet<(&str, &str)> {
    let lines = tree.lines().filter_map(|line| line.split_once(' '));
    let crates = lines.map(|(name, rest)| (name, rest.split(' ').next().unwrap_or_default()));
    crates.filter(|(name, _)| *name != FACADE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_crate_is_counted_once() {
        let tree = "earnest v0.1.0 (/x)\na v1.0.0\nb v1.0.0\na v1.0.0 (*)\na v2.0.0\n";
        assert_eq!(crates(tree).len(), 3);
    }
}
