//! Where a value lies on a plot.

use crate::report::figures::{thousands, trimmed};
use crate::report::statistics::Interval;

/// From a spread of this much on, an axis is logarithmic.
const WIDE: f64 = 20.0;

/// From which pixel to which: the second may be the smaller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    from: i32,
    to: i32,
    low: f64,
    high: f64,
    log: bool,
}

impl Axis {
    /// Holds all of `values`, and zero if their spread allows to show it.
    pub(crate) fn new(values: Interval, from: i32, to: i32) -> Axis {
        if values.low > 0.0 && values.high / values.low > WIDE {
            return Axis::log(values, from, to);
        }
        let high = if values.high > 0.0 { values.high * 1.06 } else { 1.0 };
        Axis { from, to, low: 0.0, high, log: false }
    }

    pub(crate) fn log(values: Interval, from: i32, to: i32) -> Axis {
        Axis { from, to, low: values.low / 1.15, high: values.high * 1.15, log: true }
    }

    pub(crate) fn is_log(&self) -> bool {
        self.log
    }

    pub(crate) fn at(&self, value: f64) -> i32 {
        let part = if self.log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + (part * f64::from(self.to - self.from)).round() as i32
    }

    /// Round values, so many that their labels have `room` pixels each.
    pub(crate) fn ticks(&self, room: i32) -> Vec<f64> {
        let many = ((self.to - self.from).abs() / room).max(2) as usize;
        let sparser: &[&[f64]] = if self.log {
            &[&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]]
        } else {
            &[&[1.0], &[2.0], &[5.0], &[10.0], &[20.0]]
        };
        let mut ticks = Vec::new();
        for choice in sparser {
            ticks = if self.log { self.decades(choice) } else { self.multiples(choice[0]) };
            if ticks.len() <= many {
                break;
            }
        }
        // So many decades that not even each of them has room.
        let every = ticks.len().div_ceil(many);
        ticks.into_iter().step_by(every).collect()
    }

    fn decades(&self, leading: &[f64]) -> Vec<f64> {
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let ticks = decades.flat_map(|decade| leading.iter().map(move |digit| digit * 10f64.powi(decade)));
        ticks.filter(|tick| (self.low..=self.high).contains(tick)).collect()
    }

    /// Of `factor` times the power of ten that has from two to twenty within the axis.
    fn multiples(&self, factor: f64) -> Vec<f64> {
        let step = factor * 10f64.powf((self.high - self.low).log10().floor() - 1.0);
        (0..).map(|index| f64::from(index) * step).take_while(|tick| *tick <= self.high).collect()
    }
}

/// A round value as it is written at a tick.
pub(crate) fn label(tick: f64) -> String {
    if tick >= 1.0 && tick.fract().abs() < 1e-9 {
        thousands(tick as u64)
    } else {
        trimmed(&format!("{tick:.4}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_axis_begins_at_zero() {
        let axis = Axis::new(Interval { low: 30.0, high: 100.0 }, 10, 116);
        assert!(!axis.is_log());
        assert_eq!((axis.at(0.0), axis.at(53.0), axis.at(106.0)), (10, 63, 116));
        assert_eq!(axis.ticks(20), [0.0, 50.0, 100.0]);
        assert_eq!(axis.ticks(15), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    }

    #[test]
    fn a_wide_axis_is_logarithmic() {
        let axis = Axis::new(Interval { low: 10.0, high: 1000.0 }, 200, 0);
        assert!(axis.is_log());
        assert_eq!(axis.at(100.0), 100);
        assert_eq!(axis.ticks(60), [10.0, 100.0, 1000.0]);
        assert_eq!(axis.ticks(25), [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0]);
    }

    #[test]
    fn nothing_is_no_reason_to_fail() {
        let axis = Axis::new(Interval { low: 0.0, high: 0.0 }, 0, 100);
        assert_eq!(axis.at(0.0), 0);
        assert!(axis.ticks(50).len() <= 2);
    }

    #[test]
    fn ticks_are_labelled_shortly() {
        assert_eq!([0.0, 0.2, 2.5, 5.0, 20_000.0].map(label), ["0", "0.2", "2.5", "5", "20,000"]);
    }
}
