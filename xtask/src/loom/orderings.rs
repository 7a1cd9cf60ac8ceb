//! Takes away one ordering after the other, and wants each to be missed by a model.
//!
//! Nothing in the sources says that it can be weakened: the build with seeded faults has atomics that compare where they are
//! accessed with what is to be weak. Which model misses which ordering is found once, and kept in orderings.toml.

use super::suite::{self, Build, Test, tail};
use super::{Arguments, memory_model};
use crate::cargo::root;
use crate::process::{End, Finished, each};
use crate::table::Table;
use crate::tidy::{Source, is_word, rust_sources};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

/// What takes longer is not caught.
const LIMIT: Duration = Duration::from_secs(180);
/// How long all models of one access are tried for.
const PATIENCE: Duration = Duration::from_secs(300);

/// Whose orderings are held against models. The stand-in for crossbeam's deque is part of the models.
const CRATES: [&str; 3] = ["earnest-core", "earnest-pool", "earnest-combinators"];
const STAND_INS: [&str; 1] = ["crates/earnest-pool/src/deque/model.rs"];

/// In a comment near an access: no model misses its ordering, and why that is so.
const UNDEFENDED: &str = "NO MODEL:";
const ARGUMENT: &str = "ORDERING:";
const MARKERS: [&str; 3] = [UNDEFENDED, ARGUMENT, "SAFETY:"];
const NEAR: usize = 8;

/// An access in the sources that is not relaxed, or a fence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Access {
    pub(super) file: String,
    /// The line that it is in, and which of those with the same text: what it is known by where lines move.
    pub(super) code: String,
    pub(super) nth: usize,
    line: usize,
    column: usize,
    /// Why it is as strong as that, where it is said.
    pub(super) argument: Option<String>,
    /// Why no model misses it, where none does.
    pub(super) undefended: Option<String>,
}

/// orderings.toml.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    access: Vec<Entry>,
}

/// Which model misses an ordering.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    file: String,
    code: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    nth: usize,
    /// `CRATE::NAME`.
    pub(super) test: String,
    /// What its output then contains.
    pub(super) signature: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

impl Entry {
    fn is_of(&self, access: &Access) -> bool {
        (&self.file, &self.code, self.nth) == (&access.file, &access.code, access.nth)
    }
}

impl Access {
    /// As the build with faults names it.
    fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }

    fn run(&self, test: &Test) -> Result<Finished> {
        test.run(&[("EARNEST_WEAK", &self.place())], LIMIT)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let all = accesses()?;
    let accesses: Vec<Access> =
        all.iter().filter(|access| arguments.wants(&access.place())).cloned().collect();
    let tests = suite::build(arguments, Build::Mutants)?;
    let list = read()?;
    let passed = if arguments.record {
        record(arguments, &accesses, &tests, &list)?
    } else {
        check(&accesses, &tests, &list)?
    };
    let list = read()?;
    let entry = |access: &Access| list.access.iter().find(|entry| entry.is_of(access));
    let page = memory_model::page(all.iter().map(|access| (access, entry(access))));
    Ok(memory_model::keep(&page, arguments.record)? && passed)
}

/// Each access has a model that misses its ordering, or says why not.
fn check(accesses: &[Access], tests: &[Test], list: &List) -> Result<bool> {
    let (explained, defended): (Vec<&Access>, Vec<&Access>) =
        accesses.iter().partition(|access| access.undefended.is_some());
    let entry = |access: &Access| list.access.iter().find(|entry| entry.is_of(access));
    let find = |entry: &Entry| tests.iter().find(|test| test.full_name() == entry.test);
    let results = each(&defended, |access| {
        let entry = entry(access)?;
        Some(find(entry).map(|test| access.run(test)))
    });
    let mut table = Table::new(&["access", "test", ">seconds", "verdict"]);
    let mut failures = Vec::new();
    for (access, result) in defended.iter().zip(results) {
        let Some(entry) = entry(access) else {
            failures.push(format!("{}: no model is known to miss it; --orderings --record", access.place()));
            continue;
        };
        let Some(finished) = result.flatten().transpose()? else {
            failures.push(format!("{}: there is no test {}", access.place(), entry.test));
            continue;
        };
        let is_caught = finished.end == End::Failed && finished.output.contains(&entry.signature);
        let word = if is_caught { entry.signature.clone() } else { "MISSED".to_owned() };
        let seconds = format!("{:.2}", finished.took.as_secs_f64());
        table.row([access.place(), entry.test.clone(), seconds, word]);
        if !is_caught {
            failures.push(format!(
                "{}: expected {}\n{}",
                access.place(),
                entry.signature,
                tail(&finished.output)
            ));
        }
    }
    let is_gone = |entry: &&Entry| !accesses.iter().any(|access| entry.is_of(access));
    let n_gone = list.access.iter().filter(is_gone).count();
    table.print();
    for failure in &failures {
        eprintln!("{failure}");
    }
    println!(
        "{} accesses: {} missed by a model, {} explained, {} failures; {n_gone} entries are for others",
        accesses.len(),
        defended.len(),
        explained.len(),
        failures.len()
    );
    Ok(failures.is_empty())
}

