//! What the user sees: a line for each URL, a bar meanwhile, a sum, and the modes side by side.

use crate::args::Mode;
use crate::failure::Failure;
use crate::fetch::Saved;
use crate::job::Job;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// What has come of the downloads of one mode.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) mode: Mode,
    pub(crate) saved: usize,
    pub(crate) bytes: u64,
    pub(crate) failed: Vec<(String, Failure)>,
    pub(crate) cancelled: usize,
    pub(crate) elapsed: Duration,
    begun: Instant,
    bar: ProgressBar,
}

impl Report {
    pub(crate) fn begin(mode: Mode, n_jobs: usize) -> Self {
        // On standard error, and hidden where that is no terminal.
        let bar = ProgressBar::new(n_jobs as u64);
        let style = ProgressStyle::with_template("{prefix} {bar:40} {pos}/{len} {per_sec}");
        bar.set_style(style.expect("the template is well formed"));
        bar.set_prefix(mode.name());
        Self {
            mode,
            saved: 0,
            bytes: 0,
            failed: Vec::new(),
            cancelled: 0,
            elapsed: Duration::ZERO,
            begun: Instant::now(),
            bar,
        }
    }

    /// Counts one download in, and tells the user.
    pub(crate) fn record(&mut self, job: &Job, outcome: Result<Saved, Failure>) {
        match outcome {
            Ok(Saved { bytes }) => {
                self.saved += 1;
                self.bytes += bytes;
                self.bar.suspend(|| say(format_args!("Saved {} to {}", job.url, job.path.display())));
            }
            Err(Failure::Cancelled) => self.cancelled += 1,
            Err(failure) => {
                self.bar.suspend(|| eprintln!("{}: {failure}", job.url));
                self.failed.push((job.url.clone(), failure));
            }
        }
        self.bar.inc(1);
    }

    /// Stops the clock, and prints the sum.
    pub(crate) fn end(&mut self) {
        self.elapsed = self.begun.elapsed();
        self.bar.finish_and_clear();
        let Self { mode, saved, bytes, failed, cancelled, elapsed, .. } = self;
        let (mode, failed, seconds) = (mode.name(), failed.len(), elapsed.as_secs_f64());
        say(format_args!(
            "{mode}: saved {saved} ({bytes} bytes), failed {failed}, cancelled {cancelled}, {seconds:.2} s"
        ));
    }

    /// Why this URL was not saved, if it was tried and was not.
    pub(crate) fn failure(&self, url: &str) -> Option<&Failure> {
        self.failed.iter().find(|(failed, _)| failed == url).map(|(_, failure)| failure)
    }

    /// Everything that was asked for is there.
    pub(crate) fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.cancelled == 0
    }
}

/// Prints the modes side by side. The speed-up is against the serial run of the same call, if there was one.
pub(crate) fn print_table(reports: &[Report]) {
    let serial = reports.iter().find(|report| report.mode == Mode::Serial);
    say(format_args!(
        "\n{:<12} {:>6} {:>10} {:>6} {:>8} {:>9}",
        "mode", "files", "bytes", "failed", "seconds", "speed-up"
    ));
    for report in reports {
        let seconds = report.elapsed.as_secs_f64();
        let speed_up =
            serial.map_or("-".to_owned(), |s| format!("{:.1}x", s.elapsed.as_secs_f64() / seconds));
        let (mode, saved, bytes, failed) =
            (report.mode.name(), report.saved, report.bytes, report.failed.len());
        say(format_args!("{mode:<12} {saved:>6} {bytes:>10} {failed:>6} {seconds:>8.2} {speed_up:>9}"));
    }
}

/// Prints a line to standard output. Unlike `println!`, it does not panic when nobody reads on (`download | head`).
pub(crate) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(io::stdout(), "{line}");
}
