//! The survivors that are known, and why each is none that a test should catch.

use super::sample::Mutant;
use crate::cargo::root;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;

const FILE: &str = "xtask/survivors.toml";
const PAGE: &str = "docs/testing.md";
/// Between these the page has what is written here.
const MARKS: [&str; 2] = ["<!-- survivors -->\n", "<!-- end of survivors -->\n"];

#[derive(Deserialize)]
pub(super) struct Known {
    #[serde(default, rename = "survivor")]
    survivors: Vec<Survivor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Survivor {
    /// The keys of all to which the reason applies.
    mutants: Vec<String>,
    reason: String,
}

impl Known {
    pub(super) fn read() -> Result<Known> {
        parse(&fs::read_to_string(root().join(FILE)).context(FILE)?)
    }

    fn keys(&self) -> impl Iterator<Item = &String> {
        self.survivors.iter().flat_map(|survivor| &survivor.mutants)
    }

    /// That there still are such mutants, and that the page lists them.
    pub(super) fn check(&self, all: &[Mutant]) -> Result<()> {
        let all: HashSet<&String> = all.iter().map(|mutant| &mutant.key).collect();
        for key in self.keys() {
            ensure!(all.contains(key), "{FILE}: no such mutant any more: {key}");
        }
        let page = fs::read_to_string(root().join(PAGE))?;
        ensure!(page == self.blessed(&page)?, "{PAGE} lists others: cargo xtask survivors --bless");
        Ok(())
    }

    pub(super) fn reason(&self, key: &str) -> Option<&str> {
        let known = self.survivors.iter().find(|survivor| survivor.mutants.iter().any(|known| known == key));
        known.map(|survivor| &*survivor.reason)
    }

    /// Writes them into the page.
    pub(super) fn bless(&self) -> Result<()> {
        let path = root().join(PAGE);
        let page = fs::read_to_string(&path)?;
        Ok(fs::write(path, self.blessed(&page)?)?)
    }

    fn blessed(&self, page: &str) -> Result<String> {
        let marked = || {
            let (before, rest) = page.split_once(MARKS[0])?;
            Some((before, rest.split_once(MARKS[1])?.1))
        };
        let (before, after) = marked().with_context(|| format!("{PAGE} has no place for survivors"))?;
        let mut list = String::new();
        for Survivor { mutants, reason } in &self.survivors {
            let mutants: Vec<_> = mutants.iter().map(|key| format!("`{}`", shortened(key))).collect();
            let _infallible = writeln!(list, "- {}: {reason}", mutants.join(", "));
        }
        Ok([before, MARKS[0], &list, MARKS[1], after].concat())
    }
}

/// As the sources are called elsewhere in the docs.
fn shortened(key: &str) -> String {
    key.replacen("crates/earnest-", "", 1).replacen("/src/", "/", 1)
}

fn parse(text: &str) -> Result<Known> {
    let known: Known = toml::from_str(text).context(FILE)?;
    let mut keys = HashSet::new();
    for key in known.keys() {
        ensure!(keys.insert(key), "{FILE}: twice: {key}");
    }
    for Survivor { mutants, reason } in &known.survivors {
        ensure!(!reason.trim().is_empty(), "{FILE}: no reason for {mutants:?}");
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "[[survivor]]\nmutants = [\"crates/earnest-a/src/b.rs: c\", \"d\"]\nreason = \"so\"\n";

    #[test]
    fn each_survivor_has_one_reason() {
        assert_eq!(parse(ONE).unwrap().reason("d"), Some("so"));
        assert_eq!(parse(ONE).unwrap().reason("e"), None);
        assert!(parse(&ONE.repeat(2)).is_err());
        assert!(parse(&ONE.replace("\"so\"", "\" \"")).is_err());
        assert!(parse("").is_ok());
    }

    #[test]
    fn the_list_replaces_what_stood_between_the_marks() {
        let page = |between: &str| ["before\n", MARKS[0], between, MARKS[1], "after\n"].concat();
        let blessed = parse(ONE).unwrap().blessed(&page("x\n")).unwrap();
        assert_eq!(blessed, page("- `a/b.rs: c`, `d`: so\n"));
        assert!(parse(ONE).unwrap().blessed("").is_err());
    }

    #[test]
    fn the_page_has_them_all() {
        let page = fs::read_to_string(root().join(PAGE)).unwrap();
        assert!(page == Known::read().unwrap().blessed(&page).unwrap(), "cargo xtask survivors --bless");
    }
}
