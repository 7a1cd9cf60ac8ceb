//! `cargo xtask release`: whether this commit can be published, and by which commands.
//!
//! It publishes nothing. What has gone to the registry cannot be taken back, so that a person is to type it.

mod lockstep;

use crate::cargo::{Metadata, metadata, root};
use crate::git::git;
use crate::table::Table;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::{Command, ExitCode};

use lockstep::version;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Say so: there is no other way to run this
    #[arg(long, required = true)]
    dry_run: bool,
}

type Check = fn(&Metadata) -> Result<String>;

/// What must hold, cheap ones first.
const CHECKS: [(&str, Check); 8] = [
    ("one version", |metadata| version(metadata).map(str::to_owned)),
    ("clean tree", |_| clean()),
    ("on main", |_| on_main()),
    ("tag", tag),
    ("changelog", changelog),
    ("public interface", |_| ours(&["api"])),
    ("semver", |_| ours(&["semver"])),
    ("package", |_| ours(&["package", "--docs"])),
];

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    assert!(arguments.dry_run, "clap sees to it");
    let metadata = metadata()?;
    let mut table = Table::new(&["check", "verdict", "what was seen"]);
    let mut failed = false;
    for (name, check) in CHECKS {
        println!("\n==== {name}");
        let (verdict, seen) = match check(&metadata) {
            Ok(seen) => ("ok", seen),
            Err(error) => ("FAILED", format!("{error:#}")),
        };
        failed |= verdict != "ok";
        table.row([name.to_owned(), verdict.to_owned(), seen]);
    }
    println!();
    table.print();
    if failed {
        println!("release: not as it is");
        return Ok(ExitCode::FAILURE);
    }
    println!("\nWhat is left to do:\n");
    for command in commands(&metadata)? {
        println!("    {command}");
    }
    println!("\nrelease: {} can be published", version(&metadata)?);
    Ok(ExitCode::SUCCESS)
}

/// In this order: a crate can be published once those are that it depends on.
fn commands(metadata: &Metadata) -> Result<Vec<String>> {
    let tag = format!("v{}", version(metadata)?);
    let mut commands = vec![format!("git tag --annotate {tag} --message {tag}")];
    commands.extend(
        metadata.published().iter().map(|package| format!("cargo publish --locked -p {}", package.name)),
    );
    commands.push(format!("git push origin {tag}"));
    Ok(commands)
}

fn clean() -> Result<String> {
    let changed = git(&["status", "--porcelain"])?.context("git status failed")?;
    if !changed.is_empty() {
        bail!("{} files are not as committed", changed.lines().count());
    }
    Ok("nothing to commit".to_owned())
}

/// Also where only the commit is checked out, as for a tag.
fn on_main() -> Result<String> {
    let branches = ["origin/main", "main"];
    let has = |branch: &&&str| {
        git(&["merge-base", "--is-ancestor", "HEAD", branch]).is_ok_and(|done| done.is_some())
    };
    let branch = branches.iter().find(has).context("no main has this commit")?;
    Ok(format!("{branch} has this commit"))
}

/// The tag is free, or stands here already.
fn tag(metadata: &Metadata) -> Result<String> {
    let tag = format!("v{}", version(metadata)?);
    let there = git(&["rev-parse", "--verify", "--quiet", &format!("{tag}^{{commit}}")])?;
    match there {
        None => Ok(format!("{tag} is free")),
        Some(commit) if Some(&commit) == git(&["rev-parse", "HEAD"])?.as_ref() => {
            Ok(format!("{tag} is this commit"))
        }
        Some(commit) => bail!("{tag} is {commit}"),
    }
}

fn changelog(metadata: &Metadata) -> Result<String> {
    let text = fs::read_to_string(root().join("CHANGELOG.md"))?;
    lockstep::heading(&text, version(metadata)?)
        .map(str::to_owned)
        .with_context(|| format!("CHANGELOG.md has no section for {}", version(metadata).unwrap_or_default()))
}

/// Another command of this program's. Its last line is in the output above.
fn ours(arguments: &[&str]) -> Result<String> {
    let status = Command::new(std::env::current_exe()?).args(arguments).status()?;
    if !status.success() {
        bail!("cargo xtask {} did not succeed", arguments.join(" "));
    }
    Ok(format!("cargo xtask {}", arguments.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_published_between_the_tag_and_its_push() {
        let metadata = metadata().unwrap();
        let commands = commands(&metadata).unwrap();
        assert_eq!(commands.len(), metadata.published().len() + 2);
        assert_eq!(commands[1], "cargo publish --locked -p earnest-sync");
        assert!(
            commands[0].starts_with("git tag ") && commands.last().unwrap().starts_with("git push origin v")
        );
    }

    #[test]
    fn each_check_of_ours_is_a_command_that_there_is() {
        for arguments in [&["api"][..], &["semver"], &["package", "--docs"]] {
            assert!(crate::understands(arguments), "{arguments:?}");
        }
        assert!(crate::understands(&["release", "--dry-run"]));
        assert!(!crate::understands(&["release"]), "nothing is published by this program");
    }
}
