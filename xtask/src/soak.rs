//! `cargo xtask soak`: random load over everything at once.

use crate::cargo::cargo;
use anyhow::Result;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For so long
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Where the random numbers begin: drawn, and printed, if not given
    #[arg(long)]
    seed: Option<u64>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut command =
        cargo(&["test", "--locked", "--release", "--package=earnest-soak", "--test=soak", "--"]);
    command.arg(format!("--minutes={}", arguments.minutes));
    command.args(arguments.seed.map(|seed| format!("--seed={seed}")));
    Ok(if command.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
