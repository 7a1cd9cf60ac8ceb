//! Tests whose claims are turned round, one at a time: each must then fail, or it shows nothing.

use super::rows;
use super::sources::Test;
use crate::cargo::{Program, build, cargo};
use crate::process::{End, Finished, each, run_within};
use crate::table::Table;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::process::{Command, ExitCode};
use std::str::FromStr;
use std::time::{Duration, Instant};

/// How many rows to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    All,
    Some(usize),
}

impl FromStr for Sample {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Sample, Self::Err> {
        if text == "all" { Ok(Sample::All) } else { text.parse().map(Sample::Some) }
    }
}

/// How long a test may take: more than its own watchdog gives it, which says why it hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// What became of a test whose claims were inverted.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It failed each time, of these many.
    Fails(usize),
    /// It makes no claim, or none that can be inverted.
    NoClaim,
    /// It passes with this claim inverted.
    Survives(usize),
    /// With this claim inverted, it ends otherwise than by that claim.
    Otherwise(usize, String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Fails(_) => f.write_str("ok"),
            Verdict::NoClaim => f.write_str("NO CLAIM"),
            Verdict::Survives(claim) => write!(f, "SURVIVES claim {claim}"),
            Verdict::Otherwise(claim, _) => write!(f, "ENDS OTHERWISE at claim {claim}"),
        }
    }
}

pub(crate) fn run(tests: &[Test], sample: Sample, seed: Option<u64>) -> Result<ExitCode> {
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    let chosen = choose(tests, sample, seed);
    if chosen.is_empty() {
        bail!("no test has a claim to invert");
    }
    let rows = chosen.iter().map(|(row, _)| row).collect::<std::collections::BTreeSet<_>>().len();
    println!("{rows} rows, {} tests, seed {seed}", chosen.len());
    let programs = build(&mut cargo(&["test", "--locked", "--workspace", "--tests", "--no-run"]))?;
    let verdicts = each(&chosen, |(row, test)| {
        let began = Instant::now();
        let program = program_of(test, &programs)?;
        let verdict = try_claims(|claim| run_inverted(program, test, row, claim), &test.rows.join(" "))?;
        anyhow::Ok((verdict, began.elapsed()))
    });

    let mut table = Table::new(&["row", "test", ">claims inverted", ">seconds", "verdict"]);
    let mut claims = 0;
    let mut failures = 0;
    for ((row, test), verdict) in chosen.iter().zip(verdicts) {
        let (verdict, took) = verdict.with_context(|| test.label())?;
        let inverted = if let Verdict::Fails(inverted) = verdict { inverted } else { 0 };
        claims += inverted;
        failures += usize::from(inverted == 0);
        if let Verdict::Otherwise(_, output) = &verdict {
            println!("{}:{}: {}\n{output}", test.path, test.line, test.label());
        }
        let seconds = format!("{:.1}", took.as_secs_f64());
        table.row([row.clone(), test.label(), inverted.to_string(), seconds, verdict.to_string()]);
    }
    table.print();
    println!(
        "{} tests, {claims} claims inverted, {failures} tests that did not fail as they should",
        chosen.len()
    );
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Rows with tests, at random, each with its tests. A test of several of them comes once.
fn choose(tests: &[Test], sample: Sample, seed: u64) -> Vec<(String, &Test)> {
    let of =
        |row: &str| tests.iter().filter(move |test| test.rows.iter().any(|id| id == row)).collect::<Vec<_>>();
    let mut rows = rows::all();
    rows.retain(|row| !of(row).is_empty());
    if let Sample::Some(n) = sample {
        let taken = fastrand::Rng::with_seed(seed).choose_multiple(0..rows.len(), n);
        rows =
            (0..rows.len()).filter(|index| taken.contains(index)).map(|index| rows[index].clone()).collect();
    }
    let mut chosen: Vec<(String, &Test)> = Vec::new();
    for row in rows {
        for test in of(&row) {
            if !chosen.iter().any(|(_, known)| std::ptr::eq(*known, test)) {
                chosen.push((row.clone(), test));
            }
        }
    }
    chosen
}

/// The program that has `test`.
fn program_of<'a>(test: &Test, programs: &'a [Program]) -> Result<&'a Program> {
    let manifest = format!("{}/Cargo.toml", test.package);
    let is_its = |program: &&Program| program.manifest.ends_with(&manifest) && program.name == test.program;
    programs
        .iter()
        .find(is_its)
        .with_context(|| format!("cargo built no {} of {}", test.program, test.package))
}

