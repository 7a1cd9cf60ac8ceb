//! Seeded faults: proof that the models can fail.
//!
//! `mutant!("name")` is `false` at compile time in every build but the one of the mutation gate, where it is true
//! when the environment variable `EARNEST_MUTANT` is set to that name. One build thus serves every fault.

/// The fault chosen for this process.
#[cfg(earnest_mutants)]
#[must_use]
pub fn active() -> &'static str {
    static ACTIVE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    ACTIVE.get_or_init(|| std::env::var("EARNEST_MUTANT").unwrap_or_default())
}

/// No faults in this build.
#[cfg(not(earnest_mutants))]
#[must_use]
pub const fn active() -> &'static str {
    ""
}

/// Whether the named seeded fault is switched on. Always `false`, and folded away, outside the mutation gate.
#[cfg(earnest_mutants)]
#[macro_export]
macro_rules! mutant {
    ($name:literal) => {
        $crate::active_mutant() == $name
    };
}

/// Whether the named seeded fault is switched on. Always `false`, and folded away, outside the mutation gate.
#[cfg(not(earnest_mutants))]
#[macro_export]
macro_rules! mutant {
    ($name:literal) => {
        false
    };
}
