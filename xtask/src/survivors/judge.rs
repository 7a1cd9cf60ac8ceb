//! A copy of the sources, in which one mutant after the other is put in place and tested.

use super::ledger::{Entry, Verdict};
use super::sample::Mutant;
use super::until_failure::{HANGS, SLOW};
use crate::cargo::{self, root};
use crate::tidy::walk;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Tests that are run together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Tests {
    packages: &'static [&'static str],
    /// Which of theirs, and in which build.
    flags: &'static [&'static str],
    /// What the programs of tests are told.
    selection: &'static [&'static str],
}

/// Those of the facade but for the ones that run examples: in each build these would be built as well.
macro_rules! facade {
    ($($more:literal),*) => {
        &["--all-features", $($more,)* "--test=awaiting", "--test=executors", "--test=group", "--test=hostile",
          "--test=options", "--test=programs", "--test=scope", "--test=surface", "--test=waiting"]
    };
}

const OWN: &[&str] = &["--all-features", "--lib", "--test=it"];
const IT: &[&str] = &["--all-features", "--test=it"];
const BARE: &[&str] = &["--no-default-features", "--test=no_std"];
/// Thousands of random scripts take most of the time that the core's tests need.
const SCRIPTS: &str = "scripts::";

const fn tests(packages: &'static [&'static str], flags: &'static [&'static str]) -> Tests {
    Tests { packages, flags, selection: &[] }
}

/// Which tests a mutant has to survive, in this order: those of its crate, then those of the crates above.
fn tests_for(mutant: &Mutant) -> Vec<Tests> {
    let facade = tests(&["earnest"], facade!());
    match (&*mutant.package, &*mutant.file) {
        // There is no such code where there is `std`.
        (_, "crates/earnest-core/src/bare.rs") => vec![tests(&["earnest-core"], BARE)],
        ("earnest-core", _) => vec![
            Tests { selection: &["--skip", SCRIPTS], ..tests(&["earnest-core"], OWN) },
            Tests { selection: &[SCRIPTS], ..tests(&["earnest-core"], IT) },
            tests(&["earnest-pool", "earnest-combinators", "earnest"], facade!("--test=it")),
        ],
        ("earnest-pool", _) => vec![tests(&["earnest-pool"], OWN), facade],
        _ => vec![tests(&["earnest-combinators"], OWN), facade],
    }
}

/// What takes longer hangs: unmutated, it is over within 20 seconds even if others keep the machine busy.
const LIMIT: u32 = 100;
/// In doubt.
const LONG_LIMIT: u32 = 400;

pub(super) struct Tree {
    folder: PathBuf,
    /// By which variable cargo is told to run tests by way of us.
    runner: String,
    /// What has been seen to pass without a mutant, in this run.
    passed: HashSet<Tests>,
}

impl Tree {
    /// Makes `folder` a copy of what git knows or would add. What is the same is not touched, so that cargo builds
    /// only what has changed.
    pub(super) fn sync(folder: PathBuf) -> Result<Tree> {
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root())
            .output()?;
        ensure!(listing.status.success(), "git ls-files failed");
        let listing = String::from_utf8(listing.stdout)?;
        let files: HashSet<&Path> = listing
            .split_terminator('\0')
            .map(Path::new)
            .filter(|file| root().join(file).is_file())
            .collect();
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)?.collect::<std::io::Result<Vec<_>>>()? {
            let mut old = vec![entry.path()];
            if entry.file_name() == "target" {
                continue;
            } else if entry.path().is_dir() {
                old.clear();
                walk(&entry.path(), &mut old)?;
            }
            for file in old.iter().filter(|file| !files.contains(file.strip_prefix(&folder).unwrap_or(file)))
            {
                fs::remove_file(file)?;
            }
        }
        for file in files {
            let (from, to) = (fs::read(root().join(file))?, folder.join(file));
            if fs::read(&to).ok().as_ref() != Some(&from) {
                fs::create_dir_all(to.parent().expect("it lies in the folder"))?;
                fs::write(&to, from)?;
            }
        }
        let rustc = Command::new("rustc").arg("-vV").current_dir(root()).output()?;
        let said = String::from_utf8(rustc.stdout)?;
        let host = cargo::host(&said)?.to_uppercase().replace(['-', '.'], "_");
        let runner = format!("CARGO_TARGET_{host}_RUNNER");
        Ok(Tree { folder, runner, passed: HashSet::new() })
    }

    pub(super) fn judge(&mut self, mutant: &Mutant) -> Result<Entry> {
        let began = Instant::now();
        let (mut verdict, mut by) = (Verdict::Missed, String::new());
        for tests in tests_for(mutant) {
            (verdict, by) = self.try_with(mutant, &tests, LIMIT)?;
            if verdict == Verdict::TimedOut && by.is_empty() {
                // Nothing in particular hung: perhaps it was but slow.
                (verdict, by) = self.try_with(mutant, &tests, LONG_LIMIT)?;
            }
            if verdict != Verdict::Missed {
                break;
            }
        }
        Ok(Entry { verdict, seconds: began.elapsed().as_secs_f64(), by })
    }

    fn try_with(&mut self, mutant: &Mutant, tests: &Tests, limit: u32) -> Result<(Verdict, String)> {
        self.passes_without(tests)?;
        let mut command = self.cargo()?;
        command.args(["mutants", "--in-place", "--baseline=skip", "--colors=never"]);
        command
            .arg(format!("--timeout={limit}"))
            .arg(format!("--output={}", self.folder.join("target").display()));
        command.arg(format!("--file={}", mutant.file)).arg(format!("--re=^{}$", escape(&mutant.name)));
        command.arg(format!("--test-package={}", tests.packages.join(",")));
        command.args(tests.flags.iter().map(|flag| format!("--cargo-arg={flag}")));
        // The first ends what is for cargo-mutants, the second what is for cargo.
        command.args(["--", "--"]).args(tests.selection);
        let output = command.output()?;
        let said = || {
            let both = [&output.stdout[..], &output.stderr].concat();
            format!("{}:\n{}", mutant.name, String::from_utf8_lossy(&both))
        };
        let out = self.folder.join("target/mutants.out");
        let outcomes = fs::read_to_string(out.join("outcomes.json")).with_context(said)?;
        let outcomes: Outcomes = serde_json::from_str(&outcomes).with_context(said)?;
        let Some((log, verdict)) = outcomes.of(mutant) else { bail!("there is no such mutant: {}", said()) };
        let log = fs::read(out.join(log)).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let witness = witness(&log, verdict);
        witness.with_context(|| format!("who caught it? {}\n{log}", mutant.name))
    }

    /// That the tests pass without any mutant, which is looked at once: else each would be caught.
    fn passes_without(&mut self, tests: &Tests) -> Result<()> {
        if self.passed.contains(tests) {
            return Ok(());
        }
        let mut command = self.cargo()?;
        command.arg("test").args(tests.packages.iter().map(|package| format!("--package={package}")));
        let output = command.args(tests.flags).arg("--").args(tests.selection).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "the tests fail without any mutant:\n{said}");
        self.passed.insert(*tests);
        Ok(())
    }

    fn cargo(&self) -> Result<Command> {
        let mut command = Command::new("cargo");
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUST_BACKTRACE", "0");
        command.env("CARGO_TARGET_DIR", self.folder.join("target"));
        command.envs([("CARGO_PROFILE_DEV_DEBUG", "0"), ("CARGO_INCREMENTAL", "1")]);
        command.env(&self.runner, format!("{} until-failure", std::env::current_exe()?.display()));
        Ok(command)
    }
}

