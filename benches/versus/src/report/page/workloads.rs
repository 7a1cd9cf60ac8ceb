//! One workload: who took how long, with how many workers.

use super::{MISSING, Material, name, summary, workers};
use crate::report::contender::{OURS, is_ours, is_python, is_reference};
use crate::report::figures::{Unit, called, ratio, thousands};
use crate::report::plot::{Dots, Mark, Panel, Row};
use crate::report::rounds::{Against, Rounds};
use crate::report::statistics::{median, pooled, range};
use crate::report::table::Table;
use crate::report::targets::{BEST, Kind, Workload};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What was measured is listed in this order, and what is not named here after it.
const METRICS: [&str; 6] = ["time", "p99", "cpu", "allocations", "bytes", "switches"];

pub(super) fn write(material: &Material<'_>, workload: &Workload, has_plot: bool) -> String {
    let mut text = format!("### {}\n\n", workload.title);
    if !workload.what.is_empty() {
        let _ = write!(text, "{}\n\n", workload.what.trim());
    }
    let (numbers, metrics) = material.extent(&workload.name);
    if numbers.is_empty() {
        let _ = writeln!(text, "Not measured.");
        return text;
    }
    let mut others: Vec<&str> = metrics.into_iter().filter(|metric| *metric != workload.metric).collect();
    others.sort_by_key(|metric| METRICS.iter().position(|known| known == metric).unwrap_or(METRICS.len()));
    for number in numbers {
        let _ = write!(text, "**{}**\n\n{}\n", workers(number), table(material, workload, number, &others));
    }
    if has_plot {
        let _ = writeln!(text, "![{}](benchmarks/{})", workload.title, file(workload));
    }
    let limits = summary::limits(material.targets_of(&workload.name));
    if !limits.is_empty() {
        let _ = write!(text, "\n{limits}");
    }
    text
}

/// Contenders with their medians, the best first; Python's have a table of their own.
fn ranking(rounds: &Rounds) -> Vec<(&str, f64)> {
    let medians = rounds.contenders().into_iter().filter(|contender| !is_python(contender));
    let mut ranking: Vec<_> = medians
        .filter_map(|contender| Some((contender, median(&pooled(&rounds.values(contender)))?)))
        .collect();
    ranking.sort_by(|a, b| a.1.total_cmp(&b.1));
    ranking
}

fn table(material: &Material<'_>, workload: &Workload, number: usize, others: &[&str]) -> Table {
    let rounds = Rounds::of(material.runs, &workload.name, number, &workload.metric);
    let ranking = ranking(&rounds);
    let unit = Unit::of(&workload.metric, ranking.first().map_or(0.0, |(_, least)| *least));
    let others: Vec<(&str, Rounds, Unit)> = others
        .iter()
        .map(|metric| {
            let rounds = Rounds::of(material.runs, &workload.name, number, metric);
            let least = self::ranking(&rounds).first().map_or(0.0, |(_, least)| *least);
            (*metric, rounds, Unit::of(metric, least))
        })
        .collect();
    let sizes = sizes(material, workload, number);
    // Slow contenders got fewer items: that is to be seen.
    let sizes_differ = ranking.iter().any(|(contender, _)| sizes.get(contender) != sizes.get(ranking[0].0));

    let mut headings =
        vec!["contender".to_owned(), format!(">{}", heading(workload, unit)), ">min–max".to_owned()];
    headings.extend(others.iter().map(|(metric, _, unit)| format!(">{}", unit.heading(called(metric)))));
    headings.push(">ratio to the best peer".to_owned());
    headings.extend(sizes_differ.then(|| ">items".to_owned()));
    let mut table = Table::new(headings);
    for (contender, middle) in ranking {
        let values = pooled(&rounds.values(contender));
        let extremes = range(values.iter().copied())
            .map(|range| format!("{}–{}", unit.figure(range.low), unit.figure(range.high)));
        let mut cells = vec![name(contender), unit.figure(middle), extremes.unwrap_or_default()];
        cells.extend(others.iter().map(|(_, rounds, unit)| {
            let middle = median(&pooled(&rounds.values(contender)));
            middle.map_or_else(String::new, |middle| unit.figure(middle))
        }));
        let ratios = pooled(&rounds.ratios(contender, Against::BestPeer));
        let bold = if contender == OURS { "**" } else { "" };
        cells.push(
            median(&ratios).map_or_else(String::new, |middle| format!("{bold}{}{bold}", ratio(middle))),
        );
        cells.extend(
            sizes_differ.then(|| sizes.get(contender).map_or_else(String::new, |size| thousands(*size))),
        );
        table.row(cells);
    }
    for peer in absent(material, workload, number, &rounds) {
        let mut cells = vec![peer.to_owned(), MISSING.to_owned()];
        cells.resize(4 + others.len() + usize::from(sizes_differ), String::new());
        table.row(cells);
    }
    table
}