/// Finds the quickest model for each that has none as yet, and writes what it found.
fn record(arguments: &Arguments, accesses: &[Access], tests: &[Test], list: &List) -> Result<bool> {
    let wanted: Vec<&Access> = accesses
        .iter()
        .filter(|access| access.undefended.is_none() && !list.access.iter().any(|entry| entry.is_of(access)))
        .collect();
    println!("{} accesses, {} without a model", accesses.len(), wanted.len());
    let reached = if wanted.is_empty() { Vec::new() } else { reached(tests)? };
    let found = each(&wanted, |access| {
        let place = access.place();
        let candidates: Vec<_> = reached.iter().filter(|(_, _, places)| places.contains(&place)).collect();
        let mut spent = Duration::ZERO;
        for (test, ..) in &candidates {
            if spent > PATIENCE {
                break;
            }
            let finished = access.run(test)?;
            spent += finished.took;
            if finished.end == End::Failed {
                let entry = Entry {
                    file: access.file.clone(),
                    code: access.code.clone(),
                    nth: access.nth,
                    test: test.full_name(),
                    signature: signature(&finished.output),
                };
                println!("{place}: {}: {}", entry.test, entry.signature);
                return Ok(Some(entry));
            }
        }
        println!("{place}: missed by none of {} models", candidates.len());
        Ok(None)
    });
    let found = found.into_iter().collect::<Result<Vec<_>>>()?;
    let n_left = found.iter().filter(|found| found.is_none()).count();
    let mut kept = list.access.clone();
    if arguments.is_everything() {
        kept.retain(|entry| accesses.iter().any(|access| access.undefended.is_none() && entry.is_of(access)));
    }
    kept.extend(found.into_iter().flatten());
    kept.sort_by(|one, other| (&one.file, &one.code, one.nth).cmp(&(&other.file, &other.code, other.nth)));
    write(&List { access: kept })?;
    println!("{n_left} without a model");
    Ok(n_left == 0)
}

/// The tests, quickest first, with the accesses that each comes to.
fn reached(tests: &[Test]) -> Result<Vec<(&Test, Duration, BTreeSet<String>)>> {
    let results = each(tests, |test| test.run(&[("EARNEST_ACCESSES", "1")], 2 * LIMIT));
    let mut reached = Vec::new();
    for (test, finished) in tests.iter().zip(results) {
        let finished = finished?;
        let places =
            finished.output.lines().filter_map(|line| Some(line.split_once("access ")?.1.to_owned()));
        reached.push((test, finished.took, places.collect()));
    }
    reached.sort_by_key(|(_, took, _)| *took);
    Ok(reached)
}

/// What a failure is known by.
fn signature(output: &str) -> String {
    const KNOWN: [&str; 2] = ["Causality violation", "deadlock;"];
    if let Some(known) = KNOWN.iter().find(|known| output.contains(**known)) {
        return (*known).to_owned();
    }
    let mut lines = output.lines().skip_while(|line| !line.contains("panicked at"));
    let message = lines.nth(1).unwrap_or_default().trim();
    message.chars().take(60).collect()
}

fn accesses() -> Result<Vec<Access>> {
    let mut accesses = Vec::new();
    for krate in CRATES {
        let sources = rust_sources(&format!("crates/{krate}/src"))?;
        let held =
            sources.iter().filter(|source| source.is_library() && !STAND_INS.contains(&source.path.as_str()));
        accesses.extend(held.flat_map(in_source));
    }
    accesses.sort();
    Ok(accesses)
}

/// What accesses are called.
const CALLS: [&str; 11] = [
    "load",
    "store",
    "swap",
    "compare_exchange",
    "fetch_add",
    "fetch_sub",
    "fetch_or",
    "fetch_and",
    "fetch_max",
    "fetch_min",
    "fence",
];

fn in_source(source: &Source) -> Vec<Access> {
    let text: Vec<&str> = source.text.lines().collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for call in CALLS {
        for (at, _) in source.code.match_indices(&format!("{call}(")) {
            let (before, after) = source.code.split_at(at);
            let is_method = before.ends_with('.');
            let is_fence = call == "fence" && !before.ends_with(is_word);
            let is_named = !before.trim_end().ends_with("fn");
            if !(is_method || is_fence) || !is_named || !is_ordered(arguments_of(&after[call.len() + 1..])) {
                continue;
            }
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            found.push((line, column));
        }
    }
    found.sort_unstable();
    found
        .into_iter()
        .map(|(line, column)| {
            let code = text[line - 1].trim().to_owned();
            let nth = seen.entry(code.clone()).or_default();
            *nth += 1;
            let near = &text[line.saturating_sub(NEAR + 1)..line - 1];
            Access {
                file: source.path.clone(),
                nth: *nth - 1,
                code,
                line,
                column,
                argument: remark(statement(near), ARGUMENT),
                undefended: remark(statement(near), UNDEFENDED),
            }
        })
        .collect()
}

