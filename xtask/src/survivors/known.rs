//! The survivors that are known, and why each is none that a test should catch.

use super::sample::Mutant;
use crate::cargo::root;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::HashMap;

const FILE: &str = "xtask/survivors.toml";

pub(super) struct Known {
    reasons: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Contents {
    #[serde(default)]
    survivor: Vec<Survivor>,
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
        parse(&std::fs::read_to_string(root().join(FILE)).context(FILE)?)
    }

    /// That there still are such mutants.
    pub(super) fn check(&self, all: &[Mutant]) -> Result<()> {
        for key in self.reasons.keys() {
            ensure!(all.iter().any(|mutant| mutant.key == *key), "{FILE}: no such mutant any more: {key}");
        }
        Ok(())
    }

    pub(super) fn reason(&self, key: &str) -> Option<&str> {
        self.reasons.get(key).map(String::as_str)
    }
}

fn parse(text: &str) -> Result<Known> {
    let contents: Contents = toml::from_str(text).context(FILE)?;
    let mut reasons = HashMap::new();
    for Survivor { mutants, reason } in contents.survivor {
        for key in mutants {
            ensure!(!reason.trim().is_empty(), "{FILE}: no reason for {key}");
            ensure!(reasons.insert(key.clone(), reason.clone()).is_none(), "{FILE}: twice: {key}");
        }
    }
    Ok(Known { reasons })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_survivor_has_one_reason() {
        let one = "[[survivor]]\nmutants = [\"a.rs: b\", \"a.rs: c\"]\nreason = \"the same\"\n";
        assert_eq!(parse(one).unwrap().reason("a.rs: c"), Some("the same"));
        assert_eq!(parse(one).unwrap().reason("a.rs: d"), None);
        assert!(parse(&one.repeat(2)).is_err());
        assert!(parse(&one.replace("the same", " ")).is_err());
        assert!(parse("").is_ok());
    }

    #[test]
    fn the_list_can_be_read() {
        Known::read().unwrap();
    }
}
