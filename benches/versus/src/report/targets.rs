//! `targets.toml`: the workloads in words, and how fast ours is to be at them.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Targets {
    /// In the order in which they are reported.
    pub(crate) workload: Vec<Workload>,
    pub(crate) target: Vec<Target>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) title: String,
    /// A sentence: what is done.
    pub(crate) what: String,
    /// What an item is: times are per one.
    pub(crate) item: String,
    /// The metric by which contenders are sorted, and which is plotted.
    #[serde(default = "time")]
    pub(crate) metric: String,
    /// Measured at several sizes, as `NAME/SIZE`.
    #[serde(default)]
    pub(crate) growth: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) workload: String,
    #[serde(default = "two")]
    pub(crate) workers: usize,
    #[serde(default = "time")]
    pub(crate) metric: String,
    #[serde(default)]
    pub(crate) kind: Kind,
    /// A contender, or whichever is the best. Without meaning for what is absolute.
    #[serde(default = "best")]
    pub(crate) against: String,
    /// At most this. A target may be an aim only, or go no further than its must.
    pub(crate) must: Option<f64>,
    pub(crate) aim: Option<f64>,
    pub(crate) words: String,
    /// Should it be missed: what limits it.
    #[serde(default)]
    pub(crate) limits: String,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Ours over another's, in the same round.
    #[default]
    Ratio,
    /// Ours as it is.
    Absolute,
}

pub(crate) const BEST: &str = "best";

fn time() -> String {
    "time".to_owned()
}

fn two() -> usize {
    2
}

fn best() -> String {
    BEST.to_owned()
}
