//! `cargo xtask loom`: runs every model of every crate, and proves that the models can fail.

mod faults_page;
mod floors;
mod memory_model;
mod mutants;
mod orderings;
mod patch;
mod suite;

use anyhow::{Result, bail};
use std::process::ExitCode;

pub(crate) use mutants::unlisted_faults;

/// Model-check the crates with loom.
///
/// Each crate with a tests/loom/main.rs is built with `--cfg earnest_loom` and its tests are run, every one
/// in a process of its own. The search is bounded by LOOM_MAX_PREEMPTIONS (3 unless set) and
/// LOOM_MAX_BRANCHES (10000).
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Use loom with our patch, without which it misses executions (see xtask/loom/README.md)
    #[arg(long)]
    patched: bool,
    /// Run the mutation gate instead: each seeded fault must make its model fail, as expected. Implies
    /// --patched
    #[arg(long)]
    mutants: bool,
    /// Take away one ordering or fence after the other instead, and want a model to miss each. Implies --patched
    #[arg(long, conflicts_with = "mutants")]
    orderings: bool,
    /// With fewer preemptions in the models that take longest, which say so: some minutes, for each change
    #[arg(long, conflicts_with_all = ["mutants", "orderings"])]
    quick: bool,
    /// Write what was seen to xtask/loom: to floors.toml, or with --orderings to orderings.toml. With --mutants run nothing,
    /// and write docs/seeded-faults.md
    #[arg(long)]
    record: bool,
    /// Only the models of this crate; may be repeated
    #[arg(long, short, value_name = "CRATE")]
    package: Vec<String>,
    /// Only tests, or seeded faults, whose CRATE::NAME contains this
    filter: Option<String>,
}

impl Arguments {
    /// Whether everything there is will be run, so that something missing is a mistake.
    fn is_everything(&self) -> bool {
        self.filter.is_none() && self.package.is_empty()
    }

    fn wants(&self, full_name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| full_name.contains(filter.as_str()))
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    for truncating in ["LOOM_MAX_DURATION", "LOOM_MAX_PERMUTATIONS"] {
        if std::env::var_os(truncating).is_some() {
            bail!("{truncating} is set: it ends the search early and lets the model pass");
        }
    }
    let is_of_models = !arguments.orderings && !arguments.mutants;
    if arguments.record && is_of_models && (!arguments.patched || arguments.filter.is_some()) {
        bail!("floors are recorded of all models, with --patched");
    }
    let passed = match arguments {
        Arguments { mutants: true, .. } => mutants::run(arguments)?,
        Arguments { orderings: true, .. } => orderings::run(arguments)?,
        _ => floors::run(arguments)?,
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
