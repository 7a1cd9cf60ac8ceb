//! Whether a target is met.

use super::contender::OURS;
use super::record::Run;
use super::rounds::{Against, Rounds};
use super::statistics::{Clusters, Interval, interval, median, pooled};
use super::targets::{BEST, Kind, Target};
use std::fmt;

/// From fewer runs a verdict is for the time being.
pub(crate) const RUNS: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Aim,
    Must,
    /// The interval holds what was to be reached: it cannot be said.
    Even,
    Missed,
    /// Of a target that is an aim only.
    AimMissed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Aim => "aim",
            Verdict::Must => "must",
            Verdict::Even => "even",
            Verdict::Missed => "missed",
            Verdict::AimMissed => "aim missed",
        })
    }
}

/// At least one of the two bounds is there.
pub(crate) fn verdict(must: Option<f64>, aim: Option<f64>, median: f64, interval: Interval) -> Verdict {
    let within = |bound: Option<f64>| bound.is_some_and(|bound| median <= bound);
    let straddles = |bound: f64| interval.low <= bound && bound < interval.high;
    if must.or(aim).is_some_and(straddles) {
        Verdict::Even
    } else if within(aim) {
        Verdict::Aim
    } else if within(must) {
        Verdict::Must
    } else if must.is_some() {
        Verdict::Missed
    } else {
        Verdict::AimMissed
    }
}

/// What was measured for a target.
#[derive(Debug)]
pub(crate) struct Finding {
    /// By run.
    samples: Clusters,
    pub(crate) median: f64,
    pub(crate) interval: Interval,
    pub(crate) verdict: Verdict,
}

impl Finding {
    /// None where nothing was measured.
    pub(crate) fn of(runs: &[Run], target: &Target) -> Option<Finding> {
        let rounds = Rounds::of(runs, &target.workload, target.workers, &target.metric);
        let samples = match (target.kind, target.against.as_str()) {
            (Kind::Absolute, _) => rounds.values(OURS),
            (Kind::Ratio, BEST) => rounds.ratios(OURS, Against::BestPeer),
            (Kind::Ratio, name) => rounds.ratios(OURS, Against::Named(name)),
        };
        let median = median(&pooled(&samples))?;
        let interval = interval(&samples)?;
        let verdict = verdict(target.must, target.aim, median, interval);
        Some(Finding { samples, median, interval, verdict })
    }

    /// The median of each run by itself; None of those that did not measure it.
    pub(crate) fn by_run(&self) -> Vec<Option<f64>> {
        self.samples.iter().map(|samples| median(samples)).collect()
    }

    pub(crate) fn runs(&self) -> usize {
        self.samples.iter().filter(|samples| !samples.is_empty()).count()
    }

    pub(crate) fn rounds(&self) -> usize {
        self.samples.iter().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(
        must: impl Into<Option<f64>>,
        aim: impl Into<Option<f64>>,
        low: f64,
        median: f64,
        high: f64,
    ) -> Verdict {
        verdict(must.into(), aim.into(), median, Interval { low, high })
    }

    #[test]
    fn the_median_decides_outside_the_interval() {
        assert_eq!(of(0.4, 0.2, 0.1, 0.15, 0.19), Verdict::Aim);
        assert_eq!(of(0.4, 0.2, 0.1, 0.20, 0.30), Verdict::Aim);
        assert_eq!(of(0.4, 0.2, 0.1, 0.21, 0.30), Verdict::Must);
        assert_eq!(of(0.4, 0.2, 0.41, 0.5, 0.6), Verdict::Missed);
    }

    #[test]
    fn an_interval_that_straddles_the_must_is_even() {
        assert_eq!(of(0.4, 0.2, 0.3, 0.35, 0.41), Verdict::Even);
        assert_eq!(of(0.4, 0.2, 0.39, 0.45, 0.5), Verdict::Even);
        assert_eq!(of(0.4, 0.2, 0.1, 0.15, 0.41), Verdict::Even);
        // At most is at most.
        assert_eq!(of(0.4, 0.2, 0.4, 0.4, 0.4), Verdict::Must);
    }

    #[test]
    fn without_a_must_the_aim_is_what_is_to_be_reached() {
        assert_eq!(of(None, 0.7, 0.5, 0.6, 0.65), Verdict::Aim);
        assert_eq!(of(None, 0.7, 0.5, 0.6, 0.75), Verdict::Even);
        assert_eq!(of(None, 0.7, 0.8, 0.9, 1.0), Verdict::AimMissed);
        assert_eq!(of(0.7, None, 0.1, 0.2, 0.3), Verdict::Must);
    }
}
