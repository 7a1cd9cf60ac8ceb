//! What is measured around a piece of work: time and processor time, and in modules of its own what else.

pub(crate) mod allocator;
pub(crate) mod switches;
pub(crate) mod tally;
pub(crate) mod threads;

use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What one contender did once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// How many items there were.
    pub(crate) n: usize,
    /// By name: `time` and `cpu` are nanoseconds an item, the workload says what others are.
    pub(crate) metrics: BTreeMap<String, f64>,
}

impl Sample {
    pub(crate) fn of(n: usize) -> Sample {
        Sample { n, ..Sample::default() }
    }

    pub(crate) fn with(mut self, metric: &str, value: f64) -> Sample {
        self.metrics.insert(metric.to_owned(), value);
        self
    }
}

/// Runs while the work that is measured is done.
pub(crate) struct Timer {
    processor: Duration,
    began: Instant,
}

impl Timer {
    pub(crate) fn start() -> Timer {
        Timer { processor: processor_time(), began: Instant::now() }
    }

    /// Ends it after `n` items.
    pub(crate) fn stop(self, n: usize) -> Sample {
        let time = self.began.elapsed();
        let processor = processor_time() - self.processor;
        Sample::of(n).with("time", nanos(time) / n as f64).with("cpu", nanos(processor) / n as f64)
    }
}

/// That of all threads of this process, those included that have ended.
pub(crate) fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("the system has this clock").into()
}

pub(crate) fn nanos(duration: Duration) -> f64 {
    duration.as_nanos() as f64
}

/// The value below which the given share of the values lie; those are sorted for it.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::{median, quantile};

    #[test]
    fn quantiles_are_values() {
        let mut values = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(median(&mut values), 3.0);
        assert_eq!(quantile(&mut values, 0.99), 5.0);
        assert_eq!(median(&mut [7.0]), 7.0);
    }
}
