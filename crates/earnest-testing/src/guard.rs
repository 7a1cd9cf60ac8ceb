//! Test programs that hang: they end, and say what each of their threads was doing.

#[cfg(target_os = "linux")]
use crate::watchdog::give_up;

/// How long a test program may take, in seconds. It decides nothing but when to give up on a hang.
#[cfg(target_os = "linux")]
const PATIENCE: u32 = 1_200;

/// Has the test program in whose root it stands end when it has run for twenty minutes, or as many seconds as
/// `EARNEST_TEST_PATIENCE` says: with an abort, and the state of every thread, of which each is named after its test.
///
/// [`watched`](crate::watched) does the same for a part of a test, sooner, and says which. Here nothing has to be said by the
/// test. It takes no thread, so that tests may fork. On other systems than Linux, and under Miri, which finds deadlocks
/// itself, it does nothing.
#[macro_export]
macro_rules! guard {
    () => {
        #[cfg(all(target_os = "linux", not(miri)))]
        const _: () = {
            // Called before `main`.
            #[used]
            #[unsafe(link_section = ".init_array")]
            static GUARD: extern "C" fn() = $crate::guard_program;
        };
    };
}

/// See [`guard`](crate::guard).
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub extern "C" fn guard_program() {
    set_alarm(patience(), is_over as extern "C" fn(libc::c_int) as usize);
}

#[cfg(target_os = "linux")]
fn patience() -> u32 {
    let said = std::env::var("EARNEST_TEST_PATIENCE").ok();
    said.and_then(|seconds| seconds.parse().ok()).unwrap_or(PATIENCE)
}

/// Not all that is done here may be done in a handler of signals: the program is at its end, and should it hang in here, the
/// next alarm kills it.
#[cfg(target_os = "linux")]
extern "C" fn is_over(_: libc::c_int) {
    set_alarm(30, libc::SIG_DFL);
    give_up(&format!("this program has not ended within {} s", patience()));
}

#[cfg(target_os = "linux")]
fn set_alarm(seconds: u32, handler: usize) {
    // SAFETY: all zero is a `sigaction` that blocks nothing more.
    let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
    action.sa_sigaction = handler;
    // The next comes through while this one is handled.
    action.sa_flags = libc::SA_NODEFER | libc::SA_RESTART;
    // SAFETY: the pointer is to a local, and the handler ends the program.
    unsafe { libc::sigaction(libc::SIGALRM, &raw const action, core::ptr::null_mut()) };
    // SAFETY: has no requirements.
    unsafe { libc::alarm(seconds) };
}
