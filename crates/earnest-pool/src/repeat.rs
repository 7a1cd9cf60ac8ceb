//! What comes again and again.

use crate::admit::Entry;
use crate::schedule::{End, call_off};
use crate::shared::Shared;
use crate::timer::{self, Key};
use core::panic::Location;
use earnest_core::{Dismissal, Error, Panic, Promise, Refusal, run_caught, task};
use earnest_sync::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often, and from when on: see [`ThreadPoolExecutor::schedule_every`](crate::ThreadPoolExecutor::schedule_every).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it does nothing by itself"]
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
    pub fn rate(period: Duration) -> Self {
        assert!(!period.is_zero(), "there is no rate without a period");
        Self { period, is_rate: true, first_after: period }
    }

    /// With a fixed delay: each run begins a period after the one before has ended.
    pub fn delay(period: Duration) -> Self {
        Self { period, is_rate: false, first_after: period }
    }

    /// How long until the first run. Default: a period.
    pub fn first_after(mut self, delay: Duration) -> Self {
        self.first_after = delay;
        self
    }

    /// When the run after the one that was due at `due` is due.
    fn next(&self, due: Instant) -> Option<Instant> {
        let now = earnest_sync::now()?;
        if !self.is_rate {
            return now.checked_add(self.period);
        }
        let late = now.saturating_duration_since(due).as_nanos();
        let periods = late / self.period.as_nanos() + 1;
        due.checked_add(self.period.checked_mul(u32::try_from(periods).ok()?)?)
    }
}

/// One closure that is run again and again.
pub(crate) struct Repeating {
    pool: Arc<Shared>,
    every: Every,
    location: &'static Location<'static>,
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
        Repeating { pool, every, location, state: Mutex::new(state) }
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
                    state.key = Some(key);
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
        let this = self.clone();
        let (task, run) = task(move || this.run(when));
        run.detach();
        match self.pool.spawn(task, Entry::Try) {
            Ok(()) => {}
            Err(refused) => {
                refused.task.dismiss(Dismissal::Cancelled);
                // It has no turn this time; otherwise the pool is closed, and ends it.
                if matches!(refused.reason, Refusal::Full) {
                    self.arm(self.every.next(when));
                }
            }
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
            Ok(()) => self.arm(self.every.next(when)),
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

impl End for Repeating {
    fn end(&self) {
        self.finish(Err(Error::Rejected));
    }
}
