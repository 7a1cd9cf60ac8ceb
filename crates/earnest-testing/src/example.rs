//! Where an example's program is.

use std::env;
use std::path::{Path, PathBuf};

/// Where cargo puts the example `name`: beside the folder of the tests.
///
/// It is built with all tests, but not for a single one alone, which takes whatever is there.
///
/// # Panics
///
/// If it has not been built.
pub fn example(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a test knows where it is");
    let target = test.parent().and_then(Path::parent).expect("tests have a folder of their own");
    let program = target.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "not built: run `cargo build --example {name}`, or all tests");
    program
}
