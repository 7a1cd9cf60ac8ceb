//! What is printed: who takes part, and what a run has found.

use crate::contender::Role;
use crate::measure::median;
use crate::record::Series;
use crate::workloads::Workload;
use std::collections::BTreeMap;

/// The metric by which contenders are compared, if there is more than one: the first that a workload has.
const MAIN: [&str; 3] = ["time", "bytes", "cpu"];

pub(crate) fn list(workloads: &[Workload]) {
    for workload in workloads {
        println!("{}: {}", workload.name, workload.about);
        for contender in &workload.contenders {
            println!("    {} ({})", contender.name, contender.role.name());
        }
    }
}

/// The medians, and how each compares with the best peer of the same round.
pub(crate) fn print(workload: &Workload, workers: usize, series: &[Series]) {
    let metrics = |series: &Series| series.samples.first().map(|sample| sample.metrics.clone());
    let Some(metrics) = series.iter().find_map(metrics) else { return };
    let main = MAIN.into_iter().find(|metric| metrics.contains_key(*metric)).unwrap_or("time");
    let others: Vec<&str> = metrics.keys().map(String::as_str).filter(|metric| *metric != main).collect();
    let best = best_peers(workload, series, main);

    println!("\n{}, {workers} workers", workload.name);
    let heads: String = others.iter().map(|metric| format!("{metric:>13}")).collect();
    println!("{:<42}{:>9}{main:>12}{:>23}{:>8}{heads}", "contender", "n", "min-max", "ratio");
    for (contender, series) in workload.contenders.iter().zip(series) {
        let mut values = series.values(main);
        let mut ratios: Vec<f64> = series
            .samples
            .iter()
            .filter_map(|sample| Some(sample.metrics.get(main)? / best.get(&sample.round)?))
            .collect();
        let ratio = if ratios.is_empty() { "-".to_owned() } else { format!("{:.2}", median(&mut ratios)) };
        let middle = median(&mut values);
        // Sorted by now.
        let range = format!("{}-{}", digits(values[0]), digits(values[values.len() - 1]));
        let others: String = others
            .iter()
            .map(|metric| {
                let mut values = series.values(metric);
                let median = (!values.is_empty()).then(|| digits(median(&mut values)));
                format!("{:>13}", median.unwrap_or_else(|| "-".to_owned()))
            })
            .collect();
        println!("{:<42}{:>9}{:>12}{range:>23}{ratio:>8}{others}", contender.name, series.n, digits(middle));
    }
}

/// The lowest value of a peer in each round.
fn best_peers(workload: &Workload, series: &[Series], metric: &str) -> BTreeMap<usize, f64> {
    let mut best = BTreeMap::new();
    let peers = workload.contenders.iter().zip(series).filter(|(contender, _)| contender.role == Role::Peer);
    for sample in peers.flat_map(|(_, series)| &series.samples) {
        if let Some(value) = sample.metrics.get(metric) {
            best.entry(sample.round).and_modify(|best: &mut f64| *best = best.min(*value)).or_insert(*value);
        }
    }
    best
}

/// Three of them count.
fn digits(value: f64) -> String {
    let decimals = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.decimals$}")
}
