//! Our pool and its peers on the same work, side by side: `cargo xtask bench`.
//!
//! In reading order: what is asked for, what is measured and by whom, how, and what is kept of it.

mod args;
mod workloads;
mod contender;
mod pools;
mod oneshots;
mod lent;
mod gate;
mod measure;
mod run;
mod rounds;
mod apart;
mod table;
mod record;
mod machine;
mod report;

use anyhow::Result;
use args::{Arguments, Command};
use clap::Parser;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match obey(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Some(Command::Run(arguments)) => run::run(&arguments),
        Some(Command::Report) => report::run(root()),
        Some(Command::List) => {
            table::list(&workloads::all());
            Ok(())
        }
        Some(Command::Sample(arguments)) => apart::sample(&arguments),
        None => {
            run::run(&arguments.run)?;
            report::run(root())
        }
    }
}

/// The root of the checkout that this was built from.
fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("it lies two folders deep")
}
