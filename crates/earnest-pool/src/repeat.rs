//! What comes again and again.

use crate::admit::Entry;
use crate::schedule::{AGAIN, End, call_off};
use crate::shared::Shared;
use crate::timer::{self, Key};
use core::panic::Location;
use earnest_core::{Dismissal, Error, Panic, Promise, TaskSpan, run_caught, task_at};
use earnest_sync::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often, and from when on: see [`ThreadPoolExecutor::schedule_every`](crate::ThreadPoolExecutor::schedule_every).
///
/// ```
/// use earnest_pool::Every;
/// use std::time::Duration;
///
/// let hourly_from_now = Every::rate(Duration::from_secs(60 * 60)).first_after(Duration::ZERO);
/// let hourly = Every::rate(Duration::from_secs(60 * 60));
/// assert_ne!(hourly_from_now, hourly, "that begins in an hour");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "it does nothing by itself: give it to `schedule_every`"]
pub struct Every {
    period: Duration,
    /// Whether the period is counted from beginning to beginning, rather than from an end to the next beginning.
    is_rate: bool,
    first_after: Duration,
}

impl Every {
    /// At a fixed rate: the runs begin a period apart, whatever they take. One that would begin while the one before still
    /// runs, or waits in the queue, is left out, and the next keeps to the grid.
    ///
    /// # Panics
    ///
    /// If `period` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// # use earnest_pool::{Every, ThreadPoolExecutor};
    /// # use std::{sync::mpsc::channel, time::{Duration, Instant}};
    /// # let pool = ThreadPoolExecutor::new();
    /// let (tick, ticks) = channel();
    /// let begin = Instant::now();
    /// let ticking = pool.schedule_every(Every::rate(Duration::from_millis(2)), move || {
    ///     let _nobody_listens = tick.send(());
    /// });
    /// ticks.iter().take(3).count();
    /// assert!(begin.elapsed() >= Duration::from_millis(6));
    /// # ticking.cancel();
    /// ```
    pub fn rate(period: Duration) -> Self {
        assert!(!period.is_zero(), "there is no rate without a period");
        Self { period, is_rate: true, first_after: period }
    }

    /// With a fixed delay: each run begins a period after the one before has ended.
    ///
    /// ```
    /// # use earnest_pool::{Every, ThreadPoolExecutor};
    /// # use std::{sync::mpsc::channel, time::Duration};
    /// # let pool = ThreadPoolExecutor::new();
    /// let (tick, ticks) = channel();
    /// let polling = pool.schedule_every(Every::delay(Duration::ZERO), move || {
    ///     let _nobody_listens = tick.send(());
    /// });
    /// assert_eq!(ticks.iter().take(3).count(), 3);
    /// # polling.cancel();
    /// ```
    pub fn delay(period: Duration) -> Self {
        Self { period, is_rate: false, first_after: period }
    }

    /// How long until the first run. Default: a period.
    ///
    /// ```
    /// # use earnest_pool::{Every, ThreadPoolExecutor};
    /// # use std::{sync::mpsc::channel, time::Duration};
    /// # let pool = ThreadPoolExecutor::new();
    /// let (tick, ticks) = channel();
    /// let at_once_and_hourly = Every::rate(Duration::from_secs(3600)).first_after(Duration::ZERO);
    /// let ticking = pool.schedule_every(at_once_and_hourly, move || tick.send(()).unwrap());
    /// ticks.recv().unwrap();
    /// # ticking.cancel();
    /// ```
    pub fn first_after(mut self, delay: Duration) -> Self {
        self.first_after = delay;
        self
    }

    /// When the run after the one that was due at `due` is due.
    fn next(&self, due: Instant, now: Instant) -> Option<Instant> {
        if !self.is_rate {
            return now.checked_add(self.period);
        }
        let (late, period) = (now.saturating_duration_since(due).as_nanos(), self.period.as_nanos());
        let ahead = (late / period + 1) * period;
        let (secs, nanos) = (u64::try_from(ahead / NANOS_PER_SEC).ok()?, ahead % NANOS_PER_SEC);
        due.checked_add(Duration::new(secs, nanos as u32))
    }

    /// The same where the run was left out, as there was no room or no thread: not before that may have changed.
    fn next_after_none(&self, due: Instant, now: Instant) -> Option<Instant> {
        let wait = if self.period < AGAIN { AGAIN } else { Duration::ZERO };
        self.next(due, now.checked_add(wait)?)
    }
}

const NANOS_PER_SEC: u128 = 1_000_000_000;

/// One closure that is run again and again.
pub(crate) struct Repeating {
    pool: Arc<Shared>,
    every: Every,
    location: &'static Location<'static>,
    submitter: TaskSpan,
    state: Mutex<State>,
}

struct State {
    /// Gone while it runs, and when it is to run no more.
    f: Option<Box<dyn FnMut() + Send>>,
    /// Gone when it is to run no more.
    promise: Option<Promise<()>>,
    number: u64,
    key: Option<Key>,
}

