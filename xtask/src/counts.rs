//! `cargo xtask counts`: instructions and allocations per operation, against what is recorded.
//!
//! Unlike times these are the same at every run, so that a change of a few per cent can be seen. They say
//! nothing of contention: valgrind runs one thread at a time. Instructions are those of our own code and what
//! is compiled into it; what the allocator does is not among them, and allocations are counted instead.

mod callgrind;

use crate::cargo::{self, build, cargo, root};
use crate::table::Table;
use crate::tool::MISSING;
use anyhow::{Context, Result, bail};
use callgrind::own_instructions;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Count instructions (by valgrind) and allocations per operation.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Record what is counted now in benches/counts.toml
    #[arg(long)]
    bless: bool,
}

/// How far a count may be from the recorded one, as a fraction of it.
const TOLERANCE: f64 = 0.03;

/// Each operation is done these many times, in two runs. Their difference has no start-up and no end in it.
const FEW: u32 = 1_000;
const MANY: u32 = 51_000;

/// counts.toml.
#[derive(Debug, Deserialize)]
struct Baseline {
    /// The compiler whose code was counted.
    rustc: String,
    #[serde(default)]
    row: BTreeMap<String, Counts>,
}

/// Per operation.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
struct Counts {
    instructions: f64,
    allocations: f64,
}

