//! Samples in a process of their own, for contenders that have one pool for the whole process, or that cannot end theirs.

use crate::args;
use crate::contender::{Case, Contender};
use crate::measure::Sample;
use crate::workloads::{self, Workload};
use anyhow::{Context, Result, ensure};
use std::process::{Command, Stdio};

/// Has another process take a sample.
pub(crate) fn ask(workload: &Workload, contender: &Contender, case: Case) -> Result<Sample> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("sample").arg(format!("--workload={}", workload.name));
    command.arg(format!("--contender={}", contender.name));
    command.arg(format!("--workers={}", case.workers)).arg(format!("--n={}", case.n));
    // How the pool of the crate of that name is told its size.
    command.env("BLOCKING_MAX_THREADS", case.workers.to_string());
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "it failed: {}", output.status);
    serde_json::from_slice(&output.stdout).context("it said something unexpected")
}

/// Takes a sample here, and says it.
pub(crate) fn sample(arguments: &args::Sample) -> Result<()> {
    let all = workloads::all();
    let workload = all.iter().find(|workload| workload.name == arguments.workload);
    let contenders = workload.map_or(&[][..], |workload| &workload.contenders);
    let contender = contenders.iter().find(|contender| contender.name == arguments.contender);
    let contender = contender.context("nobody by that name takes part")?;
    let sample = (contender.run)(Case { workers: arguments.workers, n: arguments.n });
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}
