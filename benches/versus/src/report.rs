//! `docs/benchmarks.md` and its plots, written from the records of all runs.

mod record;
mod contender;
mod statistics;
mod rounds;
mod targets;
mod verdict;
mod figures;
mod table;
mod plot;
mod page;

use anyhow::{Context, Result};
use page::Page;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// Where the records and the plots are, beside the page.
const FOLDER: &str = "benchmarks";

const TARGETS: &str = include_str!("../targets.toml");

/// Reads `docs/benchmarks/runs.jsonl` below `root`, and writes what it shows.
///
/// # Errors
///
/// If a record or the targets cannot be read, or the report not be written.
pub(crate) fn run(root: &Path) -> Result<()> {
    let folder = root.join("docs").join(FOLDER);
    let records = folder.join("runs.jsonl");
    // Before the first run everything is to be measured yet.
    let text = if records.exists() { fs::read_to_string(&records)? } else { String::new() };
    let runs = record::runs(&text).with_context(|| records.display().to_string())?;
    let targets = toml::from_str(TARGETS).context("targets.toml")?;
    let Page { text, plots } = Page::of(&runs, &targets)?;

    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        // Of a workload that has gone: nothing would lead to it any more.
        if path.extension() == Some(OsStr::new("svg")) {
            fs::remove_file(path)?;
        }
    }
    for (name, svg) in plots {
        fs::write(folder.join(name), svg)?;
    }
    Ok(fs::write(root.join("docs/benchmarks.md"), text)?)
}

#[cfg(test)]
mod tests {
    use super::page::Page;
    use super::targets::Targets;
    use super::{TARGETS, record};

    fn targets() -> Targets {
        toml::from_str(TARGETS).unwrap()
    }

    #[test]
    fn every_target_is_of_a_workload_that_is_described() {
        let targets = targets();
        for target in &targets.target {
            let described = targets.workload.iter().any(|workload| workload.name == target.workload);
            assert!(described, "{} is not described", target.workload);
            let ordered = match (target.must, target.aim) {
                (Some(must), Some(aim)) => aim <= must,
                (must, aim) => must.or(aim).is_some(),
            };
            assert!(ordered, "{}: a must, an aim beyond it, or both", target.words);
        }
    }

    #[test]
    fn without_runs_nothing_is_measured() {
        let page = Page::of(&[], &targets()).unwrap();
        assert!(page.plots.is_empty());
        assert!(page.text.matches("not measured").count() >= targets().target.len());
    }

    #[test]
    fn a_run_is_shown_in_full() {
        let line = r#"{"date":"2026-11-27","commit":"0d348a4","machine":{"cpu":"c","cores":2,"memory_gib":24,
            "os":"Linux","rustc":"1.95.0","allocator":"glibc"},"versions":{"rayon":"1.12.0"},"rounds":1,"results":[
            {"workload":"scope","workers":2,"contender":"earnest","n":10,
             "samples":[{"round":0,"metrics":{"time":70.0,"cpu":90.0}}]},
            {"workload":"scope","workers":2,"contender":"rayon::scope","n":10,
             "samples":[{"round":0,"metrics":{"time":200.0,"cpu":300.0}}]},
            {"workload":"new","workers":2,"contender":"earnest","n":10,
             "samples":[{"round":0,"metrics":{"time":5.0}}]}]}"#;
        let runs = record::runs(&line.replace('\n', " ")).unwrap();
        let page = Page::of(&runs, &targets()).unwrap();
        assert!(page.text.contains("| **earnest** | 70.0 | 70.0–70.0 | 90.0 | **0.35** |"), "{}", page.text);
        assert!(
            page.text.contains("| **0.35** | 0.35–0.35 | 1 run, 1 round | must, so far |"),
            "{}",
            page.text
        );
        assert!(page.text.contains("| forte | not measured |"), "{}", page.text);
        // What nobody has described is shown all the same.
        assert!(page.text.contains("### new"));
        assert_eq!(page.plots.keys().map(String::as_str).collect::<Vec<_>>(), ["new.svg", "scope.svg"]);
        assert!(page.plots["scope.svg"].contains("rayon::scope"));
    }
}