/// What of `lines`, at the end, belongs to one statement.
fn statement<'a>(lines: &'a [&'a str]) -> &'a [&'a str] {
    let is_end = |line: &&str| !line.trim().starts_with("//") && line.trim_end().ends_with([';', '{', '}']);
    lines.iter().rposition(is_end).map_or(lines, |end| &lines[end + 1..])
}

/// The last remark that begins with `marker`: to the end of the comment, or where another begins.
fn remark(lines: &[&str], marker: &str) -> Option<String> {
    let first = lines.iter().rposition(|line| line.contains(marker))?;
    let (_, begins) = lines[first].split_once(marker)?;
    let comments = lines[first + 1..].iter().map_while(|line| line.trim().strip_prefix("//"));
    let goes_on =
        comments.map(str::trim).take_while(|line| !MARKERS.iter().any(|marker| line.starts_with(marker)));
    let words: Vec<&str> = std::iter::once(begins.trim()).chain(goes_on).collect();
    Some(words.join(" "))
}

/// What is between the parentheses.
fn arguments_of(code: &str) -> &str {
    let mut depth = 1;
    for (at, c) in code.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &code[..at];
        }
    }
    code
}

fn is_ordered(arguments: &str) -> bool {
    arguments.split(|c| !is_word(c)).any(|word| ["Acquire", "Release", "AcqRel", "SeqCst"].contains(&word))
}

fn read() -> Result<List> {
    let text = fs::read_to_string(root().join("xtask/loom/orderings.toml")).unwrap_or_default();
    toml::from_str(&text).context("orderings.toml")
}

fn write(list: &List) -> Result<()> {
    let text = format!(
        "# Which model misses which ordering. Written by `cargo xtask loom --orderings --record`.\n\n{}",
        toml::to_string(list)?
    );
    Ok(fs::write(root().join("xtask/loom/orderings.toml"), text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, usize, usize, bool)> {
        let source = Source::new("crates/earnest-core/src/a.rs".to_owned(), text.to_owned());
        in_source(&source)
            .iter()
            .map(|access| (access.line, access.column, access.nth, access.undefended.is_some()))
            .collect()
    }

    #[test]
    fn accesses_are_found_by_name_and_ordering() {
        assert_eq!(
            found("a.load(Acquire);\n    b\n        .swap(1, AcqRel)\n"),
            [(1, 3, 0, false), (3, 10, 0, false)]
        );
        assert_eq!(found("fence(SeqCst);\nuse fence;\n// x.load(Acquire)\n"), [(1, 1, 0, false)]);
        assert_eq!(found("a.load(Relaxed); a.load(); fn fence(Acquire) {}\n"), []);
        assert_eq!(found("a.compare_exchange(\n x.f(1),\n 2,\n AcqRel,\n Relaxed,\n)\n"), [(1, 3, 0, false)]);
    }

    #[test]
    fn the_same_line_is_told_apart_by_number() {
        assert_eq!(
            found("a.load(Acquire);\nb.load(Acquire);\na.load(Acquire);\n"),
            [(1, 3, 0, false), (2, 3, 0, false), (3, 3, 1, false)]
        );
    }

    #[test]
    fn an_explanation_is_near() {
        let far = "\n".repeat(NEAR + 1);
        assert_eq!(found("// NO MODEL: x\na.load(Acquire);\n"), [(2, 3, 0, true)]);
        assert!(!found(&format!("// NO MODEL: x{far}a.load(Acquire);\n"))[0].3);
    }

    #[test]
    fn a_remark_ends_where_another_begins() {
        let lines = ["// ORDERING: Release;", "    // as below.", "// NO MODEL: none", "x();"];
        assert_eq!(remark(&lines, ARGUMENT).unwrap(), "Release; as below.");
        assert_eq!(remark(&lines, UNDEFENDED).unwrap(), "none");
        assert_eq!(remark(&lines, "SAFETY:"), None);
    }

    #[test]
    fn a_failure_is_known_by_what_it_says() {
        assert_eq!(signature("x\nCausality violation: y"), "Causality violation");
        assert_eq!(
            signature("thread panicked at a.rs:1:2:\n  assertion failed: b\nnote"),
            "assertion failed: b"
        );
    }
}
