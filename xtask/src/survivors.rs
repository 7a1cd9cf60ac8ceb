//! `cargo xtask survivors`: changes of the sources that cargo-mutants thinks of, and whether the tests see them.

mod judge;
mod known;
mod ledger;
mod sample;
pub(crate) mod until_failure;

use crate::cargo::{self, root};
use crate::process::each;
use crate::table::Table;
use crate::tool::MISSING;
use anyhow::{Result, ensure};
use judge::Tree;
use known::Known;
use ledger::{Entry, Ledger, Verdict};
use sample::{Mutant, Shard};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::thread::available_parallelism;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only mutants whose names contain this, of all shards, and judged again
    filter: Option<String>,
    /// Which part of the sample
    #[arg(long, value_name = "K/N", default_value = "1/12", conflicts_with = "filter")]
    shard: Shard,
    /// Judge again what has been judged before
    #[arg(long)]
    fresh: bool,
    /// Judge again those of which this was said before
    #[arg(long, value_name = "VERDICT")]
    again: Option<Verdict>,
    /// Only write the known survivors into docs/testing.md
    #[arg(long)]
    bless: bool,
}

/// The crates whose mutants are drawn.
const PACKAGES: [&str; 3] = ["earnest-core", "earnest-pool", "earnest-combinators"];

/// Of the mutants that can be built at least so many in a hundred are to be caught.
const FLOOR: usize = 90;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let known = Known::read()?;
    if arguments.bless {
        known.bless()?;
        return Ok(ExitCode::SUCCESS);
    }
    if !is_installed() {
        eprintln!("cargo-mutants is missing: cargo install cargo-mutants --locked");
        return Ok(ExitCode::from(MISSING));
    }
    let all = sample::list()?;
    let n_all = all.len();
    known.check(&all)?;
    let (title, mutants) = match &arguments.filter {
        Some(filter) => {
            let wanted = all.into_iter().filter(|mutant| mutant.key.contains(filter.as_str()));
            (format!("those with {filter:?}"), wanted.collect())
        }
        None => (format!("shard {}", arguments.shard), arguments.shard.take(all)),
    };
    ensure!(!mutants.is_empty(), "no such mutant");
    println!("{title}: {} of {n_all} mutants", mutants.len());
    let entries = judge_all(arguments, &mutants)?;
    let is_ok = report(&mutants, &entries, &known, arguments.filter.is_none());
    Ok(if is_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_installed() -> bool {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--version"]).current_dir(root());
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What becomes of each, by the ledger or by trying it.
fn judge_all(arguments: &Arguments, mutants: &[Mutant]) -> Result<Vec<Entry>> {
    let folder = cargo::metadata()?.target_directory.join("survivors");
    let ledger = Mutex::new(Ledger::open(&folder.join("ledger"))?);
    let again = |entry: &Entry| {
        arguments.fresh || arguments.filter.is_some() || arguments.again == Some(entry.verdict)
    };
    let unjudged: Vec<&Mutant> = {
        let ledger = ledger.lock().expect("nobody panics under this lock");
        mutants.iter().filter(|mutant| ledger.of(mutant).is_none_or(again)).collect()
    };
    let n_trees = available_parallelism().map_or(1, Into::into).min(unjudged.len());
    let trees = (0..n_trees).map(|n| Tree::sync(folder.join(n.to_string()))).collect::<Result<Vec<_>>>()?;
    let trees = Mutex::new(trees);
    let take = || trees.lock().expect("nobody panics under this lock").pop().expect("one for each thread");
    let results = each(&unjudged, |mutant| {
        let mut tree = take();
        let judged = tree.judge(mutant);
        trees.lock().expect("nobody panics under this lock").push(tree);
        let entry = judged?;
        println!("{:9} {:4.0} s  {}  [{}]", entry.verdict.name(), entry.seconds, mutant.key, entry.by);
        ledger.lock().expect("nobody panics under this lock").add(mutant, &entry)
    });
    results.into_iter().collect::<Result<Vec<()>>>()?;
    let ledger = ledger.into_inner().expect("nobody panics under this lock");
    Ok(mutants.iter().map(|mutant| ledger.of(mutant).expect("it has been judged").clone()).collect())
}

/// Prints it all, and says whether it is as it is to be.
fn report(mutants: &[Mutant], entries: &[Entry], known: &Known, is_sample: bool) -> bool {
    let mut table = Table::new(&[
        "crate",
        ">tested",
        ">caught",
        ">timed out",
        ">missed",
        ">unviable",
        ">caught of the viable",
    ]);
    for package in PACKAGES {
        let ours = mutants.iter().zip(entries).filter(|(mutant, _)| mutant.package == package);
        Tally::of(ours.map(|(_, entry)| entry)).show(package, &mut table);
    }
    let all = Tally::of(entries);
    all.show("all", &mut table);
    let mut n_unexplained = 0;
    for (mutant, _) in mutants.iter().zip(entries).filter(|(_, entry)| entry.verdict == Verdict::Missed) {
        let reason = known.reason(&mutant.key);
        n_unexplained += usize::from(reason.is_none());
        println!("missed: {}\n    {}", mutant.key, reason.unwrap_or("UNEXPLAINED"));
    }
    table.print();
    println!(
        "{} mutants, {:.1} % of the {} viable caught, {} missed, {n_unexplained} of them unexplained",
        all.tested,
        all.share(),
        all.viable(),
        all.missed
    );
    let is_enough = !is_sample || 100 * (all.viable() - all.missed) >= FLOOR * all.viable();
    if !is_enough {
        eprintln!("at least {FLOOR} % are to be caught");
    }
    is_enough && n_unexplained == 0
}

#[derive(Default)]
struct Tally {
    tested: usize,
    caught: usize,
    timed_out: usize,
    missed: usize,
    unviable: usize,
}

impl Tally {
    fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Tally {
        let mut tally = Tally::default();
        for entry in entries {
            tally.tested += 1;
            *match entry.verdict {
                Verdict::Caught => &mut tally.caught,
                Verdict::TimedOut => &mut tally.timed_out,
                Verdict::Missed => &mut tally.missed,
                Verdict::Unviable => &mut tally.unviable,
            } += 1;
        }
        tally
    }

    fn viable(&self) -> usize {
        self.tested - self.unviable
    }

    /// In a hundred.
    fn share(&self) -> f64 {
        100.0 * (self.viable() - self.missed) as f64 / self.viable().max(1) as f64
    }

    fn show(&self, title: &str, table: &mut Table) {
        let numbers = [self.tested, self.caught, self.timed_out, self.missed, self.unviable];
        let share = [format!("{:.1} %", self.share())];
        let cells = numbers.iter().map(ToString::to_string).chain(share);
        table.row(std::iter::once(title.to_owned()).chain(cells));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_built_counts_for_nothing() {
        let entry = |verdict| Entry { verdict, seconds: 0.0, by: String::new() };
        let entries = [Verdict::Caught, Verdict::TimedOut, Verdict::Missed, Verdict::Caught].map(entry);
        assert_eq!(Tally::of(&entries).share(), 75.0);
        let more = entries.iter().chain([&entry(Verdict::Unviable)]).cloned().collect::<Vec<_>>();
        assert_eq!(Tally::of(&more).share(), 75.0);
        assert_eq!(Tally::of(&more).tested, 5);
    }
}
