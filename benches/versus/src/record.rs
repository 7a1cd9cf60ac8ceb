//! What is kept of a run: one line of JSON.

use crate::machine::Machine;
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

#[derive(Debug, Serialize)]
pub(crate) struct Record {
    pub(crate) date: String,
    /// With a `+` where the sources were not those of the commit.
    pub(crate) commit: String,
    pub(crate) machine: Machine,
    /// Of the peers, by package.
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) rounds: usize,
    /// How many there were to be had, before each workload, at least.
    pub(crate) processors: f64,
    pub(crate) results: Vec<Series>,
}

/// What one contender needed for one workload.
#[derive(Debug, Serialize)]
pub(crate) struct Series {
    pub(crate) workload: String,
    pub(crate) workers: usize,
    pub(crate) contender: String,
    pub(crate) n: usize,
    pub(crate) samples: Vec<Round>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Round {
    pub(crate) round: usize,
    pub(crate) metrics: BTreeMap<String, f64>,
}

impl Record {
    pub(crate) fn append_to(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        writeln!(file, "{}", serde_json::to_string(self)?)?;
        Ok(())
    }
}

impl Series {
    /// The values of one metric, by round.
    pub(crate) fn values(&self, metric: &str) -> Vec<f64> {
        self.samples.iter().filter_map(|sample| sample.metrics.get(metric).copied()).collect()
    }
}
