//! Programs that some checks need and that do not come with the toolchain.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// One that cargo builds.
pub(crate) struct Tool {
    /// Of its crate and of its program.
    pub(crate) name: &'static str,
    /// The version that was seen to work with what is asked of it here; the workflows install it.
    pub(crate) version: &'static str,
}

/// With which a command ends whose tools are missing: nothing was checked.
pub(crate) const MISSING: u8 = 2;

impl Tool {
    pub(crate) fn find(&self) -> Option<PathBuf> {
        find(self.name)
    }

    /// Says that it is missing, and how it comes.
    pub(crate) fn is_missing(&self) -> ExitCode {
        eprintln!("{} is missing: cargo install --locked {}@{}", self.name, self.name, self.version);
        ExitCode::from(MISSING)
    }
}

/// The program of this name that the shell would run, or cargo.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::var_os("CARGO_HOME").map(|home| PathBuf::from(home).join("bin"));
    std::env::split_paths(&path).chain(home).find_map(|folder| find_in(&folder, name))
}

pub(crate) fn find_in(folder: &Path, name: &str) -> Option<PathBuf> {
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workflows_have_the_versions_that_we_name() {
        let mut files = Vec::new();
        crate::tidy::walk(&crate::cargo::root().join(".github/workflows"), &mut files).unwrap();
        let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        for Tool { name, version } in [crate::book::TOOL, crate::deny::TOOL, crate::semver::TOOL] {
            let mention = format!("{name}@");
            let mentions = texts.iter().flat_map(|text| text.split(&mention).skip(1));
            let versions: Vec<&str> = mentions.map(|rest| rest.split_whitespace().next().unwrap()).collect();
            assert!(
                !versions.is_empty() && versions.iter().all(|other| *other == version),
                "{name}: {versions:?}"
            );
        }
    }

    #[test]
    fn what_is_there_is_found() {
        assert!(find("cargo").is_some());
        assert_eq!(find("no-such-program-of-earnest"), None);
    }
}
