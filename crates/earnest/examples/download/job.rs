//! What to download, and which file it goes to.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use ureq::http::Uri;

/// One URL of the list, and the file that it is saved to.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) url: String,
    pub(crate) path: PathBuf,
}

/// Gives each URL a file of its own in `folder`.
///
/// The names are settled here, before anything runs: so they depend on the list alone, and not on which download
/// happens to be first.
pub(crate) fn jobs<'a>(urls: impl IntoIterator<Item = &'a str>, folder: &Path) -> Vec<Job> {
    let mut taken = HashSet::new();
    let job = |url: &str| Job { url: url.to_owned(), path: folder.join(unique(&file_name(url), &mut taken)) };
    urls.into_iter().map(job).collect()
}

/// The last part of the URL's path, reduced to letters, digits and what is harmless between them.
fn file_name(url: &str) -> String {
    // Long enough for anybody, and short enough for every file system even with a number added.
    const MAX_LEN: usize = 200;

    let uri = url.parse::<Uri>().unwrap_or_default();
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    let harmless = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    // Without its leading dots a name is neither `..` nor hidden.
    match last.trim_start_matches('.') {
        "" => "index.html".to_owned(),
        name => name.chars().map(harmless).take(MAX_LEN).collect(),
    }
}

/// `name`, or the first of `name-1`, `name-2`, ... that nobody has yet. The number goes before the extension.
fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let (stem, extension) = match name.rfind('.') {
        Some(dot) => name.split_at(dot),
        None => (name, ""),
    };
    let numbered = (1_u64..).map(|n| format!("{stem}-{n}{extension}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        // Some file systems take `A` and `a` for the same.
        .find(|candidate| taken.insert(candidate.to_ascii_lowercase()))
        .expect("a list is shorter than the numbers there are")
}
