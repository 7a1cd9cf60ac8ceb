//! What the contenders needed in each round, and how they compare within it.

use super::contender::{OURS, is_peer};
use super::record::Run;
use super::statistics::{Clusters, range};
use std::collections::{BTreeMap, BTreeSet};

/// Not in the records: how much dearer an item is at one of the sizes than at a smaller one, at worst. Cheaper is no growth.
pub(crate) const GROWTH: &str = "growth";

/// By contender.
type Round = BTreeMap<String, f64>;

/// One metric at one workload: for each run, also those without it, its rounds.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    runs: Vec<BTreeMap<usize, Round>>,
}

/// Whom ours is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Against<'a> {
    /// Whichever peer was the best in the round at hand.
    BestPeer,
    Named(&'a str),
}

impl Rounds {
    pub(crate) fn of(runs: &[Run], workload: &str, workers: usize, metric: &str) -> Rounds {
        let runs = runs.iter().map(|run| match metric {
            GROWTH => growth(run, workload, workers),
            metric => metric_of(run, workload, workers, metric),
        });
        Rounds { runs: runs.collect() }
    }

    pub(crate) fn contenders(&self) -> BTreeSet<&str> {
        self.runs.iter().flat_map(BTreeMap::values).flat_map(BTreeMap::keys).map(String::as_str).collect()
    }

    /// The values of one contender.
    pub(crate) fn values(&self, contender: &str) -> Clusters {
        self.each(|round| round.get(contender).copied())
    }

    /// Of each round in which both took part, the ratio of one contender to another.
    pub(crate) fn ratios(&self, contender: &str, against: Against<'_>) -> Clusters {
        self.each(|round| {
            let other = match against {
                Against::BestPeer => {
                    range(round.iter().filter(|(name, _)| is_peer(name)).map(|(_, value)| *value))?.low
                }
                Against::Named(name) => *round.get(name)?,
            };
            // Of nothing there is no ratio.
            (other > 0.0).then_some(round.get(contender)? / other)
        })
    }

    fn each(&self, value: impl Fn(&Round) -> Option<f64>) -> Clusters {
        self.runs.iter().map(|rounds| rounds.values().filter_map(&value).collect()).collect()
    }
}

fn metric_of(run: &Run, workload: &str, workers: usize, metric: &str) -> BTreeMap<usize, Round> {
    let mut rounds: BTreeMap<usize, Round> = BTreeMap::new();
    for series in run.results.iter().filter(|series| series.workload == workload && series.workers == workers)
    {
        for sample in &series.samples {
            if let Some(value) = sample.metrics.get(metric) {
                rounds.entry(sample.round).or_default().insert(series.contender.clone(), *value);
            }
        }
    }
    rounds
}

/// The sizes that a growth workload was measured at in any of the runs, smallest first.
pub(crate) fn sizes(runs: &[Run], family: &str) -> BTreeSet<u64> {
    let series = runs.iter().flat_map(|run| &run.results);
    series.filter_map(|series| size(&series.workload, family)).collect()
}

/// `growth_all/1000` is `growth_all` at 1000.
fn size(workload: &str, family: &str) -> Option<u64> {
    workload.strip_prefix(family)?.strip_prefix('/')?.parse().ok()
}

