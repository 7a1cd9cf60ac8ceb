//! `cargo xtask features`: that each published crate builds without warnings with every set of its features.

use crate::cargo::{Package, cargo, metadata};
use anyhow::{Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only each feature by itself, and none
    #[arg(long)]
    each: bool,
    /// Only crates whose names contain this
    filter: Option<String>,
}

type Features = BTreeMap<String, Vec<String>>;

/// With more, the sets are too many to be tried one by one.
const MOST: usize = 8;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let metadata = metadata()?;
    let wanted =
        |package: &&&Package| arguments.filter.as_deref().is_none_or(|filter| package.name.contains(filter));
    let (mut n_sets, mut failed) = (0, Vec::new());
    for package in metadata.published().iter().filter(wanted) {
        for set in sets(&package.features, if arguments.each { 1 } else { MOST })? {
            let listed = set.iter().copied().collect::<Vec<_>>().join(",");
            println!("==== {}, features: {listed}", package.name);
            // Clippy rather than `check`: what it takes for an error holds for this crate only, and so the others need not
            // be built anew.
            let mut command = cargo(&["clippy", "--locked", "--no-deps", "--package", &package.name]);
            command.args(["--no-default-features", "--features", &listed, "--", "-D", "warnings"]);
            n_sets += 1;
            if !command.status()?.success() {
                failed.push(format!("{}, features: {listed}", package.name));
            }
        }
    }
    for set in &failed {
        println!("FAILED: {set}");
    }
    println!("features: {n_sets} sets, {} failed", failed.len());
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What comes to be turned on by any choice of up to `most` features; each such set once.
fn sets(features: &Features, most: usize) -> Result<BTreeSet<BTreeSet<&str>>> {
    let names: Vec<&str> = features.keys().map(String::as_str).filter(|name| *name != "default").collect();
    if names.len() > MOST {
        bail!("{} features are too many for all their sets: {names:?}", names.len());
    }
    let choices = (0_u32..1 << names.len()).filter(|choice| choice.count_ones() as usize <= most);
    let chosen = |choice: u32| (0..names.len()).filter(move |place| choice >> place & 1 == 1);
    Ok(choices.map(|choice| implied(features, chosen(choice).map(|place| names[place]))).collect())
}

/// These features, and those that they turn on.
fn implied<'a>(features: &'a Features, chosen: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut open: Vec<&str> = chosen.collect();
    let mut on = BTreeSet::new();
    while let Some(name) = open.pop() {
        // What is no feature of this crate is a dependency, or a feature of one.
        if let Some(others) = features.get(name).filter(|_| on.insert(name)) {
            open.extend(others.iter().map(String::as_str));
        }
    }
    on
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(listed: &[(&str, &[&str])]) -> Features {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        listed.iter().map(|(name, others)| ((*name).to_owned(), owned(others))).collect()
    }

    #[test]
    fn sets_that_come_to_the_same_are_tried_once() {
        let features =
            features(&[("default", &["std"]), ("std", &["x/std"]), ("rayon", &["std", "dep:rayon"])]);
        let expected = [vec![], vec!["rayon", "std"], vec!["std"]];
        let sets: Vec<Vec<&str>> =
            sets(&features, MOST).unwrap().into_iter().map(|set| set.into_iter().collect()).collect();
        assert_eq!(sets, expected);
    }

    #[test]
    fn each_by_itself_is_fewer_sets() {
        let features = features(&[("a", &[]), ("b", &[]), ("c", &[])]);
        assert_eq!(sets(&features, MOST).unwrap().len(), 8);
        assert_eq!(sets(&features, 1).unwrap().len(), 4);
    }
}
