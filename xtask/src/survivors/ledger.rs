//! What has been judged, kept from run to run.

use super::sample::Mutant;
use anyhow::{Context, Result};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Verdict {
    /// A test failed.
    Caught,
    /// The tests did not end.
    TimedOut,
    /// All tests passed.
    Missed,
    /// It could not be built.
    Unviable,
}

impl Verdict {
    const ALL: [Verdict; 4] = [Verdict::Caught, Verdict::TimedOut, Verdict::Missed, Verdict::Unviable];

    pub(super) fn name(self) -> &'static str {
        match self {
            Verdict::Caught => "caught",
            Verdict::TimedOut => "timed out",
            Verdict::Missed => "missed",
            Verdict::Unviable => "unviable",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) verdict: Verdict,
    pub(super) seconds: f64,
    /// The first test that failed or hung, or what else is known.
    pub(super) by: String,
}

/// A line for each mutant that was tried; of several for one the last counts.
pub(super) struct Ledger {
    file: File,
    entries: HashMap<String, (u64, Entry)>,
}

impl Ledger {
    pub(super) fn open(path: &Path) -> Result<Ledger> {
        fs::create_dir_all(path.parent().expect("it lies in a folder"))?;
        let mut file = File::options().create(true).append(true).open(path)?;
        file.try_lock().context("another run is under way")?;
        let text = fs::read_to_string(path)?;
        // The last line may have been cut short.
        let entries = text.lines().filter_map(parse).collect();
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Ledger { file, entries })
    }

    /// What is known of this very change, in these very lines.
    pub(super) fn of(&self, mutant: &Mutant) -> Option<&Entry> {
        self.entries.get(&mutant.key).filter(|(hash, _)| *hash == mutant.hash).map(|(_, entry)| entry)
    }

    pub(super) fn add(&mut self, mutant: &Mutant, entry: &Entry) -> Result<()> {
        self.file.write_all(render(&mutant.key, mutant.hash, entry).as_bytes())?;
        self.entries.insert(mutant.key.clone(), (mutant.hash, entry.clone()));
        Ok(())
    }
}

fn render(key: &str, hash: u64, entry: &Entry) -> String {
    format!("{}\t{hash:016x}\t{:.1}\t{key}\t{}\n", entry.verdict.name(), entry.seconds, entry.by)
}

fn parse(line: &str) -> Option<(String, (u64, Entry))> {
    let mut cells = line.split('\t');
    let name = cells.next()?;
    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.name() == name)?;
    let hash = u64::from_str_radix(cells.next()?, 16).ok()?;
    let seconds = cells.next()?.parse().ok()?;
    let key = cells.next()?.to_owned();
    let by = cells.next()?.to_owned();
    Some((key, (hash, Entry { verdict, seconds, by })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_they_were_written() {
        for verdict in Verdict::ALL {
            let entry = Entry { verdict, seconds: 1.5, by: "cell::a_test".to_owned() };
            let line = render("a.rs: replace && with || in f (2)", 7, &entry);
            let expected = ("a.rs: replace && with || in f (2)".to_owned(), (7, entry));
            assert_eq!(parse(line.trim_end_matches('\n')), Some(expected));
            assert_eq!(parse(&line[..12]), None);
        }
    }
}
