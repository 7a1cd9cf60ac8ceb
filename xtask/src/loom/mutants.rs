//! The mutation gate: switches on one seeded fault after the other, and wants each to be caught by its model.
//!
//! Failing is not enough: a test that was renamed away fails too. The output must say what the fault leads
//! to.

use super::Arguments;
use super::faults_page::{self, PAGE, Places};
use super::suite::{self, Build, Test, tail};
use crate::cargo::root;
use crate::process::{End, Finished, each};
use crate::table::Table;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

/// Seeded faults are caught within seconds, or the pair of fault and model is badly chosen.
const LIMIT: Duration = Duration::from_secs(120);

/// Enough for nearly all of them.
const PREEMPTIONS: u32 = 2;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    mutant: Vec<Mutant>,
}

/// One entry of mutants.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Mutant {
    /// What the code calls it: `mutant!("name")`.
    pub(super) name: String,
    #[serde(rename = "crate")]
    pub(super) krate: String,
    /// The test with the model that catches it: the smallest that does.
    pub(super) test: String,
    /// What the output of the failing model must contain; `timeout` where the fault makes it run on;
    /// `survives` for the control, which no code uses.
    pub(super) signature: String,
    /// A bound for this fault only, where the usual one is too small, or larger than needed.
    preemptions: Option<u32>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let mut list = read()?;
    if arguments.record {
        fs::write(root().join(PAGE), faults_page::page(&list.mutant, &faults_page::places()?))?;
        println!("{PAGE}: {} faults", list.mutant.len());
        return Ok(true);
    }
    let mut failures = if arguments.is_everything() { disagreements(&list)? } else { Vec::new() };
    list.mutant.retain(|mutant| {
        arguments.wants(&format!("{}::{}", mutant.krate, mutant.name))
            && (arguments.package.is_empty() || arguments.package.contains(&mutant.krate))
    });
    let tests = suite::build(arguments, Build::Mutants)?;
    let find =
        |mutant: &Mutant| tests.iter().find(|test| test.krate == mutant.krate && test.name == mutant.test);

    let used: Vec<&Test> =
        tests.iter().filter(|test| list.mutant.iter().any(|mutant| test.is(mutant))).collect();
    // Each is fully explored where the models are what is run.
    let clean = each(&used, |test| test.run(&[("LOOM_MAX_PREEMPTIONS", "1")], 4 * LIMIT));
    for (test, finished) in used.iter().zip(clean) {
        let finished = finished?;
        if finished.end != End::Succeeded {
            let output = tail(&finished.output);
            failures.push(format!("{} fails without any fault\n{output}", test.full_name()));
        }
    }

    let results = each(&list.mutant, |mutant| find(mutant).map(|test| mutant.run(test)));
    let mut table = Table::new(&["fault", "test", ">seconds", "verdict"]);
    for (mutant, result) in list.mutant.iter().zip(results) {
        let (seconds, verdict) = match result.transpose()? {
            None => ("-".to_owned(), Err("there is no such test".to_owned())),
            Some(finished) => (format!("{:.2}", finished.took.as_secs_f64()), mutant.judge(&finished)),
        };
        let word = if verdict.is_ok() { mutant.signature.clone() } else { "MISSED".to_owned() };
        table.row([mutant.name.clone(), format!("{}::{}", mutant.krate, mutant.test), seconds, word]);
        failures.extend(verdict.err().map(|why| format!("{}: {why}", mutant.name)));
    }
    table.print();
    for failure in &failures {
        eprintln!("{failure}");
    }
    println!("{} seeded faults, {} models, {} failures", list.mutant.len(), used.len(), failures.len());
    Ok(failures.is_empty())
}

impl Test {
    fn is(&self, mutant: &Mutant) -> bool {
        self.krate == mutant.krate && self.name == mutant.test
    }
}

impl Mutant {
    fn run(&self, test: &Test) -> Result<Finished> {
        let preemptions = self.preemptions.unwrap_or(PREEMPTIONS).to_string();
        test.run(&[("EARNEST_MUTANT", &self.name), ("LOOM_MAX_PREEMPTIONS", &preemptions)], LIMIT)
    }

