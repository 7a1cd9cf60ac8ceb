//! What can be asked for on the command line.

use crate::site::Sabotage;
use clap::{Parser, ValueEnum};
use std::fs;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

/// Downloads a list of URLs to files, eight at a time, and says what came of each.
///
/// Without URLs it starts a small server of its own, downloads this repository's documents from it in all three
/// modes, checks them byte for byte, and shows the times side by side.
///
/// Exit status: 0 when everything was saved, 1 when something failed, 2 when it could not begin, 130 after Ctrl-C.
/// Ctrl-C lets running downloads finish and cancels the rest; a second one leaves at once.
#[derive(Debug, Parser)]
#[command(name = "download")]
pub(crate) struct Args {
    /// What to download.
    #[arg(value_name = "URL")]
    pub(crate) urls: Vec<String>,

    /// A file with one URL a line; blank lines and those that begin with # are skipped.
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,

    /// The folder to save to; `all` makes one in it for each mode.
    #[arg(long, value_name = "DIR", default_value = "download")]
    pub(crate) out: PathBuf,

    /// How many downloads may run at the same time.
    #[arg(long, value_name = "N", default_value = "8")]
    pub(crate) workers: NonZeroUsize,

    /// How long a server may stay silent [default: 30, or 2 without URLs].
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,

    /// How to go about it [default: as-completed, or all without URLs].
    #[arg(long)]
    pub(crate) mode: Option<ModeArg>,

    /// What the delays of the own server are drawn from.
    #[arg(long, default_value_t = 1, help_heading = "Without URLs")]
    pub(crate) seed: u64,

    /// How many documents the own server has, if there are so many.
    #[arg(long, value_name = "N", default_value_t = 80, help_heading = "Without URLs")]
    pub(crate) files: usize,

    /// How long the own server thinks before it answers, in milliseconds.
    #[arg(long, value_name = "MIN..MAX", default_value = "20..200", value_parser = milliseconds)]
    #[arg(help_heading = "Without URLs")]
    pub(crate) delay: Range<u64>,

    /// Lets the tests see that the check of the own server's run can fail.
    #[arg(long, hide = true)]
    pub(crate) sabotage: Option<Sabotage>,
}

/// One way to download a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Serial,
    Submit,
    AsCompleted,
}

/// What `--mode` accepts.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ModeArg {
    /// One after the other, without a pool.
    Serial,
    /// All submitted; results in the order of the list.
    Submit,
    /// All submitted; results in the order in which they come.
    AsCompleted,
    /// The three one after the other, each into its own folder, and a table of times.
    All,
}

impl Args {
    /// The URLs of the command line, and those of the list after them.
    pub(crate) fn all_urls(&self) -> Result<Vec<String>, String> {
        let mut urls = self.urls.clone();
        if let Some(list) = &self.list {
            let text = fs::read_to_string(list);
            let text = text.map_err(|error| format!("cannot read {}: {error}", list.display()))?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            urls.extend(lines.map(str::to_owned));
        }
        Ok(urls)
    }
}

impl Mode {
    pub(crate) const ALL: [Mode; 3] = [Mode::Serial, Mode::Submit, Mode::AsCompleted];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Mode::Serial => "serial",
            Mode::Submit => "submit",
            Mode::AsCompleted => "as-completed",
        }
    }
}

impl ModeArg {
    pub(crate) const fn modes(self) -> &'static [Mode] {
        match self {
            ModeArg::Serial => &[Mode::Serial],
            ModeArg::Submit => &[Mode::Submit],
            ModeArg::AsCompleted => &[Mode::AsCompleted],
            ModeArg::All => &Mode::ALL,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(Duration::ZERO) => Err("must be above 0".to_owned()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(error.to_string()),
    }
}

fn milliseconds(text: &str) -> Result<Range<u64>, String> {
    let range = text.split_once("..").and_then(|(min, max)| Some(min.parse().ok()?..max.parse().ok()?));
    range.filter(|range| !range.is_empty()).ok_or_else(|| "expected MIN..MAX, with MIN below MAX".to_owned())
}
