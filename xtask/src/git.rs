//! What is asked of git.

use crate::cargo::root;
use anyhow::{Context, Result};
use std::process::{Command, Stdio};

/// What it says, in the root; `None` if it says no.
pub(crate) fn git(arguments: &[&str]) -> Result<Option<String>> {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(root()).stderr(Stdio::null());
    let output = git.output().context("git cannot be run")?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}
