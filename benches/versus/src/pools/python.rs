//! CPython's own `concurrent.futures`, by a script. It is no peer: its threads take turns, and its closures are Python's.

use crate::contender::{Case, Contender};
use crate::measure::Sample;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

const SCRIPT: &str = include_str!("python/pool.py");

/// Which Python there is, if there is one.
pub(crate) fn version() -> Option<&'static str> {
    static VERSION: LazyLock<Option<String>> = LazyLock::new(|| {
        let output = Command::new("python3").arg("--version").output().ok()?;
        let said = String::from_utf8(output.stdout).ok()?;
        Some(said.trim().strip_prefix("Python ")?.to_owned())
    });
    VERSION.as_deref()
}

/// Takes part where there is a Python.
pub(crate) fn contender(run: fn(Case) -> Sample) -> Option<Contender> {
    version().map(|_| Contender::reference("CPython", run))
}

pub(crate) fn submit_collect(case: Case) -> Sample {
    ask("submit_collect", case)
}

pub(crate) fn round_trip(case: Case) -> Sample {
    ask("round_trip", case)
}

pub(crate) fn map_cheap(case: Case) -> Sample {
    ask("map_cheap", case)
}

pub(crate) fn as_completed(case: Case) -> Sample {
    ask("as_completed", case)
}

fn ask(workload: &str, case: Case) -> Sample {
    let mut command = Command::new("python3");
    command.args(["-c", SCRIPT, workload]).args([case.workers.to_string(), case.n.to_string()]);
    let output = command.stderr(Stdio::inherit()).output().expect("it was there before");
    assert!(output.status.success(), "python3: {}", output.status);
    serde_json::from_slice(&output.stdout).expect("it says a sample")
}
