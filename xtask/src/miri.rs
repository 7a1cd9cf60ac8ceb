//! `cargo xtask miri`: tests under an interpreter that sees undefined behaviour, data races and leaks.

use crate::cargo::metadata;
use crate::nightly;
use crate::table::Table;
use anyhow::Result;
use std::process::ExitCode;
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Under so many schedules each
    #[arg(long, default_value_t = 2)]
    seeds: u32,
    /// Only groups whose names contain this
    filter: Option<String>,
}

/// Tests that are run together.
struct Group {
    name: &'static str,
    /// Of cargo, and of the test programs.
    arguments: &'static [&'static str],
    flags: &'static str,
}

/// No integer becomes a pointer, and nothing leaks.
const STRICT: &str = "-Zmiri-strict-provenance";
/// The shared queue keeps block and place in one word.
const EXPOSED: &str = "-Zmiri-permissive-provenance";
/// crossbeam-epoch is sound under tree borrows only, and keeps what it has not come to free.
const CROSSBEAM: &str = "-Zmiri-permissive-provenance -Zmiri-tree-borrows -Zmiri-ignore-leaks";

const GROUPS: &[Group] = &[
    Group { name: "core, units", arguments: &["--package=earnest-core", "--lib"], flags: STRICT },
    Group { name: "core", arguments: &["--package=earnest-core", "--test=it"], flags: STRICT },
    Group {
        name: "combinators, units",
        arguments: &["--package=earnest-combinators", "--lib"],
        flags: STRICT,
    },
    Group {
        name: "combinators",
        arguments: &["--package=earnest-combinators", "--test=it", "--", "miri"],
        flags: CROSSBEAM,
    },
    Group {
        name: "shared queue",
        arguments: &["--package=earnest-pool", "--test=it", "--", "injector"],
        flags: EXPOSED,
    },
    Group {
        name: "pool",
        arguments: &["--package=earnest-pool", "--test=it", "--", "order", "submit", "shutdown"],
        flags: CROSSBEAM,
    },
];

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if !nightly::has(&["miri", "rust-src"]) {
        eprintln!("a nightly toolchain with miri is missing, and rustup does not bring it");
        return Ok(ExitCode::from(2));
    }
    let directory = metadata()?.target_directory.join("miri");
    let wanted =
        |group: &&Group| arguments.filter.as_deref().is_none_or(|filter| group.name.contains(filter));
    let mut table = Table::new(&["tests", ">seeds", ">seconds", "verdict"]);
    let mut failed = false;
    for group in GROUPS.iter().filter(wanted) {
        println!("==== {}", group.name);
        let began = Instant::now();
        let mut command = nightly::cargo(&["miri", "test", "--locked"]);
        command.args(group.arguments).env("CARGO_TARGET_DIR", &directory);
        command.env(
            "MIRIFLAGS",
            format!("-Zmiri-many-seeds=0..{} -Zmiri-disable-isolation {}", arguments.seeds, group.flags),
        );
        let is_ok = command.status()?.success();
        failed |= !is_ok;
        let seconds = format!("{:.0}", began.elapsed().as_secs_f64());
        let verdict = if is_ok { "ok" } else { "FAILED" };
        table.row([group.name.to_owned(), arguments.seeds.to_string(), seconds, verdict.to_owned()]);
    }
    table.print();
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
