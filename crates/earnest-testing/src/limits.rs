//! What a process is denied, and what disturbs a thread: for tests that have a process of their own.

use core::ptr;
use std::time::Duration;

/// The process gets no more than so many bytes of address space beyond what it has.
///
/// # Panics
///
/// If the system does not say what it has, or does not set the limit.
pub fn limit_address_space(more: u64) {
    let has = std::fs::read_to_string("/proc/self/statm").expect("the system says what the process has");
    let pages: u64 = has.split(' ').next().and_then(|pages| pages.parse().ok()).expect("a number of pages");
    let limit = pages * 4096 + more;
    let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
    // SAFETY: the pointer is to a local.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
    assert_eq!(set, 0, "the limit is set");
}

/// Calls `f`, and meanwhile interrupts the calling thread with a signal, so often: what it is in the middle of in the system
/// ends for no reason.
pub fn interrupted<R>(times: u32, f: impl FnOnce() -> R) -> R {
    extern "C" fn nothing(_: libc::c_int) {}
    // SAFETY: all zero is a `sigaction` without flags: system calls are not restarted.
    let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
    action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
    // SAFETY: the pointer is to a local, and the handler does nothing.
    unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut()) };
    // SAFETY: has no requirements.
    let this = unsafe { libc::pthread_self() };
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..times {
                // SAFETY: the thread is there until the scope has ended.
                unsafe { libc::pthread_kill(this, libc::SIGUSR1) };
                std::thread::sleep(Duration::from_micros(50));
            }
        });
        f()
    })
}
