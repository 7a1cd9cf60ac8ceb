//! What needs an unstable compiler: a nightly one, which rustup brings.

use crate::cargo::{self, root};
use anyhow::Result;
use std::process::{Command, Stdio};

/// Which one: `EARNEST_NIGHTLY` names another.
fn toolchain() -> String {
    std::env::var("EARNEST_NIGHTLY").unwrap_or_else(|_| "nightly".to_owned())
}

/// Sees to it that the toolchain is there with `components`, by way of rustup.
pub(crate) fn has(components: &[&str]) -> bool {
    let toolchain = toolchain();
    let is_there = |component: &str| {
        let listed = rustup(&["component", "list", "--installed", "--toolchain", &toolchain]).output();
        listed.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout).lines().any(|line| line.starts_with(component))
        })
    };
    if !is_there("rustc") {
        let install = ["toolchain", "install", "--profile", "minimal", &toolchain];
        let _as_seen_below = rustup(&install).status();
    }
    for component in components.iter().filter(|component| !is_there(component)) {
        let _as_seen_below = rustup(&["component", "add", component, "--toolchain", &toolchain]).status();
    }
    is_there("rustc") && components.iter().all(|component| is_there(component))
}

fn rustup(arguments: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(arguments).current_dir(root()).stderr(Stdio::inherit());
    command
}

/// A cargo command of that toolchain.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.arg(format!("+{}", toolchain())).args(arguments).current_dir(root());
    // As rustup's cargo is asked for, and not the one that runs this.
    for variable in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(variable);
    }
    command
}

/// The machine that the toolchain is for.
pub(crate) fn host() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.arg(format!("+{}", toolchain())).arg("-vV").env_remove("RUSTUP_TOOLCHAIN").current_dir(root());
    let output = rustc.output()?;
    Ok(cargo::host(&String::from_utf8_lossy(&output.stdout))?.to_owned())
}
