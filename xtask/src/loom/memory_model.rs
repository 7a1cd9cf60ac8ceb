//! docs/memory-model.md: every access that orders something, why, and which model misses it.

use super::orderings::{Access, Entry};
use crate::cargo::root;
use anyhow::Result;
use std::fmt::Write;
use std::fs;

const PAGE: &str = "docs/memory-model.md";

const HEAD: &str = "\
# Memory model

Which accesses of the published crates order something, and what shows that they have to. Written by
`cargo xtask loom --orderings --record`, and held against the sources by `cargo xtask loom --orderings`.

Each row is an atomic access that is stronger than relaxed, or a fence. In a build for that the one access is relaxed, or the
fence is not there, and all else is as it is. That the model fails shows that it must be stronger than relaxed, and not that an
access which acquires and releases must do both. It fails as the row says:

- *Causality violation*: what one thread has written another comes upon without being ordered after it.
- *deadlock*: a thread is never woken.
- Anything else is what the model asserts.

Where no model fails, the row says why the access is as it is all the same; the sources say it at the line, after `NO MODEL:`.
Relaxed accesses, and why they are enough, are in the sources after `ORDERING:`.

The protocols themselves are described where they are: the future's word in `earnest-core/src/state.rs` (rules R1 to R4), those
who wait in `waiter.rs`, the pool's sleep in `earnest-pool/src/sleep.rs` (S1 and S2), the shared queue in `deque/injector.rs` (Q1
to Q3). What loom does not show is in [Testing](testing.md#models).
";

/// The page, of all accesses in the order of their files.
pub(super) fn page<'a>(accesses: impl Iterator<Item = (&'a Access, Option<&'a Entry>)>) -> String {
    let mut page = HEAD.to_owned();
    let mut file = "";
    for (access, entry) in accesses {
        if access.file != file {
            file = &access.file;
            let short = file.replacen("crates/", "", 1);
            let _infallible =
                write!(page, "\n## {short}\n\n| access | argument | missed by |\n|---|---|---|\n");
        }
        let missed_by = match (&access.undefended, entry) {
            (Some(reason), _) => format!("no model: {reason}"),
            (None, Some(entry)) => format!("`{}`: {}", entry.test, entry.signature.trim_end_matches(';')),
            (None, None) => "**nothing**".to_owned(),
        };
        let nth = if access.nth > 0 { format!(" ({})", access.nth + 1) } else { String::new() };
        let argument = access.argument.as_deref().unwrap_or("");
        let _infallible =
            writeln!(page, "| `{}`{nth} | {} | {} |", cell(&access.code), cell(argument), cell(&missed_by));
    }
    page
}

/// What a table's cell may hold.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Writes the page, or says whether it is as it should be.
pub(super) fn keep(page: &str, record: bool) -> Result<bool> {
    let path = root().join(PAGE);
    if record {
        fs::write(path, page)?;
        return Ok(true);
    }
    let is_current = fs::read_to_string(path).is_ok_and(|kept| kept == page);
    if !is_current {
        eprintln!("{PAGE} is not current: cargo xtask loom --orderings --record");
    }
    Ok(is_current)
}
