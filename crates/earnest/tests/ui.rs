//! What the compiler says of mistakes that are easily made with this library: each file of `ui` is one, with what it says.
//!
//! The texts are those of one compiler, the one that the continuous integration uses; with another there is nothing to
//! compare. `TRYBUILD=overwrite cargo test -p earnest --test ui` writes them anew. Read them then as somebody who has made
//! the mistake, and mend the attributes of ours that they come from.
#![cfg(not(any(earnest_loom, earnest_shuttle, earnest_sanitizer, miri)))]

earnest_testing::guard!();

use std::process::Command;
use std::{env, fs};

/// Where it says which compiler that is.
const WORKFLOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.github/workflows/ci.yml");

#[test]
fn the_compiler_helps() {
    if let Err(reason) = can_be_compared() {
        println!("skipped: {reason}");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

fn can_be_compared() -> Result<(), String> {
    if cfg!(any(feature = "rayon", feature = "stream", feature = "tokio")) {
        return Err("the texts list what there is without features".to_owned());
    }
    let workflow = fs::read_to_string(WORKFLOW).map_err(|_| "no repository that names a compiler")?;
    let pinned = pinned(&workflow).ok_or("the workflow names no compiler")?;
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc).arg("--version").output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    if said.split_whitespace().nth(1) == Some(pinned) {
        return Ok(());
    }
    Err(format!("the texts are those of {pinned}, and this is {}", said.trim()))
}

/// The version after `TOOLCHAIN:`, without its quotation marks.
fn pinned(workflow: &str) -> Option<&str> {
    let line = workflow.lines().find_map(|line| line.trim().strip_prefix("TOOLCHAIN:"))?;
    Some(line.trim().trim_matches('"'))
}

/// A pin that is written otherwise must not skip everything unnoticed.
#[test]
fn the_workflow_pins_a_compiler() {
    let Ok(workflow) = fs::read_to_string(WORKFLOW) else { return };
    let pinned = pinned(&workflow).unwrap();
    assert_eq!(pinned.split('.').filter(|part| part.parse::<u32>().is_ok()).count(), 3, "{pinned}");
}
