//! `cargo xtask book`: the guide as a book, by mdBook and docs/book.toml.
//!
//! The code in it is run by `cargo test --package earnest --doc`: the chapters are modules of the facade as well.

use crate::cargo::root;
use crate::tool::Tool;
use anyhow::Result;
use std::process::{Command, ExitCode};

pub(crate) const TOOL: Tool = Tool { name: "mdbook", version: "0.5.4" };

pub(crate) fn run() -> Result<ExitCode> {
    let Some(program) = TOOL.find() else { return Ok(TOOL.is_missing()) };
    let output = Command::new(program).args(["build", "docs"]).current_dir(root()).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    // A chapter that is not there, or a warning about one, is no reason for mdBook to fail.
    let complaints = said.lines().filter(|line| line.contains("WARN") || line.contains("ERROR")).count();
    println!("book: {complaints} complaints");
    Ok(if output.status.success() && complaints == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
