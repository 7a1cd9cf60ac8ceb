//! A run: every workload with every number of workers, and a line for the file.

use crate::args;
use crate::machine::{self, Machine};
use crate::record::{Record, Series};
use crate::rounds::{self, Plan};
use crate::workloads::{self, Workload};
use crate::{root, table};
use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;
use std::process::Command;

pub(crate) fn run(arguments: &args::Run) -> Result<()> {
    let workloads = chosen(arguments)?;
    if arguments.runs > 1 {
        return run_in_processes(arguments.runs);
    }
    let machine = Machine::here()?;
    let mut results = Vec::new();
    let mut processors = f64::INFINITY;
    for workload in &workloads {
        let plan = Plan::new(arguments, workload);
        let mut workers = workload.workers.map_or_else(|| arguments.workers.clone(), |workers| vec![workers]);
        workers.dedup();
        for workers in workers {
            eprintln!("{}, {workers} workers", workload.name);
            if !arguments.smoke {
                processors = processors.min(machine::processors()?);
            }
            let series: Vec<Series> = rounds::of(workload, workers, &plan)?;
            table::print(workload, workers, &series);
            results.extend(series);
        }
    }
    let Some(path) = file(arguments) else { return Ok(()) };
    let record = Record {
        date: machine::today(),
        commit: machine::commit()?,
        machine,
        versions: machine::versions()?,
        rounds: arguments.rounds,
        processors,
        results,
    };
    record.append_to(&path).with_context(|| path.display().to_string())?;
    println!("added to {}", path.display());
    Ok(())
}

/// The workloads that were asked for, with those who are to take part.
fn chosen(arguments: &args::Run) -> Result<Vec<Workload>> {
    ensure!(arguments.workers.iter().all(|workers| *workers > 0), "0 workers are no pool");
    ensure!(arguments.rounds > 0, "0 rounds measure nothing");
    let mut workloads = workloads::all();
    for name in &arguments.workloads {
        if !workloads.iter().any(|workload| workload.is_called(name)) {
            bail!("no workload is called {name}; `list` has them all");
        }
    }
    let (names, contenders) = (&arguments.workloads, &arguments.contenders);
    workloads.retain(|workload| names.is_empty() || names.iter().any(|name| workload.is_called(name)));
    for workload in &mut workloads {
        workload.contenders.retain(|contender| {
            contenders.is_empty() || contenders.iter().any(|part| contender.name.contains(part))
        });
    }
    workloads.retain(|workload| !workload.contenders.is_empty());
    ensure!(!workloads.is_empty(), "nobody by that name takes part in them");
    Ok(workloads)
}

/// Each with the same arguments but for the number of runs: what a process did before can show in what it does next.
fn run_in_processes(runs: usize) -> Result<()> {
    for run in 1..=runs {
        eprintln!("run {run} of {runs}");
        // Of that option the last holds.
        let mut command = Command::new(std::env::current_exe()?);
        let arguments = std::env::args_os().skip(1).skip_while(|argument| argument == "run");
        command.arg("run").args(arguments).arg("--runs=1");
        let status = command.status()?;
        ensure!(status.success(), "run {run} failed");
    }
    Ok(())
}

/// Where it is kept, if it is.
fn file(arguments: &args::Run) -> Option<PathBuf> {
    let kept = !arguments.smoke && !arguments.quick;
    let default = kept.then(|| root().join("docs/benchmarks/runs.jsonl"));
    arguments.out.clone().filter(|_| !arguments.smoke).or(default)
}
