//! The project's own commands, run as `cargo xtask <command>`. Each has a file of its own.

mod abort;
mod api;
mod bench;
mod book;
mod cargo;
mod ci;
mod conformance;
mod counts;
mod deny;
mod differential;
mod documented;
mod examples;
mod features;
mod fuzz;
mod git;
mod links;
mod long;
mod loom;
mod minimal_versions;
mod miri;
mod msrv;
mod nightly;
mod package;
mod process;
mod release;
mod sanitize;
mod semver;
mod shuttle;
mod sleeps;
mod soak;
mod survivors;
mod table;
mod target;
mod tidy;
mod tool;
mod toolchain;
mod tree;
mod typos;
mod verify;
mod wasm;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compare the public interface with the listings in docs/api, and see whether all of it is documented
    Api(api::Arguments),
    /// Run everything that a change must pass
    Ci,
    /// Run the tests that are too long for every day
    Long,
    /// Model-check the crates with loom
    Loom(loom::Arguments),
    /// Run every layer of checks that looks for races
    Verify(verify::Arguments),
    /// Run storms, which are too large for models, under random schedules
    Shuttle(shuttle::Arguments),
    /// Run the tests with sleeps in the race windows of the sources
    Sleeps(sleeps::Arguments),
    /// Run a program that aborts where it panics
    Abort,
    /// See whether the tests notice changes of the sources
    Survivors(survivors::Arguments),
    #[command(hide = true)]
    UntilFailure(survivors::until_failure::Arguments),
    /// Put random load on everything at once
    Soak(soak::Arguments),
    /// Run tests under Miri
    Miri(miri::Arguments),
    /// Run tests under a sanitizer
    Sanitize(sanitize::Arguments),
    /// Have a fuzzer write scripts of operations on a future
    Fuzz(fuzz::Arguments),
    /// Compare the speed with that of the peers
    Bench(bench::Arguments),
    /// Count instructions and allocations per operation
    Counts(counts::Arguments),
    /// Check the conformance table against the tests, or the tests against their claims
    Conformance(conformance::Arguments),
    /// Compare with Python's concurrent.futures on random scripts
    Differential(differential::Arguments),
    /// Run the examples, and compare what they print with what is written down
    Examples(examples::Arguments),
    /// Run the facade on WebAssembly without threads
    Wasm,
    /// Check the rules that no compiler and no linter checks
    Tidy,
    /// Check that the links of all texts lead somewhere
    Links,
    /// Look for words that are written wrongly
    Typos,
    /// Make a book of the guide
    Book,
    /// Build each published crate with every set of its features
    Features(features::Arguments),
    /// Build the published crates with the oldest compiler that they promise
    Msrv,
    /// Build the published crates with the oldest dependencies that they allow
    MinimalVersions,
    /// Count the crates that the facade brings along
    Tree,
    /// Look at the licences, sources and known defects of dependencies
    Deny,
    /// Compare the public interface with that of the last release
    Semver,
    /// Make the archives of the published crates, and build them
    Package(package::Arguments),
    /// See whether this commit can be published, and how
    Release(release::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Api(arguments) => api::run(&arguments),
        Command::Ci => ci::run(),
        Command::Long => long::run(),
        Command::Loom(arguments) => loom::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Shuttle(arguments) => shuttle::run(&arguments),
        Command::Sleeps(arguments) => sleeps::run(&arguments),
        Command::Abort => abort::run(),
        Command::Survivors(arguments) => survivors::run(&arguments),
        Command::UntilFailure(arguments) => survivors::until_failure::run(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
        Command::Miri(arguments) => miri::run(&arguments),
        Command::Sanitize(arguments) => sanitize::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Counts(arguments) => counts::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Differential(arguments) => differential::run(&arguments),
        Command::Examples(arguments) => examples::run(&arguments),
        Command::Wasm => wasm::run(),
        Command::Tidy => tidy::run(),
        Command::Links => links::run(),
        Command::Typos => typos::run(),
        Command::Book => book::run(),
        Command::Features(arguments) => features::run(&arguments),
        Command::Msrv => msrv::run(),
        Command::MinimalVersions => minimal_versions::run(),
        Command::Tree => tree::run(),
        Command::Deny => deny::run(),
        Command::Semver => semver::run(),
        Command::Package(arguments) => package::run(&arguments),
        Command::Release(arguments) => release::run(&arguments),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Whether this program understands these, for tests of what calls it.
#[cfg(test)]
fn understands(arguments: &[&str]) -> bool {
    Arguments::try_parse_from([&["xtask"], arguments].concat()).is_ok()
}
