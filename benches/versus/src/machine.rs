//! What was measured on, and what was measured.

use crate::pools::python;
use crate::root;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    cpu: String,
    cores: usize,
    memory_gib: f64,
    os: String,
    rustc: &'static str,
    allocator: &'static str,
}

impl Machine {
    /// This one. What the system does not say is left empty.
    pub(crate) fn here() -> Result<Machine> {
        let cpu = field("/proc/cpuinfo", "model name").unwrap_or_default();
        let kibibytes = field("/proc/meminfo", "MemTotal");
        let kibibytes = kibibytes.and_then(|said| said.trim_end_matches(" kB").parse::<f64>().ok());
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let release: Vec<&str> = release.trim().splitn(3, '.').take(2).collect();
        let os = format!("{} {}", std::env::consts::OS, release.join("."));
        Ok(Machine {
            cpu,
            cores: thread::available_parallelism()?.get(),
            memory_gib: (kibibytes.unwrap_or_default() / f64::from(1 << 20)).round(),
            os: os.replace("linux", "Linux"),
            rustc: env!("RUSTC_VERSION"),
            allocator: if cfg!(target_env = "gnu") { "glibc malloc" } else { "the system's" },
        })
    }
}

/// How many processors' worth of work is done at once: others may be using them, or whatever this machine runs on. Waits a
/// little for all of them to be there.
pub(crate) fn processors() -> Result<f64> {
    let cores = thread::available_parallelism()?.get();
    let mut most = 0_f64;
    for _ in 0..TRIES {
        let alone = work().min(work());
        let begun = Instant::now();
        thread::scope(|s| (0..cores).for_each(|_| _ = s.spawn(work)));
        let had = cores as f64 * alone.as_secs_f64() / begun.elapsed().as_secs_f64();
        most = most.max(had.min(cores as f64));
        if most > ENOUGH * cores as f64 {
            break;
        }
        thread::sleep(Duration::from_millis(500));
    }
    Ok(most)
}

const TRIES: usize = 10;
const ENOUGH: f64 = 0.9;

/// Some tens of milliseconds: threads need some to come to be on different processors.
fn work() -> Duration {
    let begun = Instant::now();
    black_box((0..20_000_000_u64).fold(0, |sum, n| black_box(sum ^ n)));
    begun.elapsed()
}

/// What a file of lines such as `name: value` says of a name first.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let (_, value) =
        text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name)?;
    Some(value.trim().to_owned())
}

pub(crate) fn today() -> String {
    jiff::Timestamp::now().strftime("%F").to_string()
}

/// The commit, with a `+` if the sources that are measured are not those of it.
pub(crate) fn commit() -> Result<String> {
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--", "crates", "benches/versus"])?;
    Ok(if changed.is_empty() { commit } else { format!("{commit}+") })
}

fn git(arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").args(arguments).current_dir(root()).output().context("git")?;
    anyhow::ensure!(output.status.success(), "git {arguments:?} failed");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The peers, and what is no peer but makes up how they are used.
const PACKAGES: [&str; 14] = [
    "async-executor",
    "async-oneshot",
    "blocking",
    "chili",
    "crossbeam-channel",
    "executors",
    "forte",
    "futures",
    "oneshot",
    "rayon",
    "rusty_pool",
    "scoped_threadpool",
    "threadpool",
    "tokio",
];

pub(crate) fn versions() -> Result<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let lock: Lock = toml::from_str(include_str!("../Cargo.lock")).context("Cargo.lock")?;
    let peers = lock.package.into_iter().filter(|package| PACKAGES.contains(&package.name.as_str()));
    let python = python::version().map(|version| ("CPython".to_owned(), version.to_owned()));
    Ok(peers.map(|package| (package.name, package.version)).chain(python).collect())
}
