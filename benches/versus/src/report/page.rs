//! The page: what it says before the figures, and in which order they follow.

mod summary;
mod workloads;
mod growth;
mod python;
mod history;

use super::contender::{is_ours, is_reference};
use super::record::Run;
use super::table::Table;
use super::targets::{Target, Targets, Workload};
use super::verdict::Finding;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) text: String,
    /// By the name of the file.
    pub(crate) plots: BTreeMap<String, String>,
}

/// What the parts of the page are written from.
struct Material<'a> {
    runs: &'a [Run],
    /// Those that are described, and then those that were measured all the same.
    workloads: Vec<Workload>,
    targets: Vec<(&'a Target, Option<Finding>)>,
}

const MISSING: &str = "not measured";

impl Page {
    pub(crate) fn of(runs: &[Run], targets: &Targets) -> Result<Page> {
        let material = Material {
            runs,
            workloads: workloads(runs, targets),
            targets: targets.target.iter().map(|target| (target, Finding::of(runs, target))).collect(),
        };
        let mut page = Page { text: lead(), plots: BTreeMap::new() };
        page.add(&machines(runs));
        page.add(&summary::write(&material));
        page.add("## Workloads\n");
        for workload in material.workloads.iter().filter(|workload| !workload.growth) {
            let plot = workloads::plot(&material, workload)?;
            page.add(&workloads::write(&material, workload, plot.is_some()));
            page.plots.extend(plot);
        }
        page.add("## Growth\n");
        for workload in material.workloads.iter().filter(|workload| workload.growth) {
            let plots = growth::plots(&material, workload)?;
            page.add(&growth::write(&material, workload, &plots));
            page.plots.extend(plots.into_values());
        }
        page.add(&python::write(&material));
        page.add(&history::write(&material));
        Ok(page)
    }

    fn add(&mut self, part: &str) {
        self.text.push('\n');
        self.text.push_str(part);
    }
}

fn lead() -> String {
    "# Benchmarks

<!-- Written by `cargo xtask bench report`: change benches/versus, not this page. -->

What ours costs, and what the peers cost that a user would otherwise take, on the same work.
Lower is better throughout.

- A run measures all contenders in turn, round by round, and each round begins with another one.
  What the machine does meanwhile hits all of them alike.
- Each sample has a fresh pool, which is warmed up before the clock starts; what came out of the work is checked.
- A ratio is that of ours to a peer in the same round.
  The best peer is whichever was the best in that round: over many rounds this is harder to beat than any one of them.
- Machines are noisy, and times hold for the machine that they were taken on.
  Ratios carry over better: compare those, and look at the intervals.
- Each figure is the median of all rounds of all runs together.
  None is left out but those of code that has changed since; [the records](benchmarks/runs.jsonl) have every sample.

To repeat it:

```console
cargo xtask bench                 # a run, which is added to the records, and the report
cargo xtask bench run --workloads submit_collect --workers 2
cargo xtask bench report          # this page, from the records
```
"
    .to_owned()
}

fn workloads(runs: &[Run], targets: &Targets) -> Vec<Workload> {
    let mut workloads = targets.workload.clone();
    for series in runs.iter().flat_map(|run| &run.results) {
        let (name, growth) = match series.workload.split_once('/') {
            Some((family, _)) => (family, true),
            None => (series.workload.as_str(), false),
        };
        if !workloads.iter().any(|workload| workload.name == name) {
            let (name, item) = (name.to_owned(), "item".to_owned());
            let (title, metric) = (name.clone(), "time".to_owned());
            workloads.push(Workload { name, title, what: String::new(), item, metric, growth });
        }
    }
    workloads
}

fn machines(runs: &[Run]) -> String {
    let mut text = "## Machine and versions\n\n".to_owned();
    if runs.is_empty() {
        return text + "Not measured yet.\n";
    }
    let mut machines = Vec::new();
    for run in runs {
        if !machines.contains(&&run.machine) {
            machines.push(&run.machine);
        }
    }
    let mut table = Table::new(["processor", ">cores", ">memory", "system", "compiler", "allocator", "runs"]);
    for machine in machines {
        let used = (1..).zip(runs).filter(|(_, run)| run.machine == *machine);
        table.row([
            machine.cpu.clone(),
            machine.cores.to_string(),
            format!("{:.0} GiB", machine.memory_gib),
            machine.os.clone(),
            machine.rustc.clone(),
            machine.allocator.clone(),
            used.map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(", "),
        ]);
    }
    let _ = write!(text, "{table}");
    let had = runs.iter().map(|run| run.processors.map_or("?".to_owned(), |had| format!("{had:.1}")));
    let had = had.collect::<Vec<_>>().join(", ");
    let _ = writeln!(text, "\nProcessors that were to be had at once, at the worst time of each run: {had}.");
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, version) in runs.iter().flat_map(|run| &run.versions) {
        let known = versions.entry(name).or_default();
        known.retain(|other| other != version);
        known.push(version);
    }
    let listed = versions.into_iter().map(|(name, versions)| match versions.as_slice() {
        [earlier @ .., latest] if !earlier.is_empty() => {
            format!("{name} {latest} (in earlier runs {})", earlier.join(", "))
        }
        versions => format!("{name} {}", versions.concat()),
    });
    let listed = listed.collect::<Vec<_>>().join(", ");
    if !listed.is_empty() {
        let _ = write!(text, "\nMeasured were {listed}.\n");
    }
    text
}

impl Material<'_> {
    fn targets_of(&self, workload: &str) -> impl Iterator<Item = &(&Target, Option<Finding>)> {
        self.targets.iter().filter(move |(target, _)| target.workload == workload)
    }

    /// The numbers of workers that it was measured with, and the metrics.
    fn extent(&self, workload: &str) -> (BTreeSet<usize>, BTreeSet<&str>) {
        let series = self.runs.iter().flat_map(|run| &run.results);
        let series = series.filter(|series| series.workload == workload);
        let (mut workers, mut metrics) = (BTreeSet::new(), BTreeSet::new());
        for series in series {
            workers.insert(series.workers);
            let samples = series.samples.iter();
            metrics.extend(samples.flat_map(|sample| sample.metrics.keys().map(String::as_str)));
        }
        (workers, metrics)
    }
}

/// A contender in a table: ours stands out, and what is no pool says so.
fn name(contender: &str) -> String {
    if is_ours(contender) {
        format!("**{contender}**")
    } else if is_reference(contender) {
        format!("{contender} (for reference)")
    } else {
        contender.to_owned()
    }
}

fn workers(number: usize) -> String {
    match number {
        0 => "No pool".to_owned(),
        1 => "1 worker".to_owned(),
        number => format!("{number} workers"),
    }
}
