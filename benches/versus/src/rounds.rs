//! The rounds of one workload: in each, every contender once, and another begins.

use crate::apart;
use crate::args;
use crate::contender::{Case, Contender};
use crate::measure::{Sample, threads};
use crate::record::{Round, Series};
use crate::workloads::Workload;
use anyhow::{Context, Result};

/// What a sample of a slow contender may take, in nanoseconds.
const BUDGET: f64 = 120e6;

/// No more than so many times what was tried: what takes long with few may take longer with many.
const STEP: usize = 16;

/// How much is done of a workload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many items, for those who are fast enough.
    n: usize,
    rounds: usize,
    /// Whether slow contenders get fewer, which is found out in a round that does not count.
    calibrates: bool,
}

impl Plan {
    pub(crate) fn new(arguments: &args::Run, workload: &Workload) -> Plan {
        let rounds = workload.rounds.unwrap_or(usize::MAX).min(arguments.rounds);
        match (arguments.smoke, arguments.quick) {
            (true, _) => Plan { n: workload.n.div_ceil(1000), rounds: 1, calibrates: false },
            (_, true) => Plan { n: workload.n.div_ceil(10), rounds, calibrates: workload.scales },
            _ => Plan { n: workload.n, rounds, calibrates: workload.scales },
        }
    }
}

/// What the contenders needed, in the order of the workload.
pub(crate) fn of(workload: &Workload, workers: usize, plan: &Plan) -> Result<Vec<Series>> {
    let contenders = &workload.contenders;
    let mut sizes = vec![plan.n; contenders.len()];
    if plan.calibrates {
        for (size, contender) in sizes.iter_mut().zip(contenders) {
            *size = affordable(workload, contender, workers, plan.n)?;
        }
    }
    let mut samples = vec![Vec::new(); contenders.len()];
    for round in 0..plan.rounds {
        for turn in 0..contenders.len() {
            let index = (turn + round) % contenders.len();
            let sample = sample(workload, &contenders[index], Case { workers, n: sizes[index] })?;
            sizes[index] = sample.n;
            samples[index].push(Round { round, metrics: sample.metrics });
        }
    }
    let series = contenders.iter().zip(samples).zip(sizes).map(|((contender, samples), n)| Series {
        workload: workload.name.clone(),
        workers,
        contender: contender.name.clone(),
        n,
        samples,
    });
    Ok(series.collect())
}

/// How many items, `n` at most, fit into what a sample may take. To find out is the round that warms up.
fn affordable(workload: &Workload, contender: &Contender, workers: usize, n: usize) -> Result<usize> {
    let fitting = |tried: usize| -> Result<usize> {
        let time = sample(workload, contender, Case { workers, n: tried })?.metrics["time"];
        Ok((BUDGET / time) as usize)
    };
    let mut tried = n.div_ceil(STEP * STEP);
    loop {
        let mut fits = fitting(tried)?;
        if fits < n {
            // Once more: something else on this machine may have been in the way.
            fits = fits.max(fitting(tried)?);
        }
        let next = n.min(fits).min(tried * STEP).max(1);
        // Near enough, or as many as there can be.
        if next <= tried + tried / 4 {
            return Ok(next);
        }
        tried = next;
    }
}

fn sample(workload: &Workload, contender: &Contender, case: Case) -> Result<Sample> {
    if contender.is_apart {
        return apart::ask(workload, contender, case)
            .with_context(|| format!("{} at {}", contender.name, workload.name));
    }
    let threads = threads::count();
    let sample = (contender.run)(case);
    threads::await_at_most(threads);
    Ok(sample)
}
