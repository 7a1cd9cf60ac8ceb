//! `cargo xtask miri`: tests under an interpreter that sees undefined behaviour, data races and leaks.

use crate::cargo::metadata;
use crate::nightly;
use crate::table::Table;
use crate::tool::MISSING;
use anyhow::{Result, bail};
use std::process::{Command, ExitCode};
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Under so many schedules each
    #[arg(long, default_value_t = 2, conflicts_with = "quick")]
    seeds: u32,
    /// One schedule of a small selection
    #[arg(long)]
    quick: bool,
    /// Only groups whose names contain this
    filter: Option<String>,
}

/// Tests that are run together.
struct Group {
    name: &'static str,
    package: &'static str,
    /// Which program of that package, as cargo is told.
    program: &'static str,
    /// Only tests whose names contain one of these; all, if there is none.
    tests: &'static [&'static str],
    /// Those of a quick run; if `None`, it leaves the group out.
    quick: Option<&'static [&'static str]>,
    flags: &'static str,
}

const ALL: &[&str] = &[];

/// No integer becomes a pointer, and nothing leaks.
const STRICT: &str = "-Zmiri-strict-provenance";
/// The shared queue keeps block and place in one word.
const EXPOSED: &str = "-Zmiri-permissive-provenance";
/// crossbeam-epoch is sound under tree borrows only, and keeps what it has not come to free.
const CROSSBEAM: &str = "-Zmiri-permissive-provenance -Zmiri-tree-borrows -Zmiri-ignore-leaks";

const GROUPS: &[Group] = &[
    Group {
        name: "core, units",
        package: "earnest-core",
        program: "--lib",
        tests: ALL,
        quick: Some(ALL),
        flags: STRICT,
    },
    Group {
        name: "core",
        package: "earnest-core",
        program: "--test=it",
        tests: ALL,
        quick: Some(&["scripts::"]),
        flags: STRICT,
    },
    Group {
        name: "combinators, units",
        package: "earnest-combinators",
        program: "--lib",
        tests: ALL,
        quick: Some(ALL),
        flags: STRICT,
    },
    Group {
        name: "combinators",
        package: "earnest-combinators",
        program: "--test=it",
        tests: ALL,
        quick: None,
        flags: STRICT,
    },
    Group {
        name: "pool, units",
        package: "earnest-pool",
        program: "--lib",
        tests: ALL,
        quick: None,
        flags: CROSSBEAM,
    },
    Group {
        name: "shared queue",
        package: "earnest-pool",
        program: "--test=it",
        tests: &["injector::"],
        quick: Some(&["injector::"]),
        flags: EXPOSED,
    },
    Group {
        name: "pool",
        package: "earnest-pool",
        program: "--test=it",
        tests: &["order::", "shutdown::", "submit::"],
        quick: None,
        flags: CROSSBEAM,
    },
    Group {
        name: "pool, waits",
        package: "earnest-pool",
        program: "--test=it",
        tests: &[
            "threads::threads_are_started",
            "threads::tasks_that_need_each_other_all_start_whatever",
            "waiting::",
        ],
        quick: None,
        flags: CROSSBEAM,
    },
];

impl Group {
    /// Which of its tests are wanted, if any.
    fn selection(&self, arguments: &Arguments) -> Option<&'static [&'static str]> {
        let is_wanted = arguments.filter.as_deref().is_none_or(|filter| self.name.contains(filter));
        let tests = if arguments.quick { self.quick } else { Some(self.tests) };
        tests.filter(|_| is_wanted)
    }

    fn command(&self, tests: &[&str], seeds: u32) -> Result<Command> {
        let mut command = nightly::cargo(&["miri", "test", "--locked", "--package", self.package]);
        command.args([self.program, "--"]).args(tests);
        let flags = format!("-Zmiri-many-seeds=0..{seeds} -Zmiri-disable-isolation {}", self.flags);
        command.env("MIRIFLAGS", flags).env("CARGO_TARGET_DIR", metadata()?.target_directory.join("miri"));
        // Half a minute for each panic that is meant.
        command.env("RUST_BACKTRACE", "0");
        Ok(command)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if !nightly::has(&["miri", "rust-src"]) {
        eprintln!("a nightly toolchain with miri is missing, and rustup does not bring it");
        return Ok(ExitCode::from(MISSING));
    }
    let seeds = if arguments.quick { 1 } else { arguments.seeds };
    let selected: Vec<_> =
        GROUPS.iter().filter_map(|group| Some((group, group.selection(arguments)?))).collect();
    if selected.is_empty() {
        bail!("no such group");
    }
    let mut table = Table::new(&["tests", ">seeds", ">seconds", "verdict"]);
    let mut failed = false;
    for (group, tests) in selected {
        println!("==== {}", group.name);
        let began = Instant::now();
        let is_ok = group.command(tests, seeds)?.status()?.success();
        failed |= !is_ok;
        let seconds = format!("{:.0}", began.elapsed().as_secs_f64());
        let verdict = if is_ok { "ok" } else { "FAILED" };
        table.row([group.name.to_owned(), seeds.to_string(), seconds, verdict.to_owned()]);
    }
    table.print();
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(quick: bool, filter: Option<&str>) -> Vec<&'static str> {
        let arguments = Arguments { seeds: 2, quick, filter: filter.map(str::to_owned) };
        let selected = GROUPS.iter().filter(|group| group.selection(&arguments).is_some());
        selected.map(|group| group.name).collect()
    }

    #[test]
    fn a_filter_selects_groups_by_their_names() {
        assert_eq!(names(false, None).len(), GROUPS.len());
        assert_eq!(names(false, Some("core")), ["core, units", "core"]);
        assert!(names(false, Some("nonsense")).is_empty());
    }

    #[test]
    fn a_quick_run_leaves_groups_out_and_narrows_others() {
        assert_eq!(names(true, None), ["core, units", "core", "combinators, units", "shared queue"]);
        assert_eq!(names(true, Some("combinators")), ["combinators, units"]);
        let quick = Arguments { seeds: 2, quick: true, filter: None };
        assert_eq!(GROUPS[1].selection(&quick), Some(&["scripts::"][..]));
    }
}
