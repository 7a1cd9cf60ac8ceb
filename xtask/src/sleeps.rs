//! `cargo xtask sleeps`: the ordinary tests, with sleeps in the race windows of the sources.

use crate::cargo::{self, Program, build};
use crate::process::{End, run_within};
use crate::table::Table;
use crate::tidy::{Source, rust_sources};
use anyhow::{Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only tests whose names contain this
    filter: Option<String>,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds, for each of which all tests are run
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    /// With this seeded fault: some test must fail, and the first that does is the last
    #[arg(long)]
    mutant: Option<String>,
}

/// In whose sources there are windows, and whose tests are run.
const PACKAGES: [&str; 3] = ["earnest-core", "earnest-pool", "earnest-combinators"];

/// A program that takes longer hangs: its watchdog ends it, and says where.
const PATIENCE: Duration = Duration::from_secs(400);
/// The same with a seeded fault, which mostly shows as a hang.
const PATIENCE_WITH_FAULT: Duration = Duration::from_secs(100);
const LIMIT: Duration = Duration::from_secs(500);

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let windows = windows()?;
    let target = cargo::metadata()?.target_directory;
    let (flags, directory) = match arguments.mutant {
        None => ("--cfg earnest_sleeps", "sleeps"),
        Some(_) => ("--cfg earnest_sleeps --cfg earnest_mutants", "sleeps-mutants"),
    };
    let mut command = cargo::cargo(&["test", "--locked", "--no-run", "--lib", "--test=it"]);
    command.args(PACKAGES.map(|package| format!("--package={package}")));
    command.env("RUSTFLAGS", flags);
    command.env("CARGO_TARGET_DIR", target.join(directory));
    let programs = build(&mut command)?;
    let log = target.join(directory).join("windows.log");
    let _there_is_none = fs::remove_file(&log);
    let mut table = Table::new(&[">seed", "tests of", ">passed", ">seconds", "verdict"]);
    let (mut n_passed, mut n_failed) = (0, 0);
    'seeds: for seed in (0..arguments.seeds).map(|n| arguments.seed + n) {
        for program in &programs {
            let finished = run_within(&mut tests(program, seed, arguments, &log), LIMIT)?;
            let n = passed(&finished.output);
            n_passed += n;
            let verdict = match finished.end {
                End::Succeeded => "ok",
                End::Failed => "FAILED",
                End::TimedOut => "HANGS",
            };
            let name = format!("{} {}", package(program), program.name);
            if finished.end != End::Succeeded {
                n_failed += 1;
                match &arguments.mutant {
                    None => eprintln!("seed {seed}, {name}:\n{}", finished.output),
                    Some(_) => println!("{}", what_failed(&finished.output)),
                }
            }
            let seconds = format!("{:.1}", finished.took.as_secs_f64());
            table.row([seed.to_string(), name, n.to_string(), seconds, verdict.to_owned()]);
            if n_failed > 0 && arguments.mutant.is_some() {
                break 'seeds;
            }
        }
    }
    table.print();
    let with_fault = arguments.mutant.is_some();
    let (reached, slept) = seen(&fs::read_to_string(&log).unwrap_or_default());
    // Of a selection of the tests, or of what ends early, it is not expected.
    let unreached: Vec<_> = windows.difference(&reached).map(String::as_str).collect();
    let is_everything = arguments.filter.is_none() && !with_fault;
    if is_everything && !unreached.is_empty() {
        eprintln!("no test comes by: {}", unreached.join(", "));
        n_failed += 1;
    }
    let of = arguments.mutant.as_ref().map(|mutant| format!(" with the fault {mutant}")).unwrap_or_default();
    println!(
        "{} windows, {} of them reached and {} slept in, {n_passed} tests passed, seeds {} to {}{of}: {n_failed} failures",
        windows.len(),
        reached.len(),
        slept.len(),
        arguments.seed,
        arguments.seed + arguments.seeds - 1,
    );
    if n_passed == 0 && !with_fault {
        bail!("no such test");
    }
    Ok(if (n_failed == 0) == with_fault { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn tests(program: &Program, seed: u64, arguments: &Arguments, log: &Path) -> Command {
    let mut command = Command::new(&program.path);
    command.args(&arguments.filter);
    // As cargo does: tests look for files of their package.
    command.current_dir(program.manifest.parent().expect("a manifest lies in a directory"));
    command.env("EARNEST_SLEEPS_SEED", seed.to_string()).env("EARNEST_SLEEPS_LOG", log);
    command.env("EARNEST_MUTANT", arguments.mutant.as_deref().unwrap_or_default());
    let patience = if arguments.mutant.is_some() { PATIENCE_WITH_FAULT } else { PATIENCE };
    command.env("EARNEST_TEST_PATIENCE", patience.as_secs().to_string());
    command
}

fn package(program: &Program) -> String {
    let folder = program.manifest.parent().and_then(Path::file_name);
    folder.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// How many tests have passed, by what a test program says in the end.
fn passed(output: &str) -> u64 {
    let said = output.lines().filter_map(|line| line.strip_prefix("test result: ")?.split_once(". "));
    said.filter_map(|(_, counts)| counts.split_once(" passed")?.0.parse::<u64>().ok()).sum()
}

/// Which tests have failed, or what the watchdog has said before it ended the program.
fn what_failed(output: &str) -> String {
    let tells = |line: &&str| line.starts_with("watchdog: ") || line.ends_with(" ... FAILED");
    output.lines().filter(tells).collect::<Vec<_>>().join("\n")
}

/// The windows that were reached, and those that were slept in.
fn seen(log: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let of = |what: &str| {
        let lines = log.lines().filter_map(|line| line.split_once(' '));
        lines.filter(|(_, seen)| *seen == what).map(|(name, _)| name.to_owned()).collect()
    };
    (of("reached"), of("slept"))
}

/// The names of all windows in the sources. Each has one of its own.
fn windows() -> Result<BTreeSet<String>> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for krate in PACKAGES {
        for source in rust_sources(&format!("crates/{krate}/src"))? {
            for name in names(&source) {
                if let Some(other) = found.insert(name.clone(), source.path.clone()) {
                    bail!("{name}: a window in {} and in {other}", source.path);
                }
            }
        }
    }
    Ok(found.into_keys().collect())
}

fn names(source: &Source) -> Vec<String> {
    let lines = source.text.lines().zip(source.code.lines());
    let windows = lines.filter(|(_, code)| code.contains("window!("));
    windows
        .filter_map(|(text, _)| Some(text.split_once("window!(\"")?.1.split_once('"')?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_found_in_code_and_have_names_of_their_own() {
        let text = "a();\n    window!(\"b\");\n// window!(\"c\");\nlet d = \"window!(\\\"e\\\")\";\n";
        assert_eq!(names(&Source::new("crates/a/src/a.rs".to_owned(), text.to_owned())), ["b"]);
        assert!(windows().unwrap().len() > 20);
    }

    #[test]
    fn what_programs_say_is_read() {
        assert_eq!(passed("test a ... ok\ntest result: ok. 7 passed; 0 failed;\n"), 7);
        assert_eq!(passed("test result: FAILED. 3 passed; 2 failed;"), 3);
        let said = "x\ntest a::b ... FAILED\nwatchdog: c has not ended\n";
        assert_eq!(what_failed(said), "test a::b ... FAILED\nwatchdog: c has not ended");
        let (reached, slept) = seen("a reached\nb reached\na slept\n");
        assert_eq!((reached.len(), slept.len()), (2, 1));
    }
}
