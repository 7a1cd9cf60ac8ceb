//! `cargo xtask api`: the public interface of the published crates, against a listing that is kept with the sources, and
//! whether each item of it says what it is and shows how it is used.

use crate::cargo::{self, Package, cargo, root};
use crate::documented;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write the listings anew
    #[arg(long)]
    bless: bool,
}

/// Where the listings are kept, a file for each crate.
const LISTINGS: &str = "docs/api";

/// The crate that the others are built on promises no stability.
const INTERNAL: &str = "earnest-sync";

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let metadata = cargo::metadata()?;
    let published =
        metadata.packages.iter().filter(|package| package.is_published() && package.name != INTERNAL);
    let (mut n_changed, mut gaps) = (0, Vec::new());
    for package in published {
        let page = root().join(LISTINGS).join(format!("{}.txt", package.name));
        let kept = fs::read_to_string(&page).unwrap_or_default();
        let json = rustdoc_json(package, &metadata.target_directory)?;
        gaps.extend(documented::gaps(&fs::read_to_string(&json)?)?);
        let now = listing(&json)?;
        if let Some(changes) = changes(&kept, &now) {
            n_changed += 1;
            println!("==== {}\n{changes}", package.name);
            if arguments.bless {
                fs::create_dir_all(root().join(LISTINGS))?;
                fs::write(&page, now)?;
            }
        }
    }
    let verdict = if arguments.bless { "written anew" } else { "not as listed; look at it, then --bless" };
    println!("api: {n_changed} crates {}", if n_changed == 0 { "differ" } else { verdict });
    gaps.iter().for_each(|gap| println!("{gap}"));
    println!("documentation: {} gaps", gaps.len());
    let is_listed = n_changed == 0 || arguments.bless;
    Ok(if is_listed && gaps.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Everything that users of the crate can name, one item in a line.
fn listing(json: &Path) -> Result<String> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .context("rustdoc's JSON is of a format that is not understood: another toolchain may help")?;
    Ok(api.items().map(|item| format!("{item}\n")).collect())
}

/// Has rustdoc describe the crate, all features on. The format is unstable, which the toolchain that runs this does not
/// mind when it is told so: no other one has to be installed.
fn rustdoc_json(package: &Package, target: &Path) -> Result<PathBuf> {
    let folder = target.join("api");
    let mut command =
        cargo(&["rustdoc", "--quiet", "--locked", "--lib", "--all-features", "--package", &package.name]);
    command.arg("--target-dir").arg(&folder);
    command.args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"]);
    if !command.env("RUSTC_BOOTSTRAP", "1").status()?.success() {
        bail!("rustdoc could not describe {}", package.name);
    }
    Ok(folder.join("doc").join(format!("{}.json", package.name.replace('-', "_"))))
}

/// What is no longer there, and what is new.
fn changes(kept: &str, now: &str) -> Option<String> {
    (kept != now).then(|| diffy::create_patch(kept, now).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_line_by_line() {
        let kept = "pub fn a()\npub fn b()\n";
        assert_eq!(changes(kept, kept), None);
        let shown = changes(kept, "pub fn a(u8)\npub fn b()\n").unwrap();
        assert!(shown.contains("\n-pub fn a()\n+pub fn a(u8)\n pub fn b()\n"), "{shown}");
    }
}
