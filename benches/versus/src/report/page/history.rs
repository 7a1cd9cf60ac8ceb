//! Every run by itself, so that none is lost among the others.

use super::Material;
use super::summary::{figure, named};
use crate::report::table::Table;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// So many runs stand side by side.
const ABREAST: usize = 10;

pub(super) fn write(material: &Material<'_>) -> String {
    let mut text = "## All runs\n\n".to_owned();
    if material.runs.is_empty() {
        return text + "Not measured yet.\n";
    }
    let mut table = Table::new([">run", "date", "commit", ">rounds", ">workloads"]);
    for (number, run) in (1..).zip(material.runs) {
        let workloads: BTreeSet<&str> = run.results.iter().map(|series| series.workload.as_str()).collect();
        table.row([
            number.to_string(),
            run.date.clone(),
            format!("`{}`", run.commit),
            run.rounds.to_string(),
            workloads.len().to_string(),
        ]);
    }
    let _ = write!(text, "{table}\nThe median of each target, run by run:\n");
    let runs: Vec<usize> = (0..material.runs.len()).collect();
    for runs in runs.chunks(ABREAST) {
        let numbers = runs.iter().map(|run| format!(">{}", run + 1));
        let headings = ["target".to_owned(), ">workers".to_owned(), "against".to_owned()];
        let mut table = Table::new(headings.into_iter().chain(numbers));
        for (target, finding) in &material.targets {
            let medians = finding.as_ref().map(|finding| finding.by_run()).unwrap_or_default();
            let cells = runs.iter().map(|run| {
                let median = medians.get(*run).copied().flatten();
                median.map_or_else(|| "–".to_owned(), |median| figure(target, median))
            });
            table.row(named(target).into_iter().chain(cells));
        }
        let _ = write!(text, "\n{table}");
    }
    text
}
