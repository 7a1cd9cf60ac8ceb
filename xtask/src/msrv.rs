//! `cargo xtask msrv`: that the published crates build with the compiler that their manifests promise.

use crate::cargo::{Metadata, metadata};
use crate::tool::MISSING;
use crate::toolchain;
use anyhow::{Context, Result, bail};
use std::process::ExitCode;

pub(crate) fn run() -> Result<ExitCode> {
    let metadata = metadata()?;
    let Some(version) = toolchain_of(&metadata)? else { return Ok(ExitCode::from(MISSING)) };
    let published = metadata.published();
    let mut builds = vec![vec!["--all-features"]];
    builds[0].extend(published.iter().flat_map(|package| ["--package", &package.name]));
    // With a feature less there may be code that only such builds have.
    let with_defaults = published.iter().filter(|package| package.features.contains_key("default"));
    builds.extend(with_defaults.map(|package| vec!["--no-default-features", "--package", &package.name]));
    for build in &builds {
        let mut command = toolchain::cargo(&version, &["check", "--locked", "--keep-going"]);
        command.args(build).env("CARGO_TARGET_DIR", metadata.target_directory.join("msrv"));
        println!("==== cargo +{version} check {}", build.join(" "));
        if !command.status()?.success() {
            bail!("Rust {version} does not build this");
        }
    }
    println!("msrv: {} crates, {} builds with Rust {version}", published.len(), builds.len());
    Ok(ExitCode::SUCCESS)
}

/// The version whose toolchain is there, or has come by way of rustup. Says so if there is none.
pub(crate) fn toolchain_of(metadata: &Metadata) -> Result<Option<String>> {
    let version = version(metadata)?;
    let is_there = toolchain::has(&version, &[]);
    if !is_there {
        eprintln!("the toolchain {version} is missing, and rustup does not bring it");
    }
    Ok(is_there.then_some(version))
}

/// The `rust-version` of all published crates.
fn version(metadata: &Metadata) -> Result<String> {
    let mut versions = metadata.published().into_iter().map(|package| package.text("rust_version"));
    let version = versions.next().flatten().context("no published crate says its rust-version")?;
    if versions.any(|other| other != Some(version)) {
        bail!("the published crates say different things as their rust-version");
    }
    Ok(version.to_owned())
}
