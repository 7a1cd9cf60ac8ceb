//! Running other programs: with a time limit, and several at once.

use anyhow::Result;
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) end: End,
    /// What it wrote, standard output before standard error.
    pub(crate) output: String,
    pub(crate) took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Succeeded,
    Failed,
    /// It ran out of time and was killed.
    TimedOut,
}

/// The same, with what it wrote kept apart.
#[derive(Debug)]
pub(crate) struct Apart {
    pub(crate) end: End,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// Runs `command` to its end, or until `limit` has passed.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<Finished> {
    let Apart { end, stdout, stderr, took } = run_apart(command, limit)?;
    Ok(Finished { end, output: stdout + &stderr, took })
}

/// [`run_within`] for who wants to know what went to standard output.
pub(crate) fn run_apart(command: &mut Command, limit: Duration) -> Result<Apart> {
    let began = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (mut stdout, mut stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    thread::scope(|scope| {
        // Both pipes are emptied while the program runs: a full one would stop it.
        let written = scope.spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).map(|_| bytes)
        });
        let complained = scope.spawn(move || {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).map(|_| bytes)
        });
        let end = loop {
            if let Some(status) = child.try_wait()? {
                break if status.success() { End::Succeeded } else { End::Failed };
            }
            if began.elapsed() > limit {
                child.kill()?;
                child.wait()?;
                break End::TimedOut;
            }
            thread::sleep(Duration::from_millis(5));
        };
        let took = began.elapsed();
        let [stdout, stderr] = [written, complained].map(|reader| {
            let bytes = reader.join().expect("reading does not panic")?;
            anyhow::Ok(String::from_utf8_lossy(&bytes).into_owned())
        });
        Ok(Apart { end, stdout: stdout?, stderr: stderr?, took })
    })
}

/// Applies `f` to each item, as many at once as there are processors. The results keep the items' order.
pub(crate) fn each<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
            scope.spawn(|| {
                // ORDERING: Relaxed, as the counter only hands out numbers.
                while let Some((index, item)) =
                    Some(next.fetch_add(1, Relaxed)).and_then(|n| Some((n, items.get(n)?)))
                {
                    let result = f(item);
                    results.lock().expect("nobody panics under this lock").push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("nobody panics under this lock");
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order() {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn output_is_captured() {
        let finished = run_within(Command::new("rustc").arg("-V"), Duration::from_secs(60)).unwrap();
        assert_eq!(finished.end, End::Succeeded);
        assert!(finished.output.starts_with("rustc "));
    }

    #[test]
    fn standard_error_is_kept_apart() {
        let finished =
            run_apart(Command::new("rustc").arg("--no-such-option"), Duration::from_secs(60)).unwrap();
        assert_eq!((finished.end, &*finished.stdout), (End::Failed, ""));
        assert!(finished.stderr.contains("no-such-option"), "{}", finished.stderr);
    }
}
