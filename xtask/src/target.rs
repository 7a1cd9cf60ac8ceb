//! What is built for other machines than this one.

use crate::cargo::root;
use std::path::Path;
use std::process::{Command, Stdio};

/// A browser, without threads and without a system.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// A small machine without a system.
pub(crate) const BARE: &str = "thumbv7em-none-eabi";

/// Sees to it that the compiler can build for `target`, by way of rustup. `false`: it cannot.
pub(crate) fn is_there(target: &str) -> bool {
    if has_library(target) {
        return true;
    }
    let added = Command::new("rustup").args(["target", "add", target]).current_dir(root()).status();
    added.is_ok_and(|status| status.success()) && has_library(target)
}

/// Whether the compiler's libraries for `target` are where it looks for them.
fn has_library(target: &str) -> bool {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--print", "target-libdir", "--target", target]).current_dir(root()).stderr(Stdio::null());
    let printed = rustc.output().ok().filter(|output| output.status.success());
    printed.is_some_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists())
}