fn has_valgrind() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if !has_valgrind() {
        eprintln!("valgrind is missing. Linux distributions have it as a package: apt-get install valgrind");
        return Ok(ExitCode::from(MISSING));
    }
    let rustc = compiler()?;
    let path = root().join("benches/counts.toml");
    let baseline: Option<Baseline> = match fs::read_to_string(&path) {
        Ok(text) => Some(toml::from_str(&text).context("counts.toml")?),
        Err(_) => None,
    };
    let Some(baseline) = baseline.or(arguments.bless.then(|| Baseline::empty(&rustc))) else {
        bail!("{} is missing; cargo xtask counts --bless writes it", path.display());
    };
    let same_compiler = baseline.rustc == rustc;
    if !same_compiler {
        println!("recorded with {}\nand this is    {rustc}: only allocations are compared", baseline.rustc);
    }

    let mut command = cargo(&["build", "--locked", "--release", "--package=earnest-benches", "--bin=counts"]);
    let programs = build(command.env_remove("RUSTFLAGS"))?;
    let program = &programs.first().context("cargo built no program")?.path;
    let mut counted = BTreeMap::new();
    for row in output(Command::new(program))?.lines() {
        counted.insert(row.to_owned(), count(program, row)?);
    }

    let compared = compare(&baseline, &counted, same_compiler);
    compared.table.print();
    if arguments.bless {
        fs::write(&path, render(&rustc, &counted))?;
        println!("recorded in {}", path.display());
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} rows, {} worse or unknown", counted.len(), compared.failures);
    Ok(if compared.failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Baseline {
    fn empty(rustc: &str) -> Baseline {
        Baseline { rustc: rustc.to_owned(), row: BTreeMap::new() }
    }
}

/// The compiler and what it compiles for: instruction counts hold for these only.
fn compiler() -> Result<String> {
    let mut command = Command::new("rustc");
    command.arg("-vV").current_dir(root());
    let said = output(command)?;
    Ok(format!("{} for {}", said.lines().next().unwrap_or_default(), cargo::host(&said)?))
}

fn output(mut command: Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Counts one row.
fn count(program: &Path, row: &str) -> Result<Counts> {
    let (few, many) = (count_run(program, row, FEW)?, count_run(program, row, MANY)?);
    let per_operation = |few: u64, many: u64| (many as f64 - few as f64) / f64::from(MANY - FEW);
    Ok(Counts { instructions: per_operation(few.0, many.0), allocations: per_operation(few.1, many.1) })
}

/// The instructions and the allocations of one run.
fn count_run(program: &Path, row: &str, times: u32) -> Result<(u64, u64)> {
    let profile = program.with_extension("callgrind");
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(program).args([row, &times.to_string()]);
    let said = output(command)?;
    let instructions = own_instructions(&fs::read_to_string(&profile)?, &program.display().to_string());
    let allocations = said.trim().strip_prefix("allocations ").and_then(|count| count.parse().ok());
    Ok((
        instructions.context("callgrind has not seen the program")?,
        allocations.with_context(|| format!("the program said:\n{said}"))?,
    ))
}

struct Compared {
    table: Table,
    failures: usize,
}

fn compare(baseline: &Baseline, counted: &BTreeMap<String, Counts>, same_compiler: bool) -> Compared {
    let mut table =
        Table::new(&["operation", ">instructions", ">recorded", ">allocations", ">recorded", "verdict"]);
    let mut failures = 0;
    for (row, now) in counted {
        let recorded = baseline.row.get(row);
        let verdict = match recorded {
            None => "NOT RECORDED",
            Some(recorded) => {
                let instructions = change(recorded.instructions, now.instructions);
                match (change(recorded.allocations, now.allocations), instructions) {
                    (Change::Worse, _) => "WORSE",
                    (_, Change::Worse) if same_compiler => "WORSE",
                    (Change::Better, _) => "better; record it",
                    (_, Change::Better) if same_compiler => "better; record it",
                    _ => "ok",
                }
            }
        };
        failures += usize::from(matches!(verdict, "NOT RECORDED" | "WORSE"));
        let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
        table.row([
            row.clone(),
            shown(Some(now.instructions)),
            shown(recorded.map(|recorded| recorded.instructions)),
            shown(Some(now.allocations)),
            shown(recorded.map(|recorded| recorded.allocations)),
            verdict.to_owned(),
        ]);
    }
    for row in baseline.row.keys().filter(|row| !counted.contains_key(*row)) {
        failures += 1;
        table.row([row.clone(), "-".into(), "-".into(), "-".into(), "-".into(), "GONE".into()]);
    }
    Compared { table, failures }
}

#[derive(Debug, PartialEq)]
enum Change {
    Worse,
    Within,
    Better,
}

fn change(recorded: f64, now: f64) -> Change {
    // At least a twentieth of a unit, so that a count of nothing has a tolerance too.
    let margin = (recorded * TOLERANCE).max(0.05);
    match now - recorded {
        more if more > margin => Change::Worse,
        less if less < -margin => Change::Better,
        _ => Change::Within,
    }
}

fn render(rustc: &str, counted: &BTreeMap<String, Counts>) -> String {
    let mut text = String::from(
        "# Instructions and allocations per operation. Written by `cargo xtask counts --bless`.\n",
    );
    writeln!(text, "rustc = \"{rustc}\"").expect("a string takes everything");
    for (row, Counts { instructions, allocations }) in counted {
        write!(text, "\n[row.{row}]\ninstructions = {instructions:.1}\nallocations = {allocations:.1}\n")
            .expect("a string takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline() -> Baseline {
        let counted = BTreeMap::from([("a".to_owned(), Counts { instructions: 100.0, allocations: 1.0 })]);
        toml::from_str(&render("rustc 1", &counted)).unwrap()
    }

    fn failures(instructions: f64, allocations: f64, same_compiler: bool) -> usize {
        let counted = BTreeMap::from([("a".to_owned(), Counts { instructions, allocations })]);
        compare(&baseline(), &counted, same_compiler).failures
    }

    #[test]
    fn only_worse_is_a_failure() {
        assert_eq!(failures(102.0, 1.0, true), 0);
        assert_eq!(failures(104.0, 1.0, true), 1);
        assert_eq!(failures(90.0, 1.0, true), 0);
        assert_eq!(failures(104.0, 1.0, false), 0);
        assert_eq!(failures(100.0, 2.0, false), 1);
        assert_eq!(change(100.0, 96.0), Change::Better);
        assert_eq!(change(0.0, 0.04), Change::Within);
    }

    #[test]
    fn rows_must_be_recorded_and_counted() {
        let new = BTreeMap::from([("b".to_owned(), Counts { instructions: 1.0, allocations: 1.0 })]);
        assert_eq!(compare(&baseline(), &new, true).failures, 2);
    }
}
