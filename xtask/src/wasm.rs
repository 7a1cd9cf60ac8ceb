//! `cargo xtask wasm`: what the facade does on WebAssembly without threads, run by node.
//!
//! The checks are the exported functions of xtask/wasm.

use crate::cargo::{cargo, metadata, root};
use crate::target::{self, WASM};
use crate::tool::MISSING;
use anyhow::{Result, bail};
use std::process::{Command, ExitCode, Stdio};

/// Whether node is there, which runs the checks.
fn has_node() -> bool {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    node.is_ok_and(|status| status.success())
}

pub(crate) fn run() -> Result<ExitCode> {
    if !has_node() {
        eprintln!("node, which runs WebAssembly, is missing");
        return Ok(ExitCode::from(MISSING));
    }
    if !target::is_there(WASM) {
        eprintln!("the compiler cannot build for {WASM}, and rustup does not bring it");
        return Ok(ExitCode::from(MISSING));
    }
    let build = ["build", "--locked", "--release", "--package", "earnest-wasm", "--target", WASM];
    if !cargo(&build).status()?.success() {
        bail!("the build failed");
    }
    let built = metadata()?.target_directory.join(WASM).join("release/earnest_wasm.wasm");
    let status = Command::new("node").arg(root().join("xtask/wasm/run.mjs")).arg(built).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