/// The part of `outcomes.json` that is used here.
#[derive(Deserialize)]
struct Outcomes {
    outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    scenario: serde_json::Value,
    summary: String,
    log_path: String,
}

impl Outcomes {
    /// The log, and what became of `mutant`: others may have been tried as well, as cargo-mutants 27.1 lets no pattern
    /// leave out deleted fields.
    fn of(&self, mutant: &Mutant) -> Option<(&str, Verdict)> {
        let is_its = |outcome: &&Outcome| outcome.scenario["Mutant"]["name"] == mutant.name.as_str();
        let outcome = self.outcomes.iter().find(is_its)?;
        let verdict = match &*outcome.summary {
            "CaughtMutant" => Verdict::Caught,
            "MissedMutant" => Verdict::Missed,
            "Timeout" => Verdict::TimedOut,
            "Unviable" => Verdict::Unviable,
            _ => return None,
        };
        Some((&*outcome.log_path, verdict))
    }
}

/// What the log says of who caught it, if it does: a command that could not be run would be no catch. What was ended as it
/// hung has not just failed.
fn witness(log: &str, verdict: Verdict) -> Option<(Verdict, String)> {
    let find = |end: &str| {
        log.lines().find_map(|line| {
            let (_, rest) = line.split_once("test ")?;
            Some(rest.split_once(end)?.0.trim().to_owned())
        })
    };
    let failed = || {
        let signs = ["watchdog:", "(signal:", "(exit status:", "exit status: ", "signal: "];
        let says = |line: &&str| signs.iter().any(|sign| line.contains(sign));
        find(" ... FAILED").or_else(|| Some(log.lines().find(says)?.trim().to_owned()))
    };
    let hung = || find(SLOW).or_else(|| log.contains(HANGS).then(|| HANGS.to_owned()));
    match (verdict, hung()) {
        (Verdict::Caught | Verdict::TimedOut, Some(by)) => Some((Verdict::TimedOut, by)),
        (Verdict::Caught, None) => failed().map(|by| (verdict, by)),
        _ => Some((verdict, String::new())),
    }
}

/// `text` as a regular expression for itself. Not all that is not a letter may be escaped: `\<` is a word's start.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_witness_is_the_first_test_that_fails_or_hangs() {
        let by = |log, verdict| witness(log, verdict).map(|(verdict, by)| (verdict.name(), by));
        let of = |verdict: Verdict, by: &str| Some((verdict.name(), by.to_owned()));
        let failed = "test a::b ... ok\ntest a::d ... FAILED\n";
        assert_eq!(by(failed, Verdict::Caught), of(Verdict::Caught, "a::d"));
        let slow = format!("test a::b ... ok\ntest a::c{SLOW}\nx: signal: 9 (SIGKILL)\n");
        assert_eq!(by(&slow, Verdict::Caught), of(Verdict::TimedOut, "a::c"));
        assert_eq!(by(HANGS, Verdict::Caught), of(Verdict::TimedOut, HANGS));
        assert_eq!(by("", Verdict::TimedOut), of(Verdict::TimedOut, ""));
        let aborted = "process didn't exit (signal: 6)";
        assert_eq!(by(aborted, Verdict::Caught), of(Verdict::Caught, aborted));
        assert_eq!(by("error: unexpected argument", Verdict::Caught), None);
        assert_eq!(by("", Verdict::Missed), of(Verdict::Missed, ""));
    }

    #[test]
    fn names_stand_for_themselves() {
        assert_eq!(
            escape("a.rs:1:2: replace && with || in <impl A for B<C>>::d"),
            r"a\.rs:1:2: replace \&\& with \|\| in <impl A for B<C>>::d"
        );
    }
}
