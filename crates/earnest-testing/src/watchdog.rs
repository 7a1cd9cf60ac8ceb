//! Hangs made visible: the process aborts, and says what each of its threads was doing.

use crate::threads;
use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long a watched test may take. It decides nothing but when to give up on a hang.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Runs `test`, and aborts the process if it does not return: see [`watched_for`].
pub fn watched<R>(name: &str, test: impl FnOnce() -> R) -> R {
    watched_for(PATIENCE, name, test)
}

/// Runs `test`; should it take longer than `patience`, prints `name` and the state of every thread to standard error,
/// and aborts the process. A test that hangs cannot be ended otherwise, and a continuous integration that waits for
/// hours says less.
///
/// # Panics
///
/// With the panic of `test`.
pub fn watched_for<R>(patience: Duration, name: &str, test: impl FnOnce() -> R) -> R {
    // Miri finds a deadlock itself, and has neither time nor `/proc`.
    if cfg!(miri) {
        return test();
    }
    let (ended, end) = channel::<()>();
    let (begins, begun) = channel::<()>();
    let watched = std::thread::current().name().unwrap_or("(unnamed)").to_owned();
    let name = name.to_owned();
    let watch = move || {
        drop(begins);
        if end.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            give_up(&format!("{name}, on thread {watched:?}, has not ended within {patience:?}"));
        }
    };
    let watcher = std::thread::Builder::new().name("watchdog".to_owned()).spawn(watch).expect("a thread");
    // So that `test` may fork: see `alone`.
    let _it_has_begun = begun.recv();
    let result = test();
    // Not reached by a panic, which drops `ended` just as well.
    drop(ended);
    watcher.join().expect("the watcher does not panic");
    result
}

/// Says why, and what each thread is doing, and aborts. Past the harness, which keeps what tests print until they end.
pub(crate) fn give_up(why: &str) -> ! {
    let said = format!("watchdog: {why}. Threads:\n{}", threads::states());
    let _nobody_listens = std::io::stderr().write_all(said.as_bytes());
    std::process::abort()
}
