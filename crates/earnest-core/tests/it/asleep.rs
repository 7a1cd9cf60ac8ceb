//! Threads that are known to wait before what they wait for comes about.

use std::sync::mpsc::channel;
use std::thread::JoinHandle;

/// Runs `wait`, which is expected to block, on a thread of its own, and returns when it does, as far as that can be
/// seen.
///
/// What a test claims must hold however early this returns: it only makes the case that is meant the one that is met.
pub(crate) fn blocked_in<R: Send + 'static>(wait: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    let (told, tell) = channel();
    let thread = std::thread::spawn(move || {
        told.send(own_status()).unwrap();
        wait()
    });
    let status = tell.recv().unwrap();
    // Looking again is bounded only by the test's watchdog: a wait that does not block ends the thread instead.
    while !thread.is_finished() && !sleeps(status.as_deref()) {
        std::thread::yield_now();
    }
    thread
}

/// The file in which the system says what this thread does, where there is one.
fn own_status() -> Option<String> {
    if cfg!(miri) {
        return None;
    }
    let own = std::fs::read_link("/proc/thread-self").ok()?;
    Some(format!("/proc/{}/status", own.display()))
}

/// Whether the thread with that status file sleeps; taken to be so where the system does not say.
fn sleeps(status: Option<&str>) -> bool {
    let Some(status) = status else { return true };
    std::fs::read_to_string(status).is_ok_and(|text| text.contains("State:\tS"))
}
