//! The published crates have one version, ask for each other in this one only, and the changelog knows it.

use crate::cargo::Metadata;
use anyhow::{Context, Result, bail};

/// That of all published crates.
pub(crate) fn version(metadata: &Metadata) -> Result<&str> {
    let published = metadata.published();
    let version = &published.first().context("nothing is published")?.version;
    for package in &published {
        if package.version != *version {
            bail!("{} is {}, and others are {version}", package.name, package.version);
        }
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.is_none()) {
            let is_ours = published.iter().any(|other| other.name == dependency.name);
            if is_ours && dependency.req != format!("={version}") {
                bail!(
                    "{} asks for {} {}, and not for ={version}",
                    package.name,
                    dependency.name,
                    dependency.req
                );
            }
        }
    }
    Ok(version)
}

/// The heading of the section on `version`.
pub(crate) fn heading<'a>(changelog: &'a str, version: &str) -> Option<&'a str> {
    let begins = [format!("## {version}"), format!("## [{version}]")];
    let is_it = |line: &&str| {
        let rest = begins.iter().find_map(|begin| line.strip_prefix(begin.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    changelog.lines().find(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(version: &str, req: &str) -> Metadata {
        let package = |name: &str, version: &str, dependencies: &str| {
            format!(
                r#"{{ "name": "{name}", "version": "{version}", "manifest_path": "/x/Cargo.toml", "source": null,
                      "publish": null, "dependencies": [{dependencies}] }}"#
            )
        };
        let needs = format!(r#"{{ "name": "a", "req": "{req}", "kind": null, "target": null }}"#);
        let packages = [package("a", "0.2.0", ""), package("b", version, &needs)].join(",");
        serde_json::from_str(&format!(r#"{{ "packages": [{packages}], "target_directory": "/t" }}"#)).unwrap()
    }

    #[test]
    fn all_have_one_version_and_ask_for_it() {
        assert_eq!(version(&metadata("0.2.0", "=0.2.0")).unwrap(), "0.2.0");
        assert!(version(&metadata("0.2.1", "=0.2.0")).is_err());
        assert!(version(&metadata("0.2.0", "^0.2.0")).is_err());
    }

    #[test]
    fn a_section_has_the_whole_version() {
        let changelog = "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n## [0.1.0] - 2026-11-01\n";
        assert_eq!(heading(changelog, "0.2.0"), Some("## 0.2.0 (2026-12-01)"));
        assert_eq!(heading(changelog, "0.1.0"), Some("## [0.1.0] - 2026-11-01"));
        assert_eq!(heading(changelog, "0.2"), None);
    }
}