/// A contender that was not measured at all the sizes that ours was has no growth: fewer sizes would make it
/// look smaller.
fn growth(run: &Run, family: &str, workers: usize) -> BTreeMap<usize, Round> {
    let mut rounds: BTreeMap<usize, BTreeMap<String, BTreeMap<u64, f64>>> = BTreeMap::new();
    for size in sizes(std::slice::from_ref(run), family) {
        for (round, contenders) in metric_of(run, &format!("{family}/{size}"), workers, "time") {
            for (contender, time) in contenders {
                rounds.entry(round).or_default().entry(contender).or_default().insert(size, time);
            }
        }
    }
    let mut growths = BTreeMap::new();
    for (round, contenders) in rounds {
        let Some(all) = contenders.get(OURS).map(|times| times.keys().copied().collect::<BTreeSet<_>>())
        else {
            continue;
        };
        let complete =
            contenders.iter().filter(|(_, times)| times.keys().copied().collect::<BTreeSet<_>>() == all);
        let growth = complete.filter_map(|(contender, times)| {
            let mut least = f64::INFINITY;
            let growths = times.values().map(|time| {
                least = least.min(*time);
                time / least
            });
            let worst = growths.fold(0.0, f64::max);
            worst.is_finite().then(|| (contender.clone(), worst))
        });
        growths.insert(round, growth.collect());
    }
    growths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::record::runs;

    /// One run, from the times of each contender at each workload, by round.
    fn run(results: &[(&str, &str, &[f64])]) -> Run {
        let results: Vec<String> = results
            .iter()
            .map(|(workload, contender, times)| {
                let samples: Vec<String> = times
                    .iter()
                    .enumerate()
                    .map(|(round, time)| format!(r#"{{"round":{round},"metrics":{{"time":{time}}}}}"#))
                    .collect();
                let samples = samples.join(",");
                format!(
                    r#"{{"workload":"{workload}","workers":2,"contender":"{contender}","n":1,"samples":[{samples}]}}"#
                )
            })
            .collect();
        let machine = r#"{"cpu":"","cores":2,"memory_gib":1,"os":"","rustc":"","allocator":""}"#;
        let results = results.join(",");
        let line =
            format!(r#"{{"date":"","commit":"","machine":{machine},"rounds":9,"results":[{results}]}}"#);
        runs(&line).unwrap().remove(0)
    }

    #[test]
    fn the_best_peer_is_that_of_the_round() {
        let run = run(&[
            ("scope", "earnest", &[1.0, 1.0, 6.0]),
            ("scope", "rayon", &[2.0, 8.0, 9.0]),
            ("scope", "forte", &[4.0, 4.0, 3.0]),
            // Neither is a peer, and the variant is ours.
            ("scope", "sequential", &[0.1, 0.1, 0.1]),
            ("scope", "CPython 3.14", &[0.1, 0.1, 0.1]),
            ("scope", "earnest (borrowing)", &[0.1, 0.1, 0.1]),
        ]);
        let rounds = Rounds::of(&[run], "scope", 2, "time");
        assert_eq!(rounds.ratios("earnest", Against::BestPeer), [[0.5, 0.25, 2.0]]);
        assert_eq!(rounds.ratios("earnest", Against::Named("forte")), [[0.25, 0.25, 2.0]]);
        assert_eq!(rounds.ratios("rayon", Against::BestPeer), [[1.0, 2.0, 3.0]]);
    }

    #[test]
    fn rounds_without_one_side_are_left_out() {
        let first = run(&[("scope", "earnest", &[1.0, 3.0]), ("scope", "rayon", &[2.0])]);
        let second = run(&[("other", "earnest", &[1.0])]);
        let rounds = Rounds::of(&[first, second], "scope", 2, "time");
        assert_eq!(rounds.ratios("earnest", Against::BestPeer), [vec![0.5], vec![]]);
        assert_eq!(rounds.ratios("earnest", Against::Named("forte")), [vec![], vec![]] as [Vec<f64>; 2]);
        assert_eq!(rounds.values("earnest"), [vec![1.0, 3.0], vec![]]);
    }

    #[test]
    fn growth_is_a_size_over_the_cheapest_of_those_below() {
        let run = run(&[
            ("all/1000", "earnest", &[60.0]),
            ("all/10000", "earnest", &[40.0]),
            ("all/100000", "earnest", &[50.0]),
            ("all/1000", "rayon", &[50.0]),
            ("all/10000", "rayon", &[40.0]),
            ("all/100000", "rayon", &[100.0]),
            // Not measured at the greatest size.
            ("all/1000", "forte", &[5.0]),
            ("all/10000", "forte", &[5.0]),
        ]);
        let runs = [run];
        assert_eq!(sizes(&runs, "all").into_iter().collect::<Vec<_>>(), [1000, 10_000, 100_000]);
        let rounds = Rounds::of(&runs, "all", 2, GROWTH);
        assert_eq!(rounds.values("earnest"), [[1.25]]);
        assert_eq!(rounds.values("forte"), [vec![]] as [Vec<f64>; 1]);
        assert_eq!(rounds.ratios("earnest", Against::BestPeer), [[0.5]]);
    }
}
