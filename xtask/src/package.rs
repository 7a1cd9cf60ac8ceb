//! `cargo xtask package`: the published crates as the registry would get them, and as its documentation would be built.

mod content;

use crate::cargo::{Metadata, Package, cargo, metadata, root};
use crate::table::Table;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use content::{File, problems};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// List the files of each
    #[arg(long)]
    list: bool,
    /// Build the documentation of the archives as well, as docs.rs does
    #[arg(long)]
    docs: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let metadata = metadata()?;
    let published = metadata.published();
    // What is not committed yet is to be seen as well: `cargo xtask release` wants a clean tree.
    // Nor is it built by this command, which takes our other crates out of a store that keeps what an earlier run of the same
    // version has put there.
    let mut command = cargo(&["package", "--locked", "--allow-dirty", "--no-verify"]);
    command.args(published.iter().flat_map(|package| ["--package", &package.name]));
    if !command.status()?.success() {
        bail!("cargo package failed");
    }
    let mut table = Table::new(&["crate", ">files", ">KiB", ">KiB packed", "what is in it"]);
    let mut n_problems = 0;
    for package in &published {
        let files = files(package)?;
        let archive = archive(&metadata, package);
        let packed = fs::metadata(&archive).with_context(|| archive.display().to_string())?.len();
        if arguments.list {
            println!("\n==== {}", package.name);
            files.iter().for_each(|file| println!("{:>8} {}", file.bytes, file.name));
        }
        for problem in problems(package, &files, packed) {
            println!("{}: {problem}", package.name);
            n_problems += 1;
        }
        table.row([
            package.name.clone(),
            files.len().to_string(),
            kib(files.iter().map(|file| file.bytes).sum()),
            kib(packed),
            content::summary(&files),
        ]);
    }
    table.print();
    let tree = unpack(&metadata, &published)?;
    let mut builds =
        vec![cargo(&["check", "--workspace"]), cargo(&["check", "--workspace", "--all-features"])];
    if arguments.docs {
        let mut doc = cargo(&["doc", "--no-deps", "--workspace", "--all-features"]);
        // docs.rs has a nightly compiler.
        doc.env("RUSTC_BOOTSTRAP", "1").env("RUSTDOCFLAGS", "--cfg docsrs -D warnings");
        builds.push(doc);
    }
    for mut build in builds {
        build.arg("--target-dir").arg(tree.with_file_name("built")).current_dir(&tree);
        if !build.status()?.success() {
            println!("what is in the archives cannot be built: {build:?}");
            n_problems += 1;
        }
    }
    println!("package: {} crates, {n_problems} problems", published.len());
    Ok(if n_problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn kib(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1024.0)
}

fn archive(metadata: &Metadata, package: &Package) -> PathBuf {
    metadata.target_directory.join("package").join(format!("{}-{}.crate", package.name, package.version))
}

/// What goes into the archive. Those that cargo makes have no size here.
fn files(package: &Package) -> Result<Vec<File>> {
    let output =
        cargo(&["package", "--list", "--locked", "--allow-dirty", "--package", &package.name]).output()?;
    if !output.status.success() {
        bail!("cargo package --list failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let names = String::from_utf8(output.stdout)?;
    // Links are followed, as cargo does.
    let bytes = |name: &str| fs::metadata(package.directory().join(name)).map_or(0, |file| file.len());
    Ok(names.lines().map(|name| File { name: name.to_owned(), bytes: bytes(name) }).collect())
}

/// Puts what is in the archives into a workspace of its own, where they find nothing but each other.
fn unpack(metadata: &Metadata, published: &[&Package]) -> Result<PathBuf> {
    let tree = metadata.target_directory.join("packaged/tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    fs::create_dir_all(&tree)?;
    let mut manifest =
        "[workspace]\nresolver = \"3\"\nmembers = [\"earnest*\"]\n[patch.crates-io]\n".to_owned();
    for package in published {
        let mut tar = Command::new("tar");
        // With the time of now: that which cargo writes into archives is always the same, and nothing would be built anew.
        tar.arg("-xzmf").arg(archive(metadata, package)).current_dir(&tree);
        if !tar.status().context("tar cannot be run")?.success() {
            bail!("the archive of {} cannot be unpacked", package.name);
        }
        manifest += &format!("{0} = {{ path = \"{0}-{1}\" }}\n", package.name, package.version);
    }
    fs::write(tree.join("Cargo.toml"), manifest)?;
    // The versions of everything else are those of this workspace.
    fs::copy(root().join("Cargo.lock"), tree.join("Cargo.lock"))?;
    Ok(tree)
}
