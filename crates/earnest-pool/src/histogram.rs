//! How long things take: so many of them in each range of lengths.

use core::fmt;
use core::time::Duration;
use earnest_sync::{AtomicU64, Ordering::Relaxed};

/// How often something has taken how long.
///
/// Lengths are counted in ranges, four for each doubling: what is asked of them is too high by a quarter at most, and never too
/// low. Sum and largest are exact, to the nanosecond.
///
/// ```
/// let pool = earnest_pool::ThreadPoolExecutor::builder().task_times(true).build()?;
/// (0..100).map(|n| pool.submit(move || n)).for_each(|future| drop(future.result()));
///
/// let run = pool.stats().times.expect("they are asked for").run;
/// println!("{} tasks, mean {:?}, 99 of 100 in {:?}", run.count(), run.mean(), run.quantile(0.99));
/// assert_eq!(run.count(), 100);
/// assert_eq!(run.ranges().map(|(_up_to, n)| n).sum::<u64>(), 100);
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Histogram {
    ranges: Box<[u64]>,
    sum: u64,
    max: u64,
}

impl Histogram {
    /// Of nothing.
    pub(crate) fn new() -> Histogram {
        Histogram { ranges: vec![0; N_RANGES].into_boxed_slice(), sum: 0, max: 0 }
    }

    /// How many have been counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.ranges.iter().sum()
    }

    /// How long all of them have taken together.
    ///
    /// ```
    /// # let pool = earnest_pool::ThreadPoolExecutor::builder().task_times(true).build()?;
    /// (0..3).for_each(|n| drop(pool.submit(move || n).result()));
    /// let run = pool.stats().times.unwrap().run;
    /// assert!(run.sum() >= run.max());
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    #[must_use]
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum)
    }

    /// The longest; zero if there was none.
    ///
    /// ```
    /// # let pool = earnest_pool::ThreadPoolExecutor::builder().task_times(true).build()?;
    /// pool.submit(|| 7).result().unwrap();
    /// let run = pool.stats().times.unwrap().run;
    /// assert_eq!(run.max(), run.sum(), "there was only one");
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    #[must_use]
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.max)
    }

    /// How long they have taken on average; zero if there was none.
    #[must_use]
    pub fn mean(&self) -> Duration {
        Duration::from_nanos(self.sum.checked_div(self.count()).unwrap_or(0))
    }

    /// What this part of all, from 0 to 1, have taken at most: `quantile(0.5)` is the median. Zero if there was none.
    ///
    /// A number below 0, or none at all, counts as 0, and one above 1 as 1.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Duration {
        let n = self.count();
        let part = part.clamp(0.0, 1.0);
        let about = (part * n as f64).ceil() as u64;
        // The product may be a little too large, and be the next number then.
        let is_too_many = about > 1 && (about - 1) as f64 / n as f64 >= part;
        let rank = (about - u64::from(is_too_many)).clamp(1, n.max(1));
        let mut n_so_far = 0;
        let range = self.ranges.iter().position(|in_it| {
            n_so_far += in_it;
            n_so_far >= rank
        });
        Duration::from_nanos(range.map_or(0, |range| largest_in(range).min(self.max)))
    }

    /// The ranges that are not empty, from the shortest on: up to which length, and how many.
    pub fn ranges(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let numbered = self.ranges.iter().enumerate().filter(|(_, n)| **n > 0);
        numbered.map(|(range, n)| (Duration::from_nanos(largest_in(range)), *n))
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut histogram = f.debug_struct("Histogram");
        histogram.field("count", &self.count()).field("mean", &self.mean()).field("max", &self.max());
        histogram.finish_non_exhaustive()
    }
}

/// Four for each doubling, but for the first two.
const N_RANGES: usize = 252;

/// Which range a number of nanoseconds lies in.
fn range_of(nanos: u64) -> usize {
    match nanos.checked_ilog2() {
        Some(doublings @ 2..) => (doublings as usize - 1) * 4 + ((nanos >> (doublings - 2)) & 3) as usize,
        _ => nanos as usize,
    }
}

