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
const LIMIT: Duration = Duration::from_secs(3600);

/// One that takes longer is named when it is done, so that whoever looks sees that there is progress.
const LONG: Duration = Duration::from_secs(10);

type Floors = BTreeMap<String, u64>;

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    all: Floors,
    /// Where a quick run explores less.
    quick: Floors,
}

impl Recorded {
    fn of(&self, quick: bool) -> Floors {
        let mut floors = self.all.clone();
        if quick {
            floors.extend(self.quick.clone());
        }
        floors
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let build = if arguments.patched { Build::Patched } else { Build::Stock };
    let mut tests = suite::build(arguments, build)?;
    tests.retain(|test| arguments.wants(&test.full_name()));
    // The floors hold for the patched search within the default bounds; any other is a smaller or a larger
    // one.
    let default_bounds =
        BOUNDS.iter().all(|(name, value)| std::env::var(name).map_or(true, |set| set == *value));
    let mut recorded = read()?;
    let floors = recorded.of(arguments.quick);
    let compared = arguments.patched && default_bounds && !arguments.record;

    let bounds: &[_] = if arguments.quick { &[] } else { &[("EARNEST_LOOM_FULL", "1")] };
    let results = each(&tests, |test| {
        let finished = test.run(bounds, LIMIT)?;
        if finished.took > LONG {
            println!("{}: {:.0} s", test.full_name(), finished.took.as_secs_f64());
        }
        anyhow::Ok(finished)
    });
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
        recorded.renew(&report.seen, arguments.quick, arguments.is_everything());
        std::fs::write(path(), recorded.render())?;
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

fn read() -> Result<Recorded> {
    toml::from_str(&std::fs::read_to_string(path())?).context("floors.toml")
}

impl Recorded {
    /// Takes in what was `seen`. Nine tenths of it: the number may shift a little with the compiler's choices.
    fn renew(&mut self, seen: &Floors, quick: bool, is_everything: bool) {
        let renewed = if quick { &mut self.quick } else { &mut self.all };
        if is_everything {
            // Otherwise those of models that were not asked for stay as they are.
            renewed.clear();
        }
        renewed.extend(seen.iter().map(|(model, seen)| (model.clone(), (seen * 9).div_ceil(10))));
        self.quick.retain(|model, floor| self.all.get(model) != Some(floor));
    }

    fn render(&self) -> String {
        let mut text = String::from(
            "# How many executions each model has at least, with the patched loom and the default bounds.\n\
             # Written by `cargo xtask loom --patched --record`, and with `--quick`, as nine tenths of what was seen.\n",
        );
        for (table, floors) in [("all", &self.all), ("quick", &self.quick)] {
            write!(text, "\n[{table}]\n").expect("a string takes everything");
            for (model, floor) in floors {
                writeln!(text, "\"{model}\" = {floor}").expect("a string takes everything");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_are_written_as_they_are_read() {
        let mut written = Recorded::default();
        written.renew(&Floors::from([("core::a".to_owned(), 100), ("pool::b".to_owned(), 1)]), false, true);
        written.renew(&Floors::from([("core::a".to_owned(), 100), ("pool::b".to_owned(), 0)]), true, true);
        let read: Recorded = toml::from_str(&written.render()).unwrap();
        assert_eq!(read.of(false), Floors::from([("core::a".to_owned(), 90), ("pool::b".to_owned(), 1)]));
        assert_eq!(read.of(true), Floors::from([("core::a".to_owned(), 90), ("pool::b".to_owned(), 0)]));
        assert!(!read.quick.contains_key("core::a"), "as in all");
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
