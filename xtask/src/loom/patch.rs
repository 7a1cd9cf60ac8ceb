//! loom's source with our patch applied, in the target directory.

use crate::cargo::{Metadata, root};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// The version that the patch is for.
const VERSION: &str = "0.7.2";

/// Where the patched source lies, after making it if need be.
pub(crate) fn source(metadata: &Metadata) -> Result<PathBuf> {
    let loom =
        metadata.packages.iter().find(|package| package.name == "loom").context("loom is not locked")?;
    if loom.version != VERSION {
        bail!("the patch is for loom {VERSION}, and Cargo.lock has {}", loom.version);
    }
    let patch = fs::read_to_string(root().join("xtask/loom").join(format!("loom-{VERSION}-dpor.patch")))?;
    let home = metadata.target_directory.join("loom-src");
    let (copy, stamp) = (home.join(format!("loom-{VERSION}")), home.join("applied.patch"));
    // Made anew only when the patch has changed: cargo would rebuild loom at every run otherwise.
    if fs::read_to_string(&stamp).is_ok_and(|applied| applied == patch) {
        return Ok(copy);
    }
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    // The manifest and the sources are all that a build needs; its lock file and its tests would be in the
    // way.
    fs::create_dir_all(&copy)?;
    // As a path it no longer counts as a dependency whose warnings are its own affair: they are turned off by
    // hand.
    let manifest = fs::read_to_string(loom.directory().join("Cargo.toml"))?;
    fs::write(copy.join("Cargo.toml"), format!("{manifest}\n[lints.rust]\nwarnings = \"allow\"\n"))?;
    copy_folder(&loom.directory().join("src"), &copy.join("src"))?;
    for file in files(&patch) {
        let parsed =
            diffy::Patch::from_str(&file.hunks).with_context(|| format!("the patch of {}", file.path))?;
        let path = copy.join(file.path);
        let original = fs::read_to_string(&path)?;
        let patched = diffy::apply(&original, &parsed).with_context(|| format!("patching {}", file.path))?;
        fs::write(&path, patched)?;
    }
    fs::write(&stamp, &patch)?;
    Ok(copy)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The part of a patch that changes one file.
#[derive(Debug, PartialEq, Eq)]
struct FilePatch<'a> {
    path: &'a str,
    hunks: String,
}

/// Takes apart a patch of several files, as `diff -ru a b` writes it. What precedes the first file is a
/// remark.
fn files(patch: &str) -> Vec<FilePatch<'_>> {
    let mut files: Vec<FilePatch<'_>> = Vec::new();
    for line in patch.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("--- a/") {
            let path = path.split_whitespace().next().unwrap_or_default();
            files.push(FilePatch { path, hunks: String::new() });
        }
        if line.starts_with("diff ") {
            continue;
        }
        if let Some(file) = files.last_mut() {
            file.hunks.push_str(line);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "Why.\n\ndiff -ru a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-one\n+two\n\
                         diff -ru a/d/y b/d/y\n--- a/d/y\told\n+++ b/d/y\n@@ -1,2 +1,2 @@\n same\n-three\n+four\n";

    #[test]
    fn each_file_has_its_patch() {
        let files = files(PATCH);
        assert_eq!(files.iter().map(|file| file.path).collect::<Vec<_>>(), ["x", "d/y"]);
        let apply = |file: &FilePatch<'_>, text: &str| {
            diffy::apply(text, &diffy::Patch::from_str(&file.hunks).unwrap()).unwrap()
        };
        assert_eq!(apply(&files[0], "one\n"), "two\n");
        assert_eq!(apply(&files[1], "same\nthree\n"), "same\nfour\n");
    }

    #[test]
    fn the_real_patch_is_taken_apart() {
        let patch = include_str!("../../loom/loom-0.7.2-dpor.patch");
        for file in files(patch) {
            assert!(!diffy::Patch::from_str(&file.hunks).unwrap().hunks().is_empty(), "{}", file.path);
        }
        assert_eq!(files(patch).len(), 3);
    }
}
