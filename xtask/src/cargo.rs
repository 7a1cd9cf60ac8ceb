//! What is asked of cargo: the workspace's packages, and built programs.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        // As cargo says when it runs this: where it was built may be another checkout that shares the target folder.
        let xtask =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        Path::new(&xtask).parent().expect("xtask lies in the workspace").to_owned()
    })
}

/// A cargo command in the root, with the flags of its caller's environment left out: each command sets its
/// own.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root()).env_remove("CARGO_ENCODED_RUSTFLAGS");
    command
}

/// What machine a compiler that has `said` this, asked for its version at length, is for.
pub(crate) fn host(said: &str) -> Result<&str> {
    said.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say what it is for")
}

/// The part of `cargo metadata` that is used here.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) manifest_path: PathBuf,
    /// `None` for a package of the workspace.
    pub(crate) source: Option<String>,
    /// `Some([])` where it says `publish = false`.
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
    /// What each turns on.
    #[serde(default)]
    pub(crate) features: BTreeMap<String, Vec<String>>,
    /// All else that a manifest may say, as cargo names it.
    #[serde(flatten)]
    pub(crate) rest: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Which versions will do.
    #[serde(default)]
    pub(crate) req: String,
    /// `None` for a normal one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// The platform or cfg under which it counts.
    pub(crate) target: Option<String>,
}

impl Metadata {
    /// The packages that are published, each after those of ours that it depends on.
    pub(crate) fn published(&self) -> Vec<&Package> {
        let mut left: Vec<&Package> = self.packages.iter().filter(|package| package.is_published()).collect();
        left.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let mut ordered = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let open: HashSet<&str> = left.iter().map(|package| &*package.name).collect();
            let (free, rest): (Vec<_>, Vec<_>) =
                left.iter().partition(|package| package.needs().all(|needed| !open.contains(needed)));
            assert!(!free.is_empty(), "cargo lets no packages depend on each other in a circle");
            ordered.extend(free);
            left = rest;
        }
        ordered
    }
}

impl Package {
    /// What it is built with by its users.
    fn needs(&self) -> impl Iterator<Item = &str> {
        let needed = self.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        needed.map(|dependency| &*dependency.name)
    }

    /// What its manifest says under this name, if that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.rest.get(name)?.as_str()
    }

    pub(crate) fn directory(&self) -> &Path {
        self.manifest_path.parent().expect("a manifest lies in a directory")
    }

    pub(crate) fn is_published(&self) -> bool {
        self.source.is_none() && self.publish.is_none()
    }
}

/// Every package that any platform or cfg may need, fetched if it was not there. `--locked`, so that an
/// outdated Cargo.lock is an error and never rewritten in passing.
pub(crate) fn metadata() -> Result<Metadata> {
    let output = cargo(&["metadata", "--format-version=1", "--locked"]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("cargo metadata failed");
    }
    serde_json::from_slice(&output.stdout).context("cargo metadata said something unexpected")
}

/// A program that cargo built.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// That of the target, without what cargo adds in the file name.
    pub(crate) name: String,
    pub(crate) manifest: PathBuf,
    pub(crate) path: PathBuf,
}

/// Runs a building command and returns the programs it built.
pub(crate) fn build(command: &mut Command) -> Result<Vec<Program>> {
    let output = command.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the build failed");
    }
    programs(&String::from_utf8_lossy(&output.stdout))
}

fn programs(messages: &str) -> Result<Vec<Program>> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
        manifest_path: Option<PathBuf>,
        target: Option<Target>,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    let mut programs = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message = serde_json::from_str(line)?;
        if let ("compiler-artifact", Some(manifest), Some(target), Some(path)) =
            (&*message.reason, message.manifest_path, message.target, message.executable)
        {
            programs.push(Program { name: target.name, manifest, path });
        }
    }
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_come_after_what_they_need() {
        let package = |name: &str, needs: &str| {
            format!(
                r#"{{ "name": "{name}", "version": "0", "manifest_path": "/x/Cargo.toml", "source": null,
                      "publish": null, "dependencies": [{{ "name": "{needs}", "kind": null, "target": null }},
                      {{ "name": "a", "kind": "dev", "target": null }}] }}"#
            )
        };
        let packages = [package("a", "b"), package("b", "c"), package("c", "other")].join(",");
        let metadata = format!(r#"{{ "packages": [{packages}], "target_directory": "/t" }}"#);
        let metadata: Metadata = serde_json::from_str(&metadata).unwrap();
        assert_eq!(
            metadata.published().iter().map(|package| &*package.name).collect::<Vec<_>>(),
            ["c", "b", "a"]
        );
    }

    #[test]
    fn programs_are_read_from_messages() {
        let messages = r#"
{"reason":"compiler-artifact","manifest_path":"/w/a/Cargo.toml","executable":null,"target":{"name":"a"}}
{"reason":"compiler-artifact","manifest_path":"/w/a/Cargo.toml","executable":"/t/loom-1","target":{"name":"loom"}}
{"reason":"build-finished","success":true}"#;
        let expected =
            Program { name: "loom".to_owned(), manifest: "/w/a/Cargo.toml".into(), path: "/t/loom-1".into() };
        assert_eq!(programs(messages).unwrap(), [expected]);
    }
}