/// The largest number of nanoseconds in a range.
fn largest_in(range: usize) -> u64 {
    match (range / 4).checked_sub(1) {
        Some(shift) => (((4 + (range as u64 & 3)) << shift) - 1) + (1 << shift),
        None => range as u64,
    }
}

/// What is counted while others look.
pub(crate) struct Counters {
    ranges: Box<[AtomicU64]>,
    sum: AtomicU64,
    max: AtomicU64,
}

impl Counters {
    pub(crate) fn new() -> Counters {
        let ranges = (0..N_RANGES).map(|_| AtomicU64::new(0)).collect();
        Counters { ranges, sum: AtomicU64::new(0), max: AtomicU64::new(0) }
    }

    pub(crate) fn count(&self, length: Duration) {
        let nanos = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
        // ORDERING: Relaxed, here and below; numbers behind which nothing lies. Who has seen a task's outcome finds it counted,
        // as that is published afterwards.
        self.ranges[range_of(nanos)].fetch_add(1, Relaxed);
        self.sum.fetch_add(nanos, Relaxed);
        self.max.fetch_max(nanos, Relaxed);
    }

    pub(crate) fn add_to(&self, total: &mut Histogram) {
        for (total, range) in total.ranges.iter_mut().zip(&self.ranges) {
            // ORDERING: Relaxed, here and below, as in `count`.
            *total += range.load(Relaxed);
        }
        total.sum = total.sum.wrapping_add(self.sum.load(Relaxed));
        total.max = total.max.max(self.max.load(Relaxed));
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    fn of(nanos: impl IntoIterator<Item = u64>) -> Histogram {
        let (counters, mut histogram) = (Counters::new(), Histogram::new());
        nanos.into_iter().for_each(|nanos| counters.count(Duration::from_nanos(nanos)));
        counters.add_to(&mut histogram);
        histogram
    }

    #[test]
    fn ranges_follow_each_other_without_gaps() {
        for range in 0..N_RANGES - 1 {
            let last = largest_in(range);
            assert_eq!((range_of(last), range_of(last + 1)), (range, range + 1), "{last}");
        }
        assert_eq!((range_of(0), range_of(u64::MAX), largest_in(N_RANGES - 1)), (0, N_RANGES - 1, u64::MAX));
    }

    #[test]
    fn a_quantile_is_too_high_by_a_quarter_at_most() {
        let all = of(1..=100_000);
        for percent in 1..=100_u64 {
            let (exact, told) = (percent * 1_000, all.quantile(percent as f64 / 100.0).as_nanos() as u64);
            assert!(exact <= told && told <= exact + exact / 4, "{percent}: {told}");
        }
    }

    #[test]
    fn the_largest_bounds_every_quantile() {
        let few = of([5, 5, 1_000]);
        assert_eq!(few.quantile(1.0), Duration::from_nanos(1_000));
        assert_eq!((few.quantile(0.5), few.max()), (Duration::from_nanos(5), Duration::from_nanos(1_000)));
        assert_eq!((few.sum(), few.mean()), (Duration::from_nanos(1_010), Duration::from_nanos(336)));
    }

    #[test]
    fn a_quantile_is_of_the_rank_that_it_says() {
        for n_short in 1..100_u64 {
            let of_both = of((0..100).map(|n| if n < n_short { 10 } else { 1_000_000 }));
            assert_eq!(of_both.quantile(n_short as f64 / 100.0), Duration::from_nanos(11), "{n_short}");
        }
    }

    #[test]
    fn of_nothing_everything_is_zero() {
        let nothing = of([]);
        assert_eq!((nothing.count(), nothing.max(), nothing.mean()), (0, Duration::ZERO, Duration::ZERO));
        assert_eq!((nothing.quantile(0.5), nothing.quantile(f64::NAN)), (Duration::ZERO, Duration::ZERO));
        assert_eq!(nothing.ranges().count(), 0);
    }

    #[test]
    fn what_is_too_long_to_count_is_in_the_last_range() {
        let counters = Counters::new();
        counters.count(Duration::MAX);
        let mut histogram = Histogram::new();
        counters.add_to(&mut histogram);
        assert_eq!(histogram.quantile(0.1), Duration::from_nanos(u64::MAX));
    }
}
