//! The test programs that hold the models: built once, then run one test at a time.

use super::{Arguments, patch};
use crate::cargo::{self, Package};
use crate::process::{Finished, run_within};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The three ways to build the models. Each has a target directory of its own, so that they do not undo each
/// other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    Stock,
    Patched,
    /// Patched, and with the seeded faults compiled in.
    Mutants,
}

impl Build {
    fn directory(self) -> &'static str {
        match self {
            Build::Stock => "loom",
            Build::Patched => "loom-patched",
            Build::Mutants => "loom-mutants",
        }
    }

    fn flags(self) -> &'static str {
        match self {
            Build::Stock | Build::Patched => "--cfg earnest_loom",
            Build::Mutants => "--cfg earnest_loom --cfg earnest_mutants",
        }
    }
}

/// One test, in its program.
#[derive(Clone)]
pub(crate) struct Test {
    pub(crate) krate: String,
    pub(crate) name: String,
    program: PathBuf,
    directory: PathBuf,
    build: Build,
}

/// Builds the models and lists the tests.
pub(crate) fn build(arguments: &Arguments, build: Build) -> Result<Vec<Test>> {
    let metadata = cargo::metadata()?;
    let has_models = |package: &&Package| {
        package.is_published()
            && package.directory().join("tests/loom/main.rs").exists()
            && (arguments.package.is_empty() || arguments.package.contains(&package.name))
    };
    let packages: Vec<&Package> = metadata.packages.iter().filter(has_models).collect();
    if packages.is_empty() {
        bail!("no such crate has models");
    }
    let mut command = cargo::cargo(&["test", "--locked", "--no-run", "--profile=loom", "--test=loom"]);
    command.args(packages.iter().map(|package| format!("--package={}", package.name)));
    command.env("RUSTFLAGS", build.flags());
    command.env("CARGO_TARGET_DIR", metadata.target_directory.join(build.directory()));
    if build != Build::Stock {
        // An override by `paths`, where `[patch]` might be expected: that would rewrite Cargo.lock, which
        // names the registry as loom's source, and would have to be undone afterwards. `paths` is made for
        // this: the lock file stays as it is, and `--locked` above holds it to that. It wants name, version
        // and dependencies unchanged.
        let source = patch::source(&metadata)?;
        let quoted = toml::Value::String(source.display().to_string());
        command.arg(format!("--config=paths=[{quoted}]"));
    }
    let programs = cargo::build(&mut command)?;
    let mut tests = Vec::new();
    for program in programs {
        let Some(package) = packages.iter().find(|package| package.manifest_path == program.manifest) else {
            continue;
        };
        let listing = Command::new(&program.path).args(["--list", "--format=terse"]).output()?;
        tests.extend(listed(&String::from_utf8_lossy(&listing.stdout)).map(|name| Test {
            krate: package.name.clone(),
            name: name.to_owned(),
            program: program.path.clone(),
            directory: package.directory().to_owned(),
            build,
        }));
    }
    Ok(tests)
}

/// The names in a terse listing of libtest.
fn listed(listing: &str) -> impl Iterator<Item = &str> {
    listing.lines().filter_map(|line| line.strip_suffix(": test"))
}

/// The bounds of the search that the recorded floors hold for.
pub(crate) const BOUNDS: [(&str, &str); 2] = [("LOOM_MAX_PREEMPTIONS", "3"), ("LOOM_MAX_BRANCHES", "10000")];

impl Test {
    /// `CRATE::NAME`, which filters are held against.
    pub(crate) fn full_name(&self) -> String {
        format!("{}::{}", self.krate, self.name)
    }

    /// Runs this test alone. A process of its own, because a deadlock in a model may abort it.
    pub(crate) fn run(&self, environment: &[(&str, &str)], limit: Duration) -> Result<Finished> {
        let mut command = Command::new(&self.program);
        command.args(["--exact", &self.name, "--nocapture", "--test-threads=1"]);
        command.current_dir(&self.directory);
        for (variable, default) in BOUNDS {
            if std::env::var_os(variable).is_none() {
                command.env(variable, default);
            }
        }
        if self.build != Build::Stock {
            command.env("EARNEST_LOOM_PATCHED", "1");
        }
        command.env("RUST_BACKTRACE", "0").env_remove("EARNEST_MUTANT").envs(environment.iter().copied());
        run_within(&mut command, limit)
    }
}

/// What the models in a test's output said: `model NAME: N iterations`, wherever in its line.
pub(crate) fn models(output: &str) -> Vec<(String, u64)> {
    output
        .lines()
        .filter_map(|line| {
            let (_, said) = line.split_once("model ")?;
            let (name, count) = said.split_once(": ")?;
            let count = count.split_once(" iterations")?.0.parse().ok()?;
            (!name.contains(' ')).then(|| (name.to_owned(), count))
        })
        .collect()
}

/// The end of an output, for a report.
pub(crate) fn tail(output: &str) -> String {
    const LINES: usize = 30;
    let lines: Vec<&str> = output.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].iter().map(|line| format!("    {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_listed() {
        let listing = "a::b: test\nc: test\nd: benchmark\n";
        assert_eq!(listed(listing).collect::<Vec<_>>(), ["a::b", "c"]);
    }

    #[test]
    fn model_lines_are_found_anywhere() {
        let output = "\nrunning 1 test\ntest a::b ... model core::a_vs_b: 132 iterations\nok\n\
                      model sync::x: 7 iterations\nmodel of something else: 3 iterations\nmodel x: no iterations\n";
        assert_eq!(models(output), [("core::a_vs_b".to_owned(), 132), ("sync::x".to_owned(), 7)]);
    }

    #[test]
    fn a_tail_is_short() {
        let long: String = (0..100).map(|line| format!("{line}\n")).collect();
        assert_eq!(tail(&long).lines().count(), 30);
        assert_eq!(tail("x"), "    x\n");
    }
}
