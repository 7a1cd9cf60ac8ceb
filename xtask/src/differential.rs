//! `cargo xtask differential`: the same scripts on earnest and on Python's own `concurrent.futures`.
//!
//! The work is done by a program of its own, in xtask/differential, so that the seeded faults can be compiled into
//! it and these commands can be built without any of our crates.

mod python;

use crate::cargo::{build, cargo, metadata};
use crate::tool::MISSING;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) use python::Python;

/// Compare earnest with Python's concurrent.futures on random scripts.
///
/// Where they differ, and no declared deviation accounts for it, the script is made as small as possible and printed
/// with what both have shown. Without a Python of version 3.9 or later: exit status 2.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the scripts are drawn from; drawn itself unless given
    #[arg(long)]
    seed: Option<u64>,
    /// The number of scripts. From 2000 on, every declared deviation must be seen
    #[arg(long, default_value_t = 200)]
    cases: u32,
    /// The Python to compare with
    #[arg(long, value_name = "PATH", default_value = "python3")]
    python: PathBuf,
    /// Switch on this seeded fault, and expect the comparison to fail
    #[arg(long, value_name = "NAME")]
    mutant: Option<String>,
}

/// The program's exit status where the sides differ.
const DIFFERENT: i32 = 3;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let python = match Python::find(&arguments.python) {
        Ok(python) => python,
        Err(missing) => {
            eprintln!("{missing}");
            return Ok(ExitCode::from(MISSING));
        }
    };
    let seed = match arguments.seed {
        Some(seed) => seed,
        // Short enough to be typed in again.
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as u64 % 1_000_000_000,
    };
    let program = build_program(arguments.mutant.is_some())?;
    println!("compared with Python {}, seed {seed}", python.version());
    let mut command = Command::new(program);
    command.arg("--python").arg(python.path());
    command.args(["--seed", &seed.to_string(), "--cases", &arguments.cases.to_string()]);
    if python.knows_buffersize() {
        command.arg("--knows-buffersize");
    }
    if let Some(mutant) = &arguments.mutant {
        // Failing in another way is no comparison.
        let caught = command.env("EARNEST_MUTANT", mutant).status()?.code() == Some(DIFFERENT);
        println!("{mutant}: {}", if caught { "caught" } else { "NOT CAUGHT" });
        return Ok(if caught { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if command.env_remove("EARNEST_MUTANT").status()?.success() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("repeat it with: cargo xtask differential --seed {seed} --cases {}", arguments.cases);
    Ok(ExitCode::FAILURE)
}

fn build_program(with_faults: bool) -> Result<PathBuf> {
    let mut command = cargo(&["build", "--locked", "--package=earnest-differential"]);
    if with_faults {
        // Its own directory, so that the builds do not undo each other.
        command.env("CARGO_TARGET_DIR", metadata()?.target_directory.join("differential-mutants"));
        command.env("RUSTFLAGS", "--cfg earnest_mutants");
    } else {
        command.env_remove("RUSTFLAGS");
    }
    let programs = build(&mut command)?;
    Ok(programs.into_iter().next().context("cargo built no program")?.path)
}
