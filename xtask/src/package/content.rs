//! What an archive is to have, and what not.

use crate::cargo::Package;
use serde_json::Value;
use std::collections::BTreeMap;

/// One that goes into an archive.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

/// An archive that is larger has something in it that nobody wants to download.
const LARGEST: u64 = 512 * 1024;

/// What every archive has.
const FILES: [&str; 4] = ["Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Folders without which users can do.
const FOLDERS: [&str; 4] = ["benches/", "docs/api/", "docs/benchmarks/", "tests/"];

/// What every manifest says.
const TEXTS: [&str; 7] =
    ["description", "documentation", "edition", "license", "readme", "repository", "rust_version"];

pub(crate) fn problems(package: &Package, files: &[File], packed: u64) -> Vec<String> {
    let mut problems = Vec::new();
    for name in TEXTS.into_iter().filter(|name| package.text(name).is_none()) {
        problems.push(format!("the manifest does not say {name}"));
    }
    for name in ["keywords", "categories"] {
        // The registry takes no more than five.
        let n_words = package.rest.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        if !(1..=5).contains(&n_words) {
            problems.push(format!("{n_words} {name}: one to five are wanted"));
        }
    }
    let docs = package.rest.get("metadata").and_then(|metadata| metadata.pointer("/docs/rs"));
    if docs.and_then(|docs| docs.get("all-features")) != Some(&Value::Bool(true)) {
        problems.push("docs.rs is not told to have all features".to_owned());
    }
    let has = |wanted: &str| files.iter().any(|file| file.name == wanted);
    problems.extend(FILES.iter().filter(|name| !has(name)).map(|name| format!("{name} is missing")));
    for file in files {
        if FOLDERS.iter().any(|folder| file.name.starts_with(folder)) {
            problems.push(format!("{} is of no use to users", file.name));
        }
    }
    if packed > LARGEST {
        problems.push(format!("{packed} bytes, and {LARGEST} are allowed"));
    }
    problems
}

/// How many files there are in each folder at the top.
pub(crate) fn summary(files: &[File]) -> String {
    let mut folders = BTreeMap::<&str, usize>::new();
    for file in files {
        *folders.entry(file.name.split_once('/').map_or("", |(folder, _)| folder)).or_default() += 1;
    }
    let top = folders.remove("").unwrap_or(0);
    let listed: Vec<String> =
        folders.iter().map(|(folder, n_files)| format!("{folder}/ {n_files}")).collect();
    format!("{}, top {top}", listed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(more: &str) -> Package {
        let json = format!(
            r#"{{ "name": "a", "version": "1", "manifest_path": "/x/Cargo.toml", "source": null, "publish": null,
                  "dependencies": [], "description": "d", "documentation": "d", "edition": "2024",
                  "license": "l", "readme": "r", "repository": "r", "rust_version": "1",
                  "keywords": ["k"], "metadata": {{ "docs": {{ "rs": {{ "all-features": true }} }} }}, {more} }}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    fn files(more: &[&str]) -> Vec<File> {
        FILES.iter().chain(more).map(|&name| File { name: name.to_owned(), bytes: 1 }).collect()
    }

    #[test]
    fn an_archive_is_complete_and_small() {
        let complete = package(r#""categories": ["c"]"#);
        assert_eq!(problems(&complete, &files(&["src/lib.rs"]), 1), [""; 0]);
        assert_eq!(
            problems(&complete, &files(&["docs/api/a.txt"]), 1),
            ["docs/api/a.txt is of no use to users"]
        );
        assert_eq!(problems(&complete, &files(&[])[1..], 1), ["Cargo.lock is missing"]);
        assert_eq!(problems(&complete, &files(&[]), LARGEST + 1).len(), 1);
        assert_eq!(problems(&package(r#""categories": []"#), &files(&[]), 1).len(), 1);
    }

    #[test]
    fn folders_are_counted() {
        assert_eq!(summary(&files(&["src/a.rs", "src/b/c.rs", "docs/d.md"])), "docs/ 1, src/ 2, top 4");
    }
}
