//! What the tests of the download program need: the program, a server that misbehaves, and an end to both.

use earnest_testing::example;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Far above what any of the tests takes, so that only a hang gets there.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program under test while it runs. Dropped, it is killed.
pub(crate) struct Program {
    child: Child,
    // Not pipes: those would have to be read all the time, for the program not to wait.
    output: TempDir,
}

/// What has come of the program.
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Starts the program, which saves to `out`.
pub(crate) fn start<S: AsRef<str>>(out: &Path, args: impl IntoIterator<Item = S>) -> Program {
    let output = TempDir::new().unwrap();
    let file = |name| File::create(output.path().join(name)).unwrap();
    let mut command = Command::new(example("download"));
    command.arg("--out").arg(out).args(args.into_iter().map(|arg| arg.as_ref().to_owned()));
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let child = command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap();
    Program { child, output }
}

/// Runs the program to its end.
pub(crate) fn run<S: AsRef<str>>(out: &Path, args: impl IntoIterator<Item = S>) -> Ended {
    start(out, args).end()
}

impl Program {
    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(self.output.path().join("stdout")).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.output.path().join("stderr")).unwrap()
    }

    #[cfg(unix)]
    pub(crate) fn press_ctrl_c(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    }

    pub(crate) fn end(mut self) -> Ended {
        let mut status = None;
        eventually("the program ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        Ended { status: status.unwrap().code(), stdout: self.stdout(), stderr: self.stderr() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail where it has ended, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `so`, and panics if it takes for ever.
pub(crate) fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "not so in {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The names in a folder, sorted; none if there is no folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// How the misbehaving server answers a request.
pub(crate) struct Reply {
    pub(crate) delay: Duration,
    pub(crate) body: String,
    /// What it says that the length of the body is, if it says anything.
    pub(crate) announced: Option<usize>,
    /// Keeps the connection open after the body.
    pub(crate) stalls: bool,
}

impl Reply {
    pub(crate) fn whole(body: impl Into<String>) -> Self {
        let body = body.into();
        Self { delay: Duration::ZERO, announced: Some(body.len()), body, stalls: false }
    }
}

/// Answers each path as `reply` says, until the test's process ends.
pub(crate) fn serve(reply: impl Fn(&str) -> Reply + Copy + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map(Result::unwrap) {
            // A client that hangs up is none of the test's business.
            thread::spawn(move || drop(answer(stream, reply)));
        }
    });
    address
}

fn answer(mut stream: TcpStream, reply: impl Fn(&str) -> Reply) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or(Ok(String::new()))?;
    for line in &mut lines {
        if line?.is_empty() {
            break;
        }
    }
    let Reply { delay, body, announced, stalls } = reply(first.split(' ').nth(1).unwrap_or_default());
    thread::sleep(delay);
    let length = announced.map_or(String::new(), |n| format!("Content-Length: {n}\r\n"));
    write!(stream, "HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n{body}")?;
    if stalls {
        // Ends when the client hangs up.
        lines.next();
    }
    Ok(())
}
