//! The original: a Python process that is given one script after the other.

use crate::log::Log;
use crate::script::Script;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

const PROGRAM: &str = include_str!("../original.py");

/// How long a script may take altogether. The program has its own, shorter limit for each thing that it waits for.
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) struct Original {
    python: PathBuf,
    process: Option<Process>,
}

struct Process {
    child: Child,
    scripts: Option<ChildStdin>,
    logs: Receiver<String>,
}

impl Original {
    pub(crate) fn new(python: &Path) -> Original {
        Original { python: python.to_owned(), process: None }
    }

    /// Has the script run meanwhile; [`log`](Self::log) waits for what it shows.
    pub(crate) fn begin(&mut self, script: &Script) -> Result<()> {
        let process = match self.process.take() {
            Some(process) => process,
            None => Process::start(&self.python)?,
        };
        let process = self.process.insert(process);
        let scripts = process.scripts.as_mut().context("the process is ended")?;
        writeln!(scripts, "{}", serde_json::to_string(script)?).context("Python has ended")
    }

    pub(crate) fn log(&mut self) -> Result<Log> {
        let process = self.process.as_mut().context("no script was begun")?;
        match process.logs.recv_timeout(LIMIT) {
            Ok(line) => {
                let log: Log = serde_json::from_str(&line).with_context(|| format!("Python said {line}"))?;
                if log.stuck.is_some() {
                    // Threads may be left behind.
                    self.process = None;
                }
                Ok(log)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.process = None;
                Ok(Log { stuck: Some("an operation that returns".to_owned()), ..Log::default() })
            }
            Err(RecvTimeoutError::Disconnected) => bail!("Python has ended"),
        }
    }
}

impl Process {
    fn start(python: &Path) -> Result<Process> {
        let mut child = Command::new(python)
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", python.display()))?;
        let scripts = child.stdin.take();
        let stdout = child.stdout.take().expect("piped");
        let (sender, logs) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Process { child, scripts, logs })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends with its input; one that is stuck is ended by force. Nothing is left to be done if that fails.
        self.scripts = None;
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}
