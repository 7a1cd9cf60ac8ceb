//! Runs a program of tests until the first has failed, or hangs: of a mutant nothing more is to be known.

use anyhow::Result;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    program: OsString,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// What is printed where the tests hang.
pub(super) const HANGS: &str = "no thread has run for 10 seconds";
/// What the harness says of a test that takes that long.
pub(super) const SLOW: &str = " has been running for over 60 seconds";

/// So often is looked, once a second. No test sleeps as long.
const LOOKS: u32 = 10;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut child =
        Command::new(&arguments.program).args(&arguments.arguments).stdout(Stdio::piped()).spawn()?;
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    let (tell, told) = channel();
    thread::spawn(move || stdout.split(b'\n').map_while(Result::ok).try_for_each(|line| tell.send(line)));
    let (mut seen, mut n_alike) = (None, 0);
    loop {
        match told.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => {
                let line = String::from_utf8_lossy(&line).into_owned();
                println!("{line}");
                n_alike = 0;
                if line.starts_with("test ") && [" ... FAILED", SLOW].iter().any(|end| line.ends_with(end)) {
                    child.kill()?;
                    break;
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                let now = ticks_asleep();
                n_alike = if now.is_some() && now == seen { n_alike + 1 } else { 0 };
                seen = now;
                if n_alike == LOOKS {
                    println!("{HANGS}");
                    child.kill()?;
                    break;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child.wait()?;
    if !status.success() {
        // As cargo would say it, which knows this program only.
        println!("{}: {status}", arguments.program.display());
    }
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How long the processes of this group, but for this one, have run, if all of their threads sleep. A test may have a
/// process of its own.
fn ticks_asleep() -> Option<u64> {
    let group = Stat::read(Path::new("/proc/self"))?.group;
    let own = std::process::id();
    let mut ticks = 0;
    for process in fs::read_dir("/proc").ok()?.filter_map(Result::ok) {
        // By its number, as this one has another name as well.
        let number = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        // One that has gone meanwhile has no such file.
        let stat = number.filter(|number| *number != own).and_then(|_| Stat::read(&process.path()));
        let Some(stat) = stat.filter(|stat| stat.group == group) else { continue };
        ticks += stat.ticks;
        for thread in fs::read_dir(process.path().join("task")).ok()?.filter_map(Result::ok) {
            if Stat::read(&thread.path()).is_some_and(|stat| stat.state != "S") {
                return None;
            }
        }
    }
    Some(ticks)
}

/// A part of `/proc/*/stat`.
struct Stat {
    state: String,
    group: String,
    ticks: u64,
}

impl Stat {
    fn read(folder: &Path) -> Option<Stat> {
        parse(&fs::read_to_string(folder.join("stat")).ok()?)
    }
}

fn parse(stat: &str) -> Option<Stat> {
    // The name is in parentheses, and may have any in it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    let (state, group) = (fields.first()?.to_string(), fields.get(2)?.to_string());
    Some(Stat { state, group, ticks: number(11)? + number(12)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_of_a_process_is_found() {
        let stat = parse("7 (a) b) S 1 42 3 0 -1 0 1 2 3 4 50 6 0 0 20 0 9 0 11 12\n").unwrap();
        assert_eq!((&*stat.state, &*stat.group, stat.ticks), ("S", "42", 56));
    }
}