fn run_inverted(program: &Program, test: &Test, row: &str, claim: usize) -> Result<Finished> {
    let mut command = Command::new(&program.path);
    // Uncaptured, as a test that is aborted would take what it said with it.
    command.args(["--exact", "--nocapture", "--test-threads=1", &test.name]);
    command.env("EARNEST_INVERT", format!("{row}/{claim}"));
    command.current_dir(program.manifest.parent().context("a manifest lies in a directory")?);
    let finished = run_within(&mut command, LIMIT)?;
    if !finished.output.contains("running 1 test") {
        bail!("{} has no test {}:\n{}", program.path.display(), test.name, finished.output);
    }
    Ok(finished)
}

/// Inverts one claim after the other, until there is none.
fn try_claims(run: impl Fn(usize) -> Result<Finished>, rows: &str) -> Result<Verdict> {
    for claim in 1.. {
        let finished = run(claim)?;
        let survives = finished.output.contains(&format!("row {rows}, claim {claim}, survives"));
        let fails = finished.output.contains(&format!("row {rows}, claim {claim}, inverted"));
        match finished.end {
            End::Succeeded if fails => return Ok(Verdict::Survives(claim)),
            End::Succeeded if claim == 1 => return Ok(Verdict::NoClaim),
            End::Succeeded => return Ok(Verdict::Fails(claim - 1)),
            End::Failed if survives => return Ok(Verdict::Survives(claim)),
            End::Failed if fails => {}
            End::Failed | End::TimedOut => return Ok(Verdict::Otherwise(claim, finished.output)),
        }
    }
    unreachable!("a test makes finitely many claims")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, rows: &[&str]) -> Test {
        let rows = rows.iter().map(|row| (*row).to_owned()).collect();
        Test::new("crates/earnest-core/tests/it/a.rs", name, 1, rows)
    }

    /// The verdict over a test that ends like this, claim by claim.
    fn verdict(ends: &[(End, &str)]) -> Verdict {
        let run = |claim: usize| {
            let (end, output) = ends[claim - 1];
            Ok(Finished { end, output: output.to_owned(), took: Duration::ZERO })
        };
        try_claims(run, "1 2").unwrap()
    }

    #[test]
    fn a_test_that_fails_by_each_claim_is_well() {
        let ends = [
            (End::Failed, "row 1 2, claim 1, inverted: observed"),
            (End::Failed, "row 1 2, claim 2, inverted: observed"),
            (End::Succeeded, ""),
        ];
        assert_eq!(verdict(&ends), Verdict::Fails(2));
    }

    #[test]
    fn a_test_that_does_not_fail_by_its_claims_is_not() {
        let claimed = (End::Failed, "row 1 2, claim 1, inverted: observed");
        assert_eq!(verdict(&[(End::Succeeded, "")]), Verdict::NoClaim);
        assert_eq!(verdict(&[(End::Succeeded, claimed.1)]), Verdict::Survives(1));
        assert_eq!(verdict(&[claimed, (End::Failed, "row 1 2, claim 2, survives")]), Verdict::Survives(2));
        for other in
            [(End::Failed, "row 1 2, claim 1: observed"), (End::Failed, claimed.1), (End::TimedOut, "")]
        {
            assert_eq!(verdict(&[claimed, other]), Verdict::Otherwise(2, other.1.to_owned()));
        }
    }

    #[test]
    fn the_choice_is_of_rows_with_tests_and_repeats_by_its_seed() {
        let tests = [test("a", &["1", "2"]), test("b", &["2"]), test("c", &["3"])];
        let names = |sample, seed| -> Vec<(String, String)> {
            let chosen = choose(&tests, sample, seed);
            chosen.into_iter().map(|(row, test)| (row, test.name.clone())).collect()
        };
        let all = [("1", "a::a"), ("2", "a::b"), ("3", "a::c")]
            .map(|(row, name)| (row.to_owned(), name.to_owned()));
        assert_eq!(names(Sample::All, 0), all);
        assert_eq!(names(Sample::Some(9), 0), all);
        let choices: Vec<_> = (0..32).map(|seed| names(Sample::Some(1), seed)).collect();
        assert_eq!(choices, (0..32).map(|seed| names(Sample::Some(1), seed)).collect::<Vec<_>>());
        assert!(choices.iter().any(|choice| *choice != choices[0]));
    }
}
