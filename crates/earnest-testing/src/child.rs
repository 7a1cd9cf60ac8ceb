//! Tests of what a process finds that was forked from another.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `f` in a fork of this process, and says whether it returned. It is killed if it hangs.
///
/// To be called where no other thread is in the middle of anything, as [`alone`](crate::alone) has it: a lock that one
/// held, of ours or of the standard library's start of a thread, is held in the child for ever.
///
/// # Panics
///
/// If there is no process to be had.
pub fn returns_in_child(f: impl FnOnce()) -> bool {
    // SAFETY: the caller sees to it that no other thread holds a lock; the child calls `f`, and leaves.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "no process to be had");
    if child == 0 {
        // SAFETY: has no requirements.
        unsafe { libc::alarm(60) };
        let returned = catch_unwind(AssertUnwindSafe(f)).is_ok();
        // SAFETY: leaves without running what is the parent's to run at its exit.
        unsafe { libc::_exit(i32::from(!returned)) }
    }
    let mut status = 0;
    // SAFETY: the child is this thread's, and the pointer is to a local.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(waited, child);
    status == 0
}
