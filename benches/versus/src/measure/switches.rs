//! How often threads of this process went to sleep of their own accord.

use nix::sys::resource::{UsageWho, getrusage};

/// Voluntary context switches so far, those of threads included that have ended.
pub(crate) fn voluntary() -> i64 {
    getrusage(UsageWho::RUSAGE_SELF).expect("the system counts its processes").voluntary_context_switches()
}
