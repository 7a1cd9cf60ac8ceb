//! What can be asked for.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask bench",
    about = "Our pool and its peers on the same work: a run, and the report of all runs",
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: Run,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the workloads, and keep what was measured
    Run(Run),
    /// Write docs/benchmarks.md from all that was kept
    Report,
    /// List the workloads and who takes part in them
    List,
    /// One sample, as JSON: for contenders that need a process of their own
    #[command(hide = true)]
    Sample(Sample),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Run {
    /// Only these workloads; `growth_all` is all that begin with growth_all/
    #[arg(long, value_delimiter = ',')]
    pub(crate) workloads: Vec<String>,
    /// With these numbers of workers
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 4])]
    pub(crate) workers: Vec<usize>,
    /// Only contenders whose names contain one of these
    #[arg(long, value_delimiter = ',')]
    pub(crate) contenders: Vec<String>,
    /// So many rounds after one to warm up
    #[arg(long, default_value_t = 9)]
    pub(crate) rounds: usize,
    /// So many runs, each in a process of its own
    #[arg(long, default_value_t = 1, overrides_with = "runs")]
    pub(crate) runs: usize,
    /// The file that the runs are added to [default: docs/benchmarks/runs.jsonl]
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// A tenth of the items. Kept only with --out
    #[arg(long)]
    pub(crate) quick: bool,
    /// Next to no items, once, and nothing is kept: whether it works
    #[arg(long)]
    pub(crate) smoke: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Sample {
    #[arg(long)]
    pub(crate) workload: String,
    #[arg(long)]
    pub(crate) contender: String,
    #[arg(long)]
    pub(crate) workers: usize,
    #[arg(long)]
    pub(crate) n: usize,
}
