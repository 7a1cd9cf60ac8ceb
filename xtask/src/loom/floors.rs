//! Runs the models, and holds the number of their executions against the recorded floors.
//!
//! A model that a change has made smaller still passes, down to a single execution. The floor notices.

use super::Arguments;
use super::suite::{self, BOUNDS, Build, models, tail};
use crate::cargo::root;
use crate::process::{End, Finished, each};
use crate::table::Table;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// A model that takes longer does not end.
const LIMIT: Duration = Duration::from_secs(900);
/// Likewise, at night.
const DEEP_LIMIT: Duration = Duration::from_secs(2 * 3600);

type Floors = BTreeMap<String, u64>;

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let build = if arguments.patched { Build::Patched } else { Build::Stock };
    let mut tests = suite::build(arguments, build)?;
    tests.retain(|test| arguments.wants(&test.full_name()));
    // The floors hold for the patched search within the default bounds; any other is a smaller or a larger
    // one.
    let default_bounds =
        BOUNDS.iter().all(|(name, value)| std::env::var(name).map_or(true, |set| set == *value));
    let floors = if arguments.patched && default_bounds { read()? } else { Floors::new() };
    let compared = arguments.patched && default_bounds && !arguments.record;

    let deep: &[_] = if arguments.deep { &[("EARNEST_LOOM_DEEP", "1")] } else { &[] };
    let limit = if arguments.deep { DEEP_LIMIT } else { LIMIT };
    let results = each(&tests, |test| test.run(deep, limit));
    let mut report = Report::default();
    for (test, result) in tests.iter().zip(results) {
        report.add(&test.full_name(), &result?, compared.then_some(&floors));
    }
    if compared && arguments.is_everything() {
        report.add_missing(&floors);
    }
    report.table.print();
    for failure in &report.failures {
        eprintln!("{failure}");
    }
    if !compared {
        println!("floors not compared");
    }
    let passed = report.failures.is_empty();
    let (n_models, n_executions) = (report.seen.len(), report.seen.values().sum::<u64>());
    let n_failures = report.failures.len();
    println!("{} tests, {n_models} models, {n_executions} executions, {n_failures} failures", tests.len());
    if arguments.record && passed {
        // The floors of models that were not asked for stay as they are.
        let mut recorded = if arguments.is_everything() { Floors::new() } else { floors };
        recorded.extend(report.seen.iter().map(|(model, seen)| (model.clone(), (seen * 9).div_ceil(10))));
        std::fs::write(path(), render(&recorded))?;
        println!("recorded in {}", path().display());
    }
    Ok(passed)
}

struct Report {
    table: Table,
    seen: Floors,
    failures: Vec<String>,
}

impl Default for Report {
    fn default() -> Report {
        let table = Table::new(&["model", ">iterations", ">floor", ">seconds", "verdict"]);
        Report { table, seen: Floors::new(), failures: Vec::new() }
    }
}

impl Report {
    fn add(&mut self, test: &str, finished: &Finished, floors: Option<&Floors>) {
        let seconds = format!("{:.2}", finished.took.as_secs_f64());
        let models = models(&finished.output);
        if finished.end != End::Succeeded || models.is_empty() {
            let verdict = match finished.end {
                End::Succeeded => "NO MODEL",
                End::Failed => "FAILED",
                End::TimedOut => "DOES NOT END",
            };
            self.table.row([test.to_owned(), "-".into(), "-".into(), seconds, verdict.into()]);
            self.failures.push(format!("{test}: {verdict}\n{}", tail(&finished.output)));
            return;
        }
        for (model, iterations) in models {
            let floor = floors.and_then(|floors| floors.get(&model)).copied();
            let verdict = match floor {
                _ if floors.is_none() => "ok",
                None => "NO FLOOR",
                Some(floor) if iterations < floor => "BELOW FLOOR",
                Some(_) => "ok",
            };
            if verdict != "ok" {
                self.failures.push(format!("{model}: {verdict}; cargo xtask loom --patched --record"));
            }
            let floor = floor.map_or_else(|| "-".into(), |floor| floor.to_string());
            let cells = [model.clone(), iterations.to_string(), floor, seconds.clone(), verdict.into()];
            self.table.row(cells);
            self.seen.insert(model, iterations);
        }
    }

    fn add_missing(&mut self, floors: &Floors) {
        for (model, floor) in floors.iter().filter(|(model, _)| !self.seen.contains_key(*model)) {
            self.table.row([model.clone(), "-".into(), floor.to_string(), "-".into(), "MISSING".into()]);
            self.failures.push(format!("{model} has a floor, and was not run"));
        }
    }
}

fn path() -> PathBuf {
    root().join("xtask/loom/floors.toml")
}

fn read() -> Result<Floors> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    toml::from_str(&text).context("floors.toml")
}

/// What is written. Nine tenths of what was seen: the number may shift a little with the compiler's choices.
fn render(floors: &Floors) -> String {
    let mut text = String::from(
        "# How many executions each model has at least, with the patched loom and the default bounds.\n\
         # Written by `cargo xtask loom --patched --record`, as nine tenths of what was seen.\n\n",
    );
    for (model, floor) in floors {
        writeln!(text, "\"{model}\" = {floor}").expect("a string takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_are_written_as_they_are_read() {
        let written = Floors::from([("core::a".to_owned(), 90), ("pool::b".to_owned(), 1)]);
        let read: Floors = toml::from_str(&render(&written)).unwrap();
        assert_eq!(read, written);
    }

    fn failures(output: &str, end: End, floors: &[(&str, u64)]) -> usize {
        let finished = Finished { end, output: output.to_owned(), took: Duration::ZERO };
        let floors = floors.iter().map(|(name, floor)| ((*name).to_owned(), *floor)).collect();
        let mut report = Report::default();
        report.add("crate::test", &finished, Some(&floors));
        report.add_missing(&floors);
        report.failures.len()
    }

    #[test]
    fn a_small_missing_or_failed_model_is_a_failure() {
        let output = "model a: 10 iterations";
        assert_eq!(failures(output, End::Succeeded, &[("a", 10)]), 0);
        assert_eq!(failures(output, End::Succeeded, &[("a", 11)]), 1);
        assert_eq!(failures(output, End::Succeeded, &[]), 1);
        assert_eq!(failures(output, End::Succeeded, &[("a", 1), ("b", 1)]), 1);
        assert_eq!(failures(output, End::Failed, &[]), 1);
        assert_eq!(failures(output, End::TimedOut, &[]), 1);
        assert_eq!(failures("", End::Succeeded, &[]), 1);
    }
}
