//! `cargo xtask minimal-versions`: that the published crates build with the oldest dependencies that they allow.
//!
//! A copy of them is resolved to those, without what only tests, tools and examples need, and built with the compiler of
//! `rust-version`.

use crate::cargo::{Metadata, Package, cargo, metadata, root};
use crate::tool::MISSING;
use crate::{msrv, tidy, toolchain};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use toml::{Table, Value};

pub(crate) fn run() -> Result<ExitCode> {
    let metadata = metadata()?;
    let Some(version) = msrv::toolchain_of(&metadata)? else { return Ok(ExitCode::from(MISSING)) };
    let copy = copy(&metadata)?;
    let mut update = cargo(&["update", "--quiet", "-Z", "direct-minimal-versions"]);
    // The option is unstable, which the toolchain that runs this does not mind when it is told so.
    if !update.current_dir(&copy).env("RUSTC_BOOTSTRAP", "1").status()?.success() {
        bail!("the oldest dependencies do not go together: a bound in Cargo.toml is too low");
    }
    let resolved = fs::read_to_string(copy.join("Cargo.lock"))?.parse::<Table>()?;
    for (name, version) in bounds(&metadata, &resolved) {
        println!("{name} {version}");
    }
    let mut check = toolchain::cargo(&version, &["check", "--locked", "--workspace", "--all-features"]);
    check.current_dir(&copy).env("CARGO_TARGET_DIR", copy.with_file_name("built"));
    if !check.status()?.success() {
        bail!("with the oldest dependencies this does not build: a bound in Cargo.toml is too low");
    }
    println!("minimal versions: {} crates build with Rust {version}", metadata.published().len());
    Ok(ExitCode::SUCCESS)
}

/// The published crates in a workspace of their own.
fn copy(metadata: &Metadata) -> Result<PathBuf> {
    let copy = metadata.target_directory.join("minimal-versions/tree");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    fs::create_dir_all(&copy)?;
    let published = metadata.published();
    let mut manifest = fs::read_to_string(root().join("Cargo.toml"))?.parse::<Table>()?;
    let workspace =
        manifest.get_mut("workspace").and_then(Value::as_table_mut).context("the root is a workspace")?;
    let members = published.iter().map(|package| Value::from(tidy::relative(package.directory())));
    workspace.insert("members".to_owned(), Value::Array(members.collect()));
    workspace.remove("exclude");
    fs::write(copy.join("Cargo.toml"), manifest.to_string())?;
    for package in published {
        copy_package(package, &copy.join(tidy::relative(package.directory())))?;
    }
    Ok(copy)
}

/// What a user builds of it, and no more: tests and examples would bring in what they need.
fn copy_package(package: &Package, to: &Path) -> Result<()> {
    let mut manifest = fs::read_to_string(&package.manifest_path)?.parse::<Table>()?;
    for section in ["dev-dependencies", "test", "bench", "example"] {
        manifest.remove(section);
    }
    let targets = manifest.get_mut("target").and_then(Value::as_table_mut);
    for (_, target) in targets.into_iter().flatten() {
        target.as_table_mut().and_then(|target| target.remove("dev-dependencies"));
    }
    fs::create_dir_all(to)?;
    fs::write(to.join("Cargo.toml"), manifest.to_string())?;
    let mut files = Vec::new();
    tidy::walk(&package.directory().join("src"), &mut files)?;
    let readme = package.directory().join("README.md");
    for file in files.into_iter().chain(readme.exists().then_some(readme)) {
        let target = to.join(file.strip_prefix(package.directory())?);
        fs::create_dir_all(target.parent().expect("it is below a folder"))?;
        fs::copy(&file, target)?;
    }
    Ok(())
}

/// What the published crates name as dependencies, ours apart, with the version that was taken.
fn bounds<'a>(metadata: &'a Metadata, resolved: &'a Table) -> Vec<(&'a str, &'a str)> {
    let locked = resolved.get("package").and_then(Value::as_array).into_iter().flatten();
    let text = |package: &'a Value, key| package.get(key).and_then(Value::as_str).unwrap_or_default();
    let published = metadata.published();
    let named = |name: &str| {
        let mut all = published.iter().flat_map(|package| &package.dependencies);
        all.any(|dependency| dependency.name == name && dependency.kind.is_none())
    };
    let others = locked.filter(|package| package.get("source").is_some() && named(text(package, "name")));
    others.map(|package| (text(package, "name"), text(package, "version"))).collect()
}
