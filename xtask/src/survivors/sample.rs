//! All mutants, in an order that is drawn once for all, and the shards that are cut of it.

use super::PACKAGES;
use crate::cargo::root;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::process::{Command, Stdio};
use std::str::FromStr;

/// A change that cargo-mutants can make.
#[derive(Clone, Debug)]
pub(super) struct Mutant {
    /// As cargo-mutants calls it: with line and column.
    pub(super) name: String,
    pub(super) package: String,
    pub(super) file: String,
    /// File and change without line and column, and which of those that are called alike: it outlives most edits.
    pub(super) key: String,
    /// Of the change and the lines around it.
    pub(super) hash: u64,
}

/// As `cargo mutants --list --json` has it.
#[derive(Deserialize)]
struct Listed {
    name: String,
    package: String,
    file: String,
    diff: String,
    span: Span,
}

#[derive(Deserialize)]
struct Span {
    start: Place,
}

#[derive(Deserialize)]
struct Place {
    line: usize,
    column: usize,
}

/// All that may count, in the order in which the shards take them.
pub(super) fn list() -> Result<Vec<Mutant>> {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--list", "--json"]).current_dir(root()).stderr(Stdio::inherit());
    command.args(PACKAGES.map(|package| format!("--package={package}")));
    let output = command.output()?;
    if !output.status.success() {
        bail!("cargo mutants --list failed");
    }
    let mut listed: Vec<Listed> =
        serde_json::from_slice(&output.stdout).context("cargo mutants said something unexpected")?;
    listed.sort_by(|a, b| {
        (&a.file, a.span.start.line, a.span.start.column, &a.name).cmp(&(
            &b.file,
            b.span.start.line,
            b.span.start.column,
            &b.name,
        ))
    });
    let mut texts = HashMap::new();
    let mut mutants = Vec::new();
    let mut counts = HashMap::new();
    for one in listed {
        if !texts.contains_key(&one.file) {
            texts.insert(one.file.clone(), std::fs::read_to_string(root().join(&one.file))?);
        }
        if is_of_a_seam(&texts[&one.file], &one.span.start) {
            continue;
        }
        let change = one.name.splitn(4, ':').nth(3).context("a name has a file, a line and a column")?.trim();
        let mut key = format!("{}: {change}", one.file);
        let count: &mut usize = counts.entry(key.clone()).or_default();
        *count += 1;
        if *count > 1 {
            key.push_str(&format!(" ({count})"));
        }
        let lines: Vec<&str> = one.diff.lines().filter(|line| !line.starts_with("@@ ")).collect();
        let hash = hash(&lines.join("\n"));
        mutants.push(Mutant { name: one.name, package: one.package, file: one.file, key, hash });
    }
    mutants.sort_by_cached_key(|mutant| (hash(&mutant.key), mutant.key.clone()));
    Ok(mutants)
}

/// Whether what is changed is the negation of a `mutant!`: that is the fault seeded there, which a model is to catch.
fn is_of_a_seam(text: &str, start: &Place) -> bool {
    let line = text.lines().nth(start.line - 1).unwrap_or_default();
    line.chars().skip(start.column - 1).collect::<String>().starts_with("!mutant!(")
}

/// FNV-1a, and a last stirring, as in its first bits alone similar texts lie side by side.
fn hash(text: &str) -> u64 {
    let sum = text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let sum = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let sum = (sum ^ (sum >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    sum ^ (sum >> 31)
}

/// One of so many equal parts, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    number: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Shard, &'static str> {
        let (number, of) = text.split_once('/').ok_or("K/N is wanted")?;
        let parse = |text: &str| text.parse::<usize>().map_err(|_| "K/N is wanted, of two numbers");
        let (number, of) = (parse(number)?, parse(of)?);
        if (1..=of).contains(&number) { Ok(Shard { number, of }) } else { Err("K is from 1 to N") }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    pub(super) fn take<T>(self, mut all: Vec<T>) -> Vec<T> {
        let n = all.len();
        all.truncate(self.number * n / self.of);
        all.split_off((self.number - 1) * n / self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_parts_of_the_whole() {
        let all: Vec<usize> = (0..100).collect();
        let shards = (1..=7).flat_map(|number| Shard { number, of: 7 }.take(all.clone()));
        assert_eq!(shards.collect::<Vec<_>>(), all);
        assert_eq!("2/12".parse(), Ok(Shard { number: 2, of: 12 }));
        for bad in ["0/3", "4/3", "3", "a/b", "1/0"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_order_is_what_it_was() {
        assert_eq!(hash(""), 0xf52a_15e9_a9b5_e89b);
        assert_ne!(hash("a: b (2)"), hash("a: b (3)"));
    }

    #[test]
    fn a_negated_seam_is_known_by_what_stands_there() {
        let text = "let x =\n    a && !mutant!(\"b\") && !c;\n";
        assert!(is_of_a_seam(text, &Place { line: 2, column: 10 }));
        assert!(!is_of_a_seam(text, &Place { line: 2, column: 7 }));
        assert!(!is_of_a_seam(text, &Place { line: 2, column: 27 }));
    }
}
