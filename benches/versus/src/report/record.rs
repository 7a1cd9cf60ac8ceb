//! What one run of the benchmark has written: a line of `runs.jsonl`.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Run {
    pub(crate) date: String,
    pub(crate) commit: String,
    pub(crate) machine: Machine,
    /// What was measured, by the name of its package.
    #[serde(default)]
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) rounds: usize,
    /// How many processors there were to be had at least. Earlier runs did not look.
    pub(crate) processors: Option<f64>,
    pub(crate) results: Vec<Series>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: f64,
    pub(crate) os: String,
    pub(crate) rustc: String,
    pub(crate) allocator: String,
}

/// One contender at one workload.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Series {
    pub(crate) workload: String,
    pub(crate) workers: usize,
    pub(crate) contender: String,
    /// How many items each sample is of. Slow contenders get fewer.
    pub(crate) n: u64,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sample {
    pub(crate) round: usize,
    pub(crate) metrics: BTreeMap<String, f64>,
}

/// The runs of `text`, oldest first. One that cannot be read is an error: none is left out unnoticed.
pub(crate) fn runs(text: &str) -> Result<Vec<Run>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| serde_json::from_str(line).with_context(|| format!("line {}", index + 1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::runs;

    const LINE: &str = r#"{"date":"2026-11-27","commit":"0d348a4","machine":{"cpu":"c","cores":2,"memory_gib":24,
        "os":"Linux","rustc":"1.95.0","allocator":"glibc"},"versions":{"rayon":"1.12.0"},"rounds":9,"results":
        [{"workload":"scope","workers":2,"contender":"earnest","n":10,"samples":[{"round":0,"metrics":{"time":1.5}}]}]}"#;

    #[test]
    fn a_line_is_a_run() {
        let runs = runs(&LINE.replace('\n', " ")).unwrap();
        assert_eq!(runs[0].results[0].samples[0].metrics["time"], 1.5);
    }

    #[test]
    fn a_broken_line_is_named() {
        let text = format!("{}\n\n{{\n", LINE.replace('\n', " "));
        assert_eq!(runs(&text).unwrap_err().to_string(), "line 3");
    }
}
