//! Toolchains other than the one that runs this, which rustup brings.

use crate::cargo::root;
use std::process::{Command, Stdio};

/// Sees to it that `toolchain` is there with `components`, by way of rustup. `false`: it is not.
pub(crate) fn has(toolchain: &str, components: &[&str]) -> bool {
    let is_there = |component: &str| {
        let listed = rustup(&["component", "list", "--installed", "--toolchain", toolchain]).output();
        listed.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout).lines().any(|line| line.starts_with(component))
        })
    };
    if !is_there("rustc") {
        let install = ["toolchain", "install", "--profile", "minimal", toolchain];
        let _as_seen_below = rustup(&install).status();
    }
    for component in components.iter().filter(|component| !is_there(component)) {
        let _as_seen_below = rustup(&["component", "add", component, "--toolchain", toolchain]).status();
    }
    is_there("rustc") && components.iter().all(|component| is_there(component))
}

fn rustup(arguments: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(arguments).current_dir(root()).stderr(Stdio::inherit());
    command
}

/// A cargo command of that toolchain, in the root.
pub(crate) fn cargo(toolchain: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.arg(format!("+{toolchain}")).args(arguments).current_dir(root());
    // As rustup's cargo is asked for, and not the one that runs this.
    for variable in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(variable);
    }
    command
}