    /// Whether the run shows what the entry promises; why not, otherwise.
    fn judge(&self, finished: &Finished) -> Result<(), String> {
        let found = match (self.signature.as_str(), finished.end) {
            ("survives", End::Succeeded) | ("timeout", End::TimedOut) => return Ok(()),
            ("survives" | "timeout", _) => "it was expected otherwise",
            (_, End::Succeeded) => "no model noticed it",
            (_, End::TimedOut) => "its model ran on",
            (signature, End::Failed) if finished.output.contains(signature) => return Ok(()),
            (_, End::Failed) => "its model failed in another way",
        };
        Err(format!("{found} (expected: {})\n{}", self.signature, tail(&finished.output)))
    }
}

fn read() -> Result<List> {
    let text = fs::read_to_string(root().join("xtask/loom/mutants.toml")).context("mutants.toml")?;
    toml::from_str(&text).context("mutants.toml")
}

/// Where mutants.toml and the faults in the sources differ.
pub(crate) fn unlisted_faults() -> Result<Vec<String>> {
    disagreements(&read()?)
}

/// Whether the page that lists them says what mutants.toml and the sources say.
fn page_is_current(list: &List, places: &Places) -> bool {
    let page = faults_page::page(&list.mutant, places);
    fs::read_to_string(root().join(PAGE)).is_ok_and(|kept| kept == page)
}

fn disagreements(list: &List) -> Result<Vec<String>> {
    let places = faults_page::places()?;
    let mut differences = compare(list, &places.keys().cloned().collect());
    if !page_is_current(list, &places) {
        differences.push(format!("{PAGE} is not current: cargo xtask loom --mutants --record"));
    }
    Ok(differences)
}

fn compare(list: &List, seeded: &BTreeSet<String>) -> Vec<String> {
    let mut differences = Vec::new();
    let listed: BTreeSet<&String> = list.mutant.iter().map(|mutant| &mutant.name).collect();
    for name in seeded.iter().filter(|name| !listed.contains(name)) {
        differences.push(format!("{name}: seeded in the sources, and not in mutants.toml"));
    }
    for mutant in list.mutant.iter().filter(|mutant| mutant.signature != "survives") {
        if !seeded.contains(&mutant.name) {
            differences.push(format!("{}: in mutants.toml, and nowhere in the sources", mutant.name));
        }
    }
    if !list.mutant.iter().any(|mutant| mutant.signature == "survives" && !seeded.contains(&mutant.name)) {
        differences
            .push("mutants.toml has no control: an entry that survives, as no code uses it".to_owned());
    }
    differences
}

/// The names of the seeded faults in a source text, comments aside.
pub(super) fn faults(source: &str) -> impl Iterator<Item = &str> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("mutant!(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
        [[mutant]]
        name = "relaxed"
        crate = "earnest-core"
        test = "a::b"
        signature = "Causality violation"
        preemptions = 1

        [[mutant]]
        name = "control"
        crate = "earnest-core"
        test = "a::b"
        signature = "survives"
    "#;

    fn list() -> List {
        toml::from_str(LIST).unwrap()
    }

    #[test]
    fn faults_are_found_in_code_only() {
        let source =
            "//! `mutant!(\"doc\")`\nif mutant!(\"a\") || mutant!(\"b\") {\n    // mutant!(\"c\")\n}";
        assert_eq!(faults(source).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn the_page_is_current() {
        assert!(
            page_is_current(&read().unwrap(), &faults_page::places().unwrap()),
            "cargo xtask loom --mutants --record"
        );
    }

    #[test]
    fn list_and_sources_must_agree() {
        let seeded = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(compare(&list(), &seeded(&["relaxed"])), [""; 0]);
        assert_eq!(compare(&list(), &seeded(&[])).len(), 1);
        assert_eq!(compare(&list(), &seeded(&["relaxed", "new"])).len(), 1);
        assert_eq!(compare(&list(), &seeded(&["relaxed", "control"])).len(), 1);
    }

    #[test]
    fn only_the_expected_failure_counts() {
        let list = list();
        let judge = |index: usize, end, output: &str| {
            let finished = Finished { end, output: output.to_owned(), took: Duration::ZERO };
            list.mutant[index].judge(&finished).is_ok()
        };
        assert!(judge(0, End::Failed, "Causality violation: Concurrent read and write"));
        assert!(!judge(0, End::Failed, "something else"));
        assert!(!judge(0, End::Succeeded, "Causality violation"));
        assert!(!judge(0, End::TimedOut, "Causality violation"));
        assert!(judge(1, End::Succeeded, ""));
        assert!(!judge(1, End::Failed, ""));
    }
}
