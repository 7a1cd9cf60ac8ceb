//! Which contenders are ours, which are peers, and which are there to look at only.

/// The name that ours has in the records. Variants of it begin with it.
pub(crate) const OURS: &str = "earnest";

const PYTHON: &str = "CPython";

/// What no pool can beat, and no user would take for one.
const REFERENCE: &str = "sequential";

pub(crate) fn is_ours(name: &str) -> bool {
    name.starts_with(OURS)
}

/// Compared in a table of its own.
pub(crate) fn is_python(name: &str) -> bool {
    name.starts_with(PYTHON)
}

pub(crate) fn is_reference(name: &str) -> bool {
    name.starts_with(REFERENCE)
}

/// May be the best peer.
pub(crate) fn is_peer(name: &str) -> bool {
    !is_ours(name) && !is_python(name) && !is_reference(name)
}
