//! `cargo xtask tidy`: the rules of this repository that no compiler and no linter checks.

mod layers;
mod source;
mod sources;
mod text;

use crate::cargo::{self, root};
use crate::loom::unlisted_faults;
use anyhow::Result;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) use source::{Source, is_word};

/// A breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) path: String,
    /// Counted from 1; 0 for a problem of the whole file.
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

pub(crate) fn run() -> Result<ExitCode> {
    let mut problems = Vec::new();
    let files = files()?;
    for path in &files {
        // What is not text is none of our business.
        let Ok(text) = fs::read_to_string(path) else { continue };
        let name = relative(path);
        problems.extend(text::places(&name, &text));
        if name.ends_with(".rs") {
            problems.extend(sources::check(&Source::new(name, text)));
        }
    }
    problems.extend(text::unreached(&files.iter().map(|path| relative(path)).collect::<Vec<_>>(), |name| {
        fs::read_to_string(root().join(name)).unwrap_or_default()
    }));
    problems.extend(layers::check(&cargo::metadata()?));
    for what in unlisted_faults()? {
        problems.push(Problem { path: "xtask/loom/mutants.toml".to_owned(), line: 0, what });
    }
    problems.sort();
    for problem in &problems {
        println!("{problem}");
    }
    println!("tidy: {} files, {} problems", files.len(), problems.len());
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every file of the repository.
pub(crate) fn files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in ["crates", "xtask", "benches", "docs", ".github", ".ci", ".cargo"] {
        walk(&root().join(folder), &mut files)?;
    }
    for entry in fs::read_dir(root())? {
        let path = entry?.path();
        files.extend(
            (path.is_file() && path.file_name().is_some_and(|name| name != "Cargo.lock" && name != ".git"))
                .then_some(path),
        );
    }
    files.sort();
    Ok(files)
}

/// Every file below `folder`, if there is such a folder. A link is not followed: what it leads to is looked
/// at where it lies, and its relative links hold there.
pub(crate) fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// All Rust sources below `folder` of the root, by their paths.
pub(crate) fn rust_sources(folder: &str) -> Result<Vec<Source>> {
    let mut files = Vec::new();
    walk(&root().join(folder), &mut files)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    files.iter().map(|path| Ok(Source::new(relative(path), fs::read_to_string(path)?))).collect()
}

/// The path from the root, with forward slashes everywhere.
pub(crate) fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
