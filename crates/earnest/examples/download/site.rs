//! What the own server has to offer: this repository's documents, and failures planted among them.

use crate::failure::Failure;
use clap::ValueEnum;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// All pages, in the order in which they are to be downloaded.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) pages: Vec<Page>,
}

/// One thing to download.
#[derive(Debug)]
pub(crate) struct Page {
    /// Where it is on the server, without the leading slash.
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    /// How long the server thinks about it.
    pub(crate) delay: Duration,
    /// How the server answers.
    pub(crate) answer: Answer,
    /// How it is supposed to answer: the same, except under [`Sabotage`].
    pub(crate) expected: Answer,
}

/// How the server answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Whole,
    /// Status 404.
    Missing,
    /// A head, and then nothing for as long as the client waits.
    Stalled,
    /// Half of what the head announced.
    Truncated,
}

/// One failure more or fewer than planned.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Sabotage {
    /// A document is missing.
    OneMore,
    /// A planted failure works.
    OneFewer,
}

impl Answer {
    /// Whether this is why `failure` happened.
    pub(crate) fn explains(self, failure: &Failure) -> bool {
        match self {
            Answer::Whole => false,
            Answer::Missing => matches!(failure, Failure::Status(404)),
            Answer::Stalled => matches!(failure, Failure::TimedOut(_)),
            Answer::Truncated => matches!(failure, Failure::Truncated { .. }),
        }
    }
}

impl Site {
    /// At most `n` documents from below `root`, and the planted failures. Every delay follows from `seed`.
    pub(crate) fn new(root: &Path, n: usize, delays: Range<u64>, seed: u64) -> io::Result<Self> {
        let mut pages = Vec::new();
        for path in documents(root)?.into_iter().take(n) {
            pages.push(Page::new(path.clone(), fs::read(root.join(path))?, Answer::Whole));
        }
        let n = pages.len();
        for (place, name, answer) in [
            (n * 3 / 4, "planted/missing-2.txt", Answer::Missing),
            (n / 2, "planted/truncated.txt", Answer::Truncated),
            (n / 4, "planted/missing-1.txt", Answer::Missing),
            // In front, so that its wait is over by the time the others are: at the end it would be waited for alone.
            (0, "planted/stalled.txt", Answer::Stalled),
        ] {
            pages.insert(place, Page::new(name.to_owned(), b"planted\n".repeat(1000), answer));
        }
        let mut random = seed;
        for page in &mut pages {
            let span = delays.end - delays.start;
            page.delay = Duration::from_millis(delays.start + splitmix(&mut random) % span);
        }
        Ok(Self { pages })
    }

    /// Answers one page other than expected.
    pub(crate) fn sabotage(&mut self, how: Sabotage) {
        let (from, to) = match how {
            Sabotage::OneMore => (Answer::Whole, Answer::Missing),
            Sabotage::OneFewer => (Answer::Missing, Answer::Whole),
        };
        if let Some(page) = self.pages.iter_mut().find(|page| page.answer == from) {
            page.answer = to;
        }
    }

    pub(crate) fn page(&self, path: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path)
    }
}

impl Page {
    fn new(path: String, body: Vec<u8>, answer: Answer) -> Self {
        Self { path, body, delay: Duration::ZERO, answer, expected: answer }
    }
}

/// The sources and texts below `root`, sorted: as paths from there, with slashes.
fn documents(root: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    // Named one by one, because a checkout may hold much else.
    for name in ["README.md", "Cargo.toml", "crates", "docs", "xtask", "benches"] {
        collect(root.join(name), &mut found)?;
    }
    let mut paths: Vec<String> = found
        .iter()
        .filter_map(|path| path.strip_prefix(root).ok()?.to_str())
        .map(|path| path.replace('\\', "/"))
        // What would need escaping in a URL is left out.
        .filter(|path| path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.".contains(c)))
        .collect();
    paths.sort();
    Ok(paths)
}

fn collect(path: PathBuf, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        if !path.ends_with("target") {
            for entry in fs::read_dir(path)? {
                collect(entry?.path(), found)?;
            }
        }
    } else if path.is_file() && path.extension().is_some_and(|e| e == "rs" || e == "md" || e == "toml") {
        found.push(path);
    }
    Ok(())
}

/// The next of a sequence of numbers that look random: all that is needed of a generator here.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