impl Repeating {
    pub(crate) fn new(
        pool: Arc<Shared>,
        every: Every,
        location: &'static Location<'static>,
        promise: Promise<()>,
        f: impl FnMut() + Send + 'static,
    ) -> Repeating {
        let state = State { f: Some(Box::new(f)), promise: Some(promise), number: 0, key: None };
        Repeating { pool, every, location, submitter: TaskSpan::current(), state: Mutex::new(state) }
    }

    /// Arms it for the first time.
    pub(crate) fn begin(self: &Arc<Self>, number: u64) {
        self.state.lock().number = number;
        self.arm(earnest_sync::now().and_then(|now| now.checked_add(self.every.first_after)));
    }

    /// Has `f` called if the future is cancelled.
    pub(crate) fn on_cancel(&self, f: impl FnOnce() + Send + 'static) {
        let state = self.state.lock();
        // Nobody has the future yet: it is not called here.
        if let Some(promise) = &state.promise {
            promise.on_cancel(f);
        }
    }

    /// Has it run at `when`; never, where that lies beyond the clock.
    fn arm(self: &Arc<Self>, when: Option<Instant>) {
        let Some(when) = when else { return };
        let this = self.clone();
        let armed = timer::at(when, move || this.is_due(when));
        match armed {
            Ok(key) => {
                let stopped = {
                    let mut state = self.state.lock();
                    // If it has been due already, it may have run, and been armed again.
                    state.key = state.key.max(Some(key));
                    state.promise.is_none()
                };
                if stopped {
                    timer::call_off(key);
                }
            }
            Err(_no_thread) => self.finish(Err(Error::Rejected)),
        }
    }

    /// On the timer's thread.
    fn is_due(self: &Arc<Self>, when: Instant) {
        let turn = Turn { repeating: Some(self.clone()), when };
        let (task, run) = task_at(self.location, move || turn.take());
        run.detach();
        if let Err(refused) = self.submitter.run(|| self.pool.spawn(task, Entry::Try)) {
            refused.task.dismiss(Dismissal::Cancelled);
        }
    }

    /// It has no turn this time: the queue was full, or has been emptied, or there was no thread.
    fn is_left_out(self: &Arc<Self>, when: Instant) {
        // A pool that is closed ends it.
        if !self.pool.sleep.counts().is_closed() {
            self.arm(earnest_sync::now().and_then(|now| self.every.next_after_none(when, now)));
        }
    }

    /// As a task of the pool.
    fn run(self: &Arc<Self>, when: Instant) {
        let Some(mut f) = self.state.lock().f.take() else { return };
        let result = catch_unwind(AssertUnwindSafe(&mut f));
        {
            let mut state = self.state.lock();
            if state.promise.is_some() && result.is_ok() {
                state.f = Some(f);
            } else {
                drop(state);
                run_caught("the destructor of what was run again and again", || drop(f));
            }
        }
        match result {
            Ok(()) => self.arm(earnest_sync::now().and_then(|now| self.every.next(when, now))),
            Err(payload) => self.finish(Err(Error::Panicked(Panic::new(payload, self.location)))),
        }
    }

    /// Its future was cancelled.
    pub(crate) fn stop(&self) {
        self.finish(Err(Error::Cancelled));
    }

    fn finish(&self, result: Result<(), Error>) {
        let (f, promise, number, key) = {
            let mut state = self.state.lock();
            (state.f.take(), state.promise.take(), state.number, state.key.take())
        };
        call_off(key);
        run_caught("the destructor of what was run again and again", || drop(f));
        self.pool.scheduled.remove(number);
        if let Some(promise) = promise {
            promise.settle(result);
        }
    }
}

/// The turn of what is repeated. Where it is dropped, it is left out.
struct Turn {
    repeating: Option<Arc<Repeating>>,
    when: Instant,
}

impl Turn {
    fn take(mut self) {
        self.repeating.take().into_iter().for_each(|repeating| repeating.run(self.when));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.repeating.take().into_iter().for_each(|repeating| repeating.is_left_out(self.when));
    }
}

impl End for Repeating {
    fn end(&self) {
        self.finish(Err(Error::Rejected));
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_rate_keeps_to_its_grid_however_late_a_run_ends() {
        let due = Instant::now();
        let second = Duration::from_secs(1);
        let next = |period, late| Every::rate(period).next(due, due + late).map(|next| next - due);
        assert_eq!(next(second, Duration::ZERO), Some(second));
        assert_eq!(next(second, second * 5 / 2), Some(second * 3));
        let nano = Duration::from_nanos(1);
        assert_eq!(next(nano, second * 5), Some(second * 5 + nano));
    }

    #[test]
    fn a_period_beyond_the_clock_is_never_over() {
        let now = Instant::now();
        assert_eq!(Every::rate(Duration::MAX).next(now, now + Duration::from_secs(1)), None);
        assert_eq!(Every::delay(Duration::MAX).next(now, now), None);
    }
}
