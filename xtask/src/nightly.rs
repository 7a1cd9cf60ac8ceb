//! What needs an unstable compiler: a nightly one, which rustup brings.

use crate::cargo::{self, root};
use crate::toolchain;
use anyhow::Result;
use std::process::Command;

/// Which one: `EARNEST_NIGHTLY` names another.
fn name() -> String {
    std::env::var("EARNEST_NIGHTLY").unwrap_or_else(|_| "nightly".to_owned())
}

/// Sees to it that the toolchain is there with `components`, by way of rustup.
pub(crate) fn has(components: &[&str]) -> bool {
    toolchain::has(&name(), components)
}

/// A cargo command of that toolchain.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    toolchain::cargo(&name(), arguments)
}

/// The machine that the toolchain is for.
pub(crate) fn host() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.arg(format!("+{}", name())).arg("-vV").env_remove("RUSTUP_TOOLCHAIN").current_dir(root());
    let output = rustc.output()?;
    Ok(cargo::host(&String::from_utf8_lossy(&output.stdout))?.to_owned())
}
