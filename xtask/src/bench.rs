//! `cargo xtask bench`: our pool and its peers on the same work, by the program in benches/versus.
//!
//! It is no member of the workspace, and has a target folder of its own: who wants to test need not build the peers.

use crate::cargo::{cargo, root};
use anyhow::Result;
use std::ffi::OsString;
use std::process::ExitCode;

/// Compare with the peers: `cargo xtask bench --help` says how.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// What the program is told
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut command = cargo(&["run", "--locked", "--release", "--manifest-path=benches/versus/Cargo.toml"]);
    command.arg("--").args(&arguments.rest);
    command.env("CARGO_TARGET_DIR", root().join("target/versus")).env_remove("RUSTFLAGS");
    let status = command.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
