//! Medians, and how sure they are.

use fastrand::Rng;

/// So many times the samples are drawn anew.
const DRAWS: usize = 2000;

/// Fixed, so that the same samples give the same report.
const SEED: u64 = 0x0065_6172_6e65_7374;

/// Of the draws, so much lies inside the interval.
const CONFIDENCE: f64 = 0.95;

/// Samples by run: those of one run have its hour and its neighbours on the machine in common.
pub(crate) type Clusters = Vec<Vec<f64>>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The middle, or the mean of the two in the middle. None of nothing.
pub(crate) fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

/// The least and the greatest.
pub(crate) fn range(samples: impl IntoIterator<Item = f64>) -> Option<Interval> {
    samples.into_iter().fold(None, |range, sample| {
        let Interval { low, high } = range.unwrap_or(Interval { low: sample, high: sample });
        Some(Interval { low: low.min(sample), high: high.max(sample) })
    })
}

pub(crate) fn pooled(clusters: &Clusters) -> Vec<f64> {
    clusters.iter().flatten().copied().collect()
}

/// The bootstrap interval of the pooled median: runs are drawn with replacement, then as many rounds from each.
///
/// Rounds alone would make it too narrow, as those of one run are alike. Of a single run nothing else can be
/// drawn.
pub(crate) fn interval(clusters: &Clusters) -> Option<Interval> {
    let clusters: Vec<&Vec<f64>> = clusters.iter().filter(|samples| !samples.is_empty()).collect();
    if clusters.is_empty() {
        return None;
    }
    let mut rng = Rng::with_seed(SEED);
    let mut medians = Vec::with_capacity(DRAWS);
    let mut drawn = Vec::new();
    for _ in 0..DRAWS {
        drawn.clear();
        for _ in 0..clusters.len() {
            let samples = clusters[rng.usize(..clusters.len())];
            drawn.extend((0..samples.len()).map(|_| samples[rng.usize(..samples.len())]));
        }
        medians.extend(median(&drawn));
    }
    medians.sort_by(f64::total_cmp);
    let outside = ((1.0 - CONFIDENCE) / 2.0 * DRAWS as f64) as usize;
    Some(Interval { low: medians[outside], high: medians[DRAWS - 1 - outside] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 9.0, 2.0]), Some(3.0));
    }

    #[test]
    fn a_range_holds_all() {
        assert_eq!(range([]), None);
        assert_eq!(range([3.0, 1.0, 2.0]), Some(Interval { low: 1.0, high: 3.0 }));
    }

    #[test]
    fn what_does_not_vary_has_no_width() {
        let constant = vec![vec![0.5; 9], vec![], vec![0.5; 3]];
        assert_eq!(interval(&constant), Some(Interval { low: 0.5, high: 0.5 }));
        assert_eq!(interval(&vec![vec![], vec![]]), None);
    }

    #[test]
    fn an_interval_holds_the_median_and_is_the_same_again() {
        let mut rng = Rng::with_seed(1);
        let clusters: Clusters = (0..5).map(|_| (0..9).map(|_| 0.4 + 0.2 * rng.f64()).collect()).collect();
        let found = interval(&clusters).unwrap();
        let middle = median(&pooled(&clusters)).unwrap();
        assert!(found.low < middle && middle < found.high, "{middle} in {found:?}");
        assert!(found.low > 0.4 && found.high < 0.6, "{found:?}");
        assert_eq!(interval(&clusters), Some(found));
    }

    #[test]
    fn runs_that_differ_widen_the_interval() {
        let apart = vec![vec![0.2; 9], vec![0.2; 9], vec![0.8; 9], vec![0.8; 9], vec![0.8; 9]];
        assert_eq!(interval(&apart), Some(Interval { low: 0.2, high: 0.8 }));
    }
}
