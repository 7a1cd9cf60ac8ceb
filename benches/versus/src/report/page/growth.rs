//! What an item costs, by how many there are.

use super::{Material, name, summary, workers};
use crate::report::contender::{is_ours, is_python};
use crate::report::figures::{Unit, ratio, thousands};
use crate::report::plot::{Curves, Line};
use crate::report::rounds::{GROWTH, Rounds, sizes};
use crate::report::statistics::{median, pooled};
use crate::report::table::Table;
use crate::report::targets::Workload;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// By the number of workers, the name of its file and what is in it.
type Plots = BTreeMap<usize, (String, String)>;

pub(super) fn write(material: &Material<'_>, workload: &Workload, plots: &Plots) -> String {
    let mut text = format!("### {}\n\n", workload.title);
    if !workload.what.is_empty() {
        let _ = write!(text, "{}\n\n", workload.what.trim());
    }
    let numbers = numbers(material, workload);
    if numbers.is_empty() {
        let _ = writeln!(text, "Not measured.");
        return text;
    }
    for number in numbers {
        let _ = write!(text, "**{}**\n\n{}\n", workers(number), table(material, workload, number));
        if let Some((file, _)) = plots.get(&number) {
            let _ = writeln!(text, "![{}, {}](benchmarks/{file})", workload.title, workers(number));
        }
    }
    let limits = summary::limits(material.targets_of(&workload.name));
    if !limits.is_empty() {
        let _ = write!(text, "\n{limits}");
    }
    text
}

fn numbers(material: &Material<'_>, workload: &Workload) -> BTreeSet<usize> {
    let sizes = sizes(material.runs, &workload.name).into_iter();
    sizes.flat_map(|size| material.extent(&format!("{}/{size}", workload.name)).0).collect()
}

/// The median times of each contender by size, the one with the least at the greatest size first.
fn curves(material: &Material<'_>, workload: &Workload, number: usize) -> Vec<(String, BTreeMap<u64, f64>)> {
    let mut curves: BTreeMap<String, BTreeMap<u64, f64>> = BTreeMap::new();
    for size in sizes(material.runs, &workload.name) {
        let rounds = Rounds::of(material.runs, &format!("{}/{size}", workload.name), number, "time");
        for contender in rounds.contenders().into_iter().filter(|contender| !is_python(contender)) {
            if let Some(time) = median(&pooled(&rounds.values(contender))) {
                curves.entry(contender.to_owned()).or_default().insert(size, time);
            }
        }
    }
    let mut curves: Vec<_> = curves.into_iter().collect();
    let key =
        |times: &BTreeMap<u64, f64>| times.last_key_value().map_or((0, 0.0), |(size, time)| (*size, *time));
    curves.sort_by(|(_, a), (_, b)| {
        let (a, b) = (key(a), key(b));
        b.0.cmp(&a.0).then(a.1.total_cmp(&b.1))
    });
    curves
}

fn table(material: &Material<'_>, workload: &Workload, number: usize) -> Table {
    let curves = curves(material, workload, number);
    let sizes: BTreeSet<u64> = curves.iter().flat_map(|(_, times)| times.keys().copied()).collect();
    let least = curves.iter().flat_map(|(_, times)| times.values().copied()).fold(f64::MAX, f64::min);
    let unit = Unit::of("time", least);
    let growths = Rounds::of(material.runs, &workload.name, number, GROWTH);

    let mut headings = vec![unit.heading(&format!("time per {}", workload.item))];
    headings.extend(sizes.iter().map(|size| format!(">of {}", thousands(*size))));
    headings.push(">growth".to_owned());
    let mut table = Table::new(headings);
    for (contender, times) in &curves {
        let mut cells = vec![name(contender)];
        cells.extend(
            sizes.iter().map(|size| times.get(size).map_or_else(String::new, |time| unit.figure(*time))),
        );
        let growth = median(&pooled(&growths.values(contender)));
        cells.push(growth.map_or_else(String::new, |growth| format!("{}×", ratio(growth))));
        table.row(cells);
    }
    table
}

pub(super) fn plots(material: &Material<'_>, workload: &Workload) -> Result<Plots> {
    let mut plots = Plots::new();
    for number in numbers(material, workload) {
        let curves = curves(material, workload, number);
        let least = curves.iter().flat_map(|(_, times)| times.values().copied()).fold(f64::MAX, f64::min);
        let unit = Unit::of("time", least);
        let line = |(contender, times): &(String, BTreeMap<u64, f64>)| Line {
            name: contender.clone(),
            ours: is_ours(contender),
            points: times.iter().map(|(size, time)| (*size as f64, unit.scaled(*time))).collect(),
        };
        let curves = Curves {
            title: format!("{}, {}", workload.title, workers(number)),
            below: "Medians of all rounds. Lower is better, and level is best.".to_owned(),
            x: format!("{}s, logarithmic", workload.item),
            y: unit.heading(&format!("time per {}", workload.item)),
            lines: curves.iter().map(line).collect(),
        };
        if let Some(svg) = curves.draw()? {
            plots.insert(number, (format!("{}-{number}.svg", workload.name), svg));
        }
    }
    Ok(plots)
}
