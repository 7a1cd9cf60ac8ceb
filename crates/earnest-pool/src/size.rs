//! How many workers a pool has that was not told.

use crate::report::report;
use core::num::NonZeroUsize;
use std::env;

/// The environment variable that caps the default.
const CAP: &str = "EARNEST_MAX_WORKERS";

const AT_MOST: usize = 32;

/// What the machine suggests, and no more than the environment allows.
pub(crate) fn default_max_workers() -> usize {
    let parallelism = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let cap = match env::var(CAP) {
        Ok(value) => read(&value),
        Err(env::VarError::NotPresent) => Ok(usize::MAX),
        Err(env::VarError::NotUnicode(value)) => Err(value.to_string_lossy().into_owned()),
    };
    let cap = cap.unwrap_or_else(|value| {
        report(|| tracing::warn!(target: "earnest", value, "{CAP} is not a number above 0, and is ignored"));
        usize::MAX
    });
    parallelism.saturating_add(4).min(AT_MOST).min(cap)
}

/// The cap that `value` says. A number too large for this machine caps nothing.
fn read(value: &str) -> Result<usize, String> {
    use core::num::IntErrorKind::PosOverflow;
    match value.trim().parse::<NonZeroUsize>() {
        Ok(cap) => Ok(cap.get()),
        Err(error) if *error.kind() == PosOverflow => Ok(usize::MAX),
        Err(_) => Err(value.to_owned()),
    }
}

#[cfg(all(test, not(earnest_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_a_number_above_zero_and_anything_else_is_none() {
        for (value, cap) in [("1", 1), (" 7\n", 7), ("99", 99), ("18446744073709551615000", usize::MAX)] {
            assert_eq!(read(value), Ok(cap));
        }
        for value in ["", "0", "-1", "four", "1.5", "2 3", "0x10"] {
            assert_eq!(read(value), Err(value.to_owned()));
        }
    }
}
