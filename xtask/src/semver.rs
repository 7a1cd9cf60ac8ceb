//! `cargo xtask semver`: that what has changed since the last release is allowed by the version that is to follow.

use crate::cargo::{metadata, root};
use crate::git::git;
use crate::tidy;
use crate::tool::Tool;
use anyhow::Result;
use std::path::Path;
use std::process::{Command, ExitCode};

pub(crate) const TOOL: Tool = Tool { name: "cargo-semver-checks", version: "0.51.0" };

/// The crate that promises no stability.
const INTERNAL: &str = "earnest-sync";

pub(crate) fn run() -> Result<ExitCode> {
    let Some(tag) = last_tag()? else {
        println!("semver: there is no release yet, and so nothing to compare with");
        return Ok(ExitCode::SUCCESS);
    };
    let Some(program) = TOOL.find() else { return Ok(TOOL.is_missing()) };
    let metadata = metadata()?;
    let mut command = Command::new(program);
    command.args(["semver-checks", "--all-features", "--baseline-rev", &tag]).current_dir(root());
    for package in metadata.published().iter().filter(|package| package.name != INTERNAL) {
        if is_in(&tag, &package.manifest_path)? {
            command.args(["--package", &package.name]);
        } else {
            println!("{} is new since {tag}", package.name);
        }
    }
    let allowed = command.status()?.success();
    println!("semver: {} since {tag}", if allowed { "nothing that the version forbids" } else { "FAILED" });
    Ok(if allowed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The newest release before this commit. That this commit itself is one does not count.
pub(crate) fn last_tag() -> Result<Option<String>> {
    git(&["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^"])
}

/// Whether the release had this file.
fn is_in(tag: &str, path: &Path) -> Result<bool> {
    Ok(git(&["cat-file", "-e", &format!("{tag}:{}", tidy::relative(path))])?.is_some())
}
