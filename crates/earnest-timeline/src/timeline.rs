//! What a user holds: records, and writes.

use crate::log::Log;
use crate::page;
use crate::picture::Picture;
use crate::summary::TimelineSummary;
use crate::trace;
use core::fmt;
use earnest_pool::Event;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// Records what goes on in pools, and makes a picture of it.
///
/// Clones are the same timeline. The [crate](crate) shows how it is used.
///
/// It may be asked for the picture at any time, and again: it then has what there is so far. Tasks that have not ended are
/// drawn up to that moment.
///
/// ```
/// use earnest_core::promise;
/// use earnest_pool::ThreadPoolExecutor;
/// use earnest_timeline::Timeline;
///
/// let timeline = Timeline::new();
/// let pool = ThreadPoolExecutor::builder().on_event(timeline.recorder("gates")).build()?;
/// let (gate, gated) = promise::<()>();
/// let waits = pool.submit(move || gated.result());
/// assert_eq!(timeline.summary().returned, 0);
///
/// gate.complete(()).unwrap();
/// waits.result().unwrap().unwrap();
/// assert_eq!(timeline.summary().returned, 1);
/// # Ok::<(), earnest_pool::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Timeline {
    log: Arc<Log>,
}

/// What is kept unless something else is asked for: 72 MB of records, and the names of tasks.
const CAPACITY: usize = 1_000_000;

impl Timeline {
    /// Nothing yet, and room for 1,000,000 records.
    ///
    /// ```
    /// assert_eq!(earnest_timeline::Timeline::new().summary().tasks, 0);
    /// ```
    #[must_use]
    pub fn new() -> Timeline {
        Timeline::with_capacity(CAPACITY)
    }

    /// Nothing yet, and room for `n_records`. A task that has ended is three of them, and a worker that sleeps two.
    ///
    /// What comes later is counted and not kept: the picture ends there, and says so.
    ///
    /// ```
    /// use earnest_pool::ThreadPoolExecutor;
    /// use earnest_timeline::Timeline;
    ///
    /// let timeline = Timeline::with_capacity(1_000);
    /// let pool = ThreadPoolExecutor::builder().on_event(timeline.recorder("sums")).build()?;
    /// (0..1_000).map(|n| pool.submit(move || n)).for_each(|future| drop(future.result()));
    ///
    /// let summary = timeline.summary();
    /// assert!(summary.tasks < 1_000 && summary.left_out >= 2_000);
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    #[must_use]
    pub fn with_capacity(n_records: usize) -> Timeline {
        Timeline { log: Arc::new(Log::new(n_records)) }
    }

    /// What records one pool, which is called `pool` in the picture: for
    /// [`Builder::on_event`](earnest_pool::Builder::on_event). Each pool needs one of its own.
    ///
    /// ```
    /// use earnest_pool::ThreadPoolExecutor;
    /// use earnest_timeline::Timeline;
    ///
    /// let timeline = Timeline::new();
    /// let fetch = ThreadPoolExecutor::builder().on_event(timeline.recorder("fetch")).build()?;
    /// let parse = ThreadPoolExecutor::builder().on_event(timeline.recorder("parse")).build()?;
    /// fetch.submit(|| "page").result().unwrap();
    /// parse.submit(|| "links").result().unwrap();
    /// assert_eq!(timeline.summary().tasks, 2);
    /// # Ok::<(), earnest_pool::BuildError>(())
    /// ```
    pub fn recorder<N: Into<String>>(&self, pool: N) -> impl Fn(&Event<'_>) + Send + Sync + 'static + use<N> {
        let log = Arc::clone(&self.log);
        let pool = log.add_pool(Arc::from(pool.into()));
        move |event| log.record(pool, event)
    }

    /// The same in numbers.
    ///
    /// ```
    /// println!("{}", earnest_timeline::Timeline::new().summary());
    /// ```
    #[must_use]
    pub fn summary(&self) -> TimelineSummary {
        TimelineSummary::of(&self.picture())
    }

    /// Makes the file at `path` a page that shows the picture in any browser, without a network.
    ///
    /// ```no_run
    /// earnest_timeline::Timeline::new().write_html("timeline.html")?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The file cannot be made or written. What was there before may be gone.
    pub fn write_html(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.html(File::create(path)?)
    }

    /// Writes that page to `out`. It is buffered here.
    ///
    /// ```
    /// let mut page = Vec::new();
    /// earnest_timeline::Timeline::new().html(&mut page)?;
    /// assert!(page.starts_with(b"<!doctype html>"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn html(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        page::write(&self.picture(), &mut out)?;
        out.flush()
    }

    /// Makes the file at `path` a trace in the JSON format of Chrome's tracing, which [Perfetto](https://ui.perfetto.dev)
    /// and `chrome://tracing` show.
    ///
    /// ```no_run
    /// earnest_timeline::Timeline::new().write_trace("timeline.json")?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The file cannot be made or written. What was there before may be gone.
    pub fn write_trace(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.trace(File::create(path)?)
    }

    /// Writes that trace to `out`. It is buffered here.
    ///
    /// ```
    /// let mut trace = Vec::new();
    /// earnest_timeline::Timeline::new().trace(&mut trace)?;
    /// assert!(trace.starts_with(b"{"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn trace(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        trace::write(&self.picture(), &mut out)?;
        out.flush()
    }

    fn picture(&self) -> Picture {
        Picture::of(self.log.snapshot())
    }
}

impl Default for Timeline {
    fn default() -> Self {
        Timeline::new()
    }
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline").field("n_records", &self.log.n_records()).finish_non_exhaustive()
    }
}
