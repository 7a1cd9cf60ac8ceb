//! `cargo xtask shuttle`: what is too large for the model checker, under random schedules.

use crate::cargo::{self, build};
use crate::process::{End, each, run_within};
use crate::table::Table;
use anyhow::{Result, bail};
use std::process::{Command, ExitCode};
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only storms whose names contain this
    filter: Option<String>,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds, each for a hundred schedules
    #[arg(long, default_value_t = 2)]
    seeds: u64,
    /// With this seeded fault: some storm must fail
    #[arg(long)]
    mutant: Option<String>,
}

/// What takes longer hangs.
const LIMIT: Duration = Duration::from_secs(1200);

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut command = cargo::cargo(&[
        "test",
        "--locked",
        "--no-run",
        "--profile=loom",
        "--package=earnest",
        "--test=shuttle",
    ]);
    let (flags, directory) = match arguments.mutant {
        None => ("--cfg earnest_shuttle", "shuttle"),
        Some(_) => ("--cfg earnest_shuttle --cfg earnest_mutants", "shuttle-mutants"),
    };
    command.env("RUSTFLAGS", flags);
    command.env("CARGO_TARGET_DIR", cargo::metadata()?.target_directory.join(directory));
    let programs = build(&mut command)?;
    let [program] = programs.as_slice() else { bail!("there is one program of storms") };
    let listing = Command::new(&program.path).args(["--list", "--format=terse"]).output()?;
    let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
    let wanted = |name: &&str| arguments.filter.as_deref().is_none_or(|filter| name.contains(filter));
    let names: Vec<&str> =
        listing.lines().filter_map(|line| line.strip_suffix(": test")).filter(wanted).collect();
    if names.is_empty() {
        bail!("no such storm");
    }
    let results = each(&names, |name| {
        let mut command = Command::new(&program.path);
        command.args(["--exact", name, "--nocapture", "--test-threads=1"]);
        command.env("EARNEST_SHUTTLE_SEED", arguments.seed.to_string());
        command.env("EARNEST_SHUTTLE_SEEDS", arguments.seeds.to_string());
        command.env("EARNEST_MUTANT", arguments.mutant.as_deref().unwrap_or_default());
        run_within(&mut command, LIMIT)
    });
    let mut table = Table::new(&["storm", ">schedules", ">seconds", "verdict"]);
    let (mut n_failed, mut n_schedules) = (0, 0);
    for (name, result) in names.iter().zip(results) {
        let finished = result?;
        let n = schedules(&finished.output);
        n_schedules += n;
        let verdict = match finished.end {
            End::Succeeded if n > 0 => "ok",
            End::TimedOut => "HANGS",
            End::Succeeded | End::Failed => "FAILED",
        };
        if verdict != "ok" {
            n_failed += 1;
            if arguments.mutant.is_none() {
                eprintln!("{name}:\n{}", finished.output);
            }
        }
        let seconds = format!("{:.1}", finished.took.as_secs_f64());
        table.row([(*name).to_owned(), n.to_string(), seconds, verdict.to_owned()]);
    }
    table.print();
    let of = arguments.mutant.as_ref().map(|mutant| format!(" with the fault {mutant}")).unwrap_or_default();
    println!(
        "{} storms, {n_schedules} schedules from seed {} on{of}, {n_failed} failures",
        names.len(),
        arguments.seed
    );
    Ok(if (n_failed == 0) == arguments.mutant.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many there were, by what the storms of one test say: `storm NAME: N schedules …`.
fn schedules(output: &str) -> u64 {
    let said = output.lines().filter_map(|line| line.split_once("storm ")?.1.split_once(": "));
    said.filter_map(|(_, count)| count.split_once(" schedules")?.0.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_storms_say_is_added_up() {
        assert_eq!(
            schedules("x\nstorm a/1: 200 schedules from seed 1 on\n...storm a/2: 100 schedules from\n"),
            300
        );
        assert_eq!(schedules("storm a fails: cargo xtask shuttle\nstorm b\n"), 0);
    }
}
