//! The picture in numbers.

use crate::picture::{Fate, Picture, Task};
use crate::text::{Short, per_cent};
use core::fmt;
use core::time::Duration;
use earnest_core::TaskEnd;

/// What a [`Timeline`](crate::Timeline) has recorded, in numbers. Displayed, it is three lines of text, and a fourth if
/// records were left out.
///
/// ```
/// use earnest_pool::ThreadPoolExecutor;
/// use earnest_timeline::Timeline;
///
/// let timeline = Timeline::new();
/// let pool = ThreadPoolExecutor::builder().max_workers(1).on_event(timeline.recorder("sums")).build()?;
/// (0..3).map(|n| pool.submit(move || n)).for_each(|future| drop(future.result()));
///
/// let summary = timeline.summary();
/// assert_eq!((summary.tasks, summary.returned, summary.panicked), (3, 3, 0));
/// // 3 tasks in 107 µs: 3 returned
/// // 1 worker, 9 % busy
/// // longest in the queue: 71.2 µs (src/main.rs:6:20); longest run: 3.10 µs (src/main.rs:6:20)
/// println!("{summary}");
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TimelineSummary {
    /// From the first record to the last, or to now while there are tasks that have not ended.
    pub span: Duration,
    /// How many tasks there are. Each is one of what follows.
    pub tasks: usize,
    /// How many have returned.
    pub returned: usize,
    /// How many have panicked.
    pub panicked: usize,
    /// How many have run and have come to anything else: they returned too late, mostly.
    pub ended_otherwise: usize,
    /// How many never began: cancelled, too late, refused, or dropped.
    pub dismissed: usize,
    /// How many are running.
    pub running: usize,
    /// How many are queued.
    pub queued: usize,
    /// Each worker, and how much of the span it ran tasks that did not wait: from 0 to 1.
    pub busy: Vec<(String, f64)>,
    /// The task that was queued for longest.
    pub longest_queued: Option<SlowestTask>,
    /// The task that ran for longest.
    pub longest_run: Option<SlowestTask>,
    /// How many records found no room: see [`Timeline::with_capacity`](crate::Timeline::with_capacity).
    pub left_out: u64,
}

/// A task that took longest.
///
/// ```
/// use earnest_core::TaskOptions;
/// use earnest_pool::ThreadPoolExecutor;
/// use earnest_timeline::Timeline;
///
/// let timeline = Timeline::new();
/// let pool = ThreadPoolExecutor::builder().on_event(timeline.recorder("sums")).build()?;
/// pool.submit_with(TaskOptions::new().name("sum"), |_| (0..1_000).sum::<u64>()).result().unwrap();
/// assert_eq!(timeline.summary().longest_run.unwrap().task, "sum");
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlowestTask {
    /// Its name, or where it was submitted.
    pub task: String,
    /// How long it took.
    pub took: Duration,
}

impl TimelineSummary {
    pub(crate) fn of(picture: &Picture) -> TimelineSummary {
        let end = picture.end;
        let count = |is_so: fn(&Task) -> bool| picture.tasks.iter().filter(|task| is_so(task)).count();
        let slowest = |took: &dyn Fn(&Task) -> Option<u64>| {
            let timed = picture.tasks.iter().filter_map(|task| Some((took(task)?, task)));
            // The first of equals.
            let (took, task) = timed.rev().max_by_key(|(took, _)| *took)?;
            Some(SlowestTask { task: task.label(), took: Duration::from_nanos(took) })
        };
        let workers = picture.lanes.iter().filter(|lane| lane.worker.is_some());
        TimelineSummary {
            span: Duration::from_nanos(end),
            tasks: picture.tasks.len(),
            returned: count(|task| task.end() == Some(TaskEnd::Returned)),
            panicked: count(|task| task.end() == Some(TaskEnd::Panicked)),
            ended_otherwise: count(|task| match task.fate {
                Fate::Ran { ended: Some((_, end)), .. } => {
                    !matches!(end, TaskEnd::Returned | TaskEnd::Panicked)
                }
                _ => false,
            }),
            dismissed: count(|task| matches!(task.fate, Fate::Dismissed { .. })),
            running: count(|task| matches!(task.fate, Fate::Ran { ended: None, .. })),
            queued: count(|task| matches!(task.fate, Fate::Queued { .. })),
            busy: workers.map(|lane| (lane.name.clone(), per_cent(lane.ran_for, end) / 100.0)).collect(),
            longest_queued: slowest(&|task| Some(task.queued_for(end))),
            longest_run: slowest(&|task| task.ran_for(end)),
            left_out: picture.left_out,
        }
    }
}

impl fmt::Display for TimelineSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, span) = (self.tasks, Short(self.span));
        write!(f, "{n} {} in {span}: {} returned", if n == 1 { "task" } else { "tasks" }, self.returned)?;
        for (n, what) in [
            (self.panicked, "panicked"),
            (self.ended_otherwise, "ended otherwise"),
            (self.dismissed, "never began"),
            (self.running, "still running"),
            (self.queued, "still queued"),
        ] {
            if n > 0 {
                write!(f, ", {n} {what}")?;
            }
        }
        self.write_workers(f)?;
        if let Some(SlowestTask { task, took }) = &self.longest_queued {
            write!(f, "\nlongest in the queue: {} ({})", Short(*took), in_a_line(task))?;
        }
        if let Some(SlowestTask { task, took }) = &self.longest_run {
            write!(f, "; longest run: {} ({})", Short(*took), in_a_line(task))?;
        }
        match self.left_out {
            0 => Ok(()),
            n => write!(f, "\nthe recording was full: {n} later records were left out"),
        }
    }
}

/// Without what a name may have that ends a line, or does worse to a terminal.
fn in_a_line(name: &str) -> String {
    name.replace(char::is_control, " ")
}

impl TimelineSummary {
    fn write_workers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_share = |a: &&(String, f64), b: &&(String, f64)| a.1.total_cmp(&b.1);
        let (least, most) = (self.busy.iter().min_by(by_share), self.busy.iter().max_by(by_share));
        let (Some(least), Some(most)) = (least, most) else { return Ok(()) };
        let per_cent = |share: f64| share * 100.0;
        let n = self.busy.len();
        let mean = per_cent(self.busy.iter().map(|(_, share)| share).sum::<f64>() / n as f64);
        write!(f, "\n{n} {}, {mean:.0} % busy", if n == 1 { "worker" } else { "workers" })?;
        if n > 1 {
            let (low, high) = (per_cent(least.1), per_cent(most.1));
            write!(f, ": from {low:.0} % ({}) to {high:.0} % ({})", least.0, most.0)?;
        }
        Ok(())
    }
}