/// Those that a target names, and that were not measured.
fn absent<'a>(
    material: &'a Material<'_>,
    workload: &'a Workload,
    number: usize,
    rounds: &Rounds,
) -> BTreeSet<&'a str> {
    let measured = rounds.contenders();
    let targets = material.targets_of(&workload.name).map(|(target, _)| target);
    let here = targets.filter(|target| target.kind == Kind::Ratio && target.workers == number);
    let named = here.map(|target| target.against.as_str()).filter(|name| *name != BEST);
    named.filter(|name| !measured.contains(name)).collect()
}

/// How many items a sample has, in the latest run.
fn sizes<'a>(material: &'a Material<'_>, workload: &Workload, number: usize) -> BTreeMap<&'a str, u64> {
    let series = material.runs.iter().flat_map(|run| &run.results);
    let series = series.filter(|series| series.workload == workload.name && series.workers == number);
    series.map(|series| (series.contender.as_str(), series.n)).collect()
}

fn heading(workload: &Workload, unit: Unit) -> String {
    unit.heading(&format!("{} per {}", called(&workload.metric), workload.item))
}

fn file(workload: &Workload) -> String {
    format!("{}.svg", workload.name)
}

/// With the name of its file.
pub(super) fn plot(material: &Material<'_>, workload: &Workload) -> Result<Option<(String, String)>> {
    let (numbers, _) = material.extent(&workload.name);
    // In the order of two workers, which is what most targets are about.
    let Some(leading) = numbers.iter().find(|number| **number == 2).or(numbers.first()) else {
        return Ok(None);
    };
    let measured: BTreeMap<usize, Rounds> = numbers
        .iter()
        .map(|number| (*number, Rounds::of(material.runs, &workload.name, *number, &workload.metric)))
        .collect();
    let mut names: Vec<&str> =
        ranking(&measured[leading]).into_iter().map(|(contender, _)| contender).collect();
    for rounds in measured.values() {
        for (contender, _) in ranking(rounds) {
            if !names.contains(&contender) {
                names.push(contender);
            }
        }
    }
    let least =
        measured.values().filter_map(|rounds| Some(ranking(rounds).first()?.1)).fold(f64::MAX, f64::min);
    let unit = Unit::of(&workload.metric, least);
    let panels = measured.iter().map(|(number, rounds)| Panel {
        heading: workers(*number),
        marks: names.iter().map(|name| mark(rounds, name, unit)).collect(),
    });
    let row =
        |name: &&str| Row { name: (*name).to_owned(), ours: is_ours(name), reference: is_reference(name) };
    let dots = Dots {
        title: workload.title.clone(),
        axis: heading(workload, unit),
        rows: names.iter().map(row).collect(),
        panels: panels.collect(),
    };
    Ok(dots.draw()?.map(|svg| (file(workload), svg)))
}

fn mark(rounds: &Rounds, contender: &str, unit: Unit) -> Option<Mark> {
    let values = pooled(&rounds.values(contender));
    let range = range(values.iter().copied())?;
    let median = median(&values)?;
    Some(Mark { low: unit.scaled(range.low), median: unit.scaled(median), high: unit.scaled(range.high) })
}
