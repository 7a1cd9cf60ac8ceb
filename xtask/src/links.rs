//! `cargo xtask links`: that the links of all texts lead somewhere: to files, to headings, to definitions.
//!
//! Other sites are left alone: whether they answer is no matter of a change.

mod page;

use crate::cargo::{metadata, root};
use crate::tidy::{self, Problem};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use page::Page;

pub(crate) fn run() -> Result<ExitCode> {
    let files: Vec<PathBuf> = tidy::files()?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    let mut pages = BTreeMap::new();
    for path in &files {
        pages.insert(tidy::relative(path), Page::new(&fs::read_to_string(path)?));
    }
    // A page that is also read elsewhere, as at docs.rs, names its neighbours by where they lie at the project's site.
    let metadata = metadata()?;
    let site = metadata.published().iter().find_map(|package| package.text("repository")).map(str::to_owned);
    let site = format!("{}/blob/main/", site.unwrap_or_default());
    let exists = |path: &str| root().join(path).exists();
    let problems: Vec<Problem> =
        pages.iter().flat_map(|(name, page)| dead(name, page, &pages, &site, exists)).collect();
    for problem in &problems {
        println!("{problem}");
    }
    let n_links: usize = pages.values().map(|page| page.links.len()).sum();
    println!("links: {n_links} links in {} pages, {} dead", pages.len(), problems.len());
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

type Pages = BTreeMap<String, Page>;

/// The links of `page` that lead nowhere. `exists` is asked for paths from the root, of files that are no pages.
fn dead(name: &str, page: &Page, pages: &Pages, site: &str, exists: impl Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |line, what| problems.push(Problem { path: name.to_owned(), line, what });
    for (line, label) in &page.undefined {
        say(*line, format!("no definition of the link [{label}]"));
    }
    for (line, target) in &page.links {
        let path = match target.strip_prefix(site) {
            Some(path) => Some(("", path)),
            // Other sites, and items that rustdoc finds where a text is also a crate's page.
            None if target.contains(':') => None,
            None => Some((name.rsplit_once('/').map_or("", |(folder, _)| folder), target.as_str())),
        };
        let Some((folder, path)) = path else { continue };
        let (file, anchor) = path.split_once('#').map_or((path, None), |(file, anchor)| (file, Some(anchor)));
        let file = if path.starts_with('#') { Some(name.to_owned()) } else { normal(folder, file) };
        match (file.as_deref().map(|file| pages.get(file)), anchor) {
            (Some(Some(there)), Some(anchor)) if !there.anchors.contains(anchor) => {
                say(*line, format!("no such heading: {target}"));
            }
            (Some(Some(_)), _) => (),
            (Some(None), _) if file.as_deref().is_some_and(&exists) => (),
            _ => say(*line, format!("dead link: {target}")),
        }
    }
    problems
}

/// Where `path` leads from `folder`, both from the root. `None`: out of it.
fn normal(folder: &str, path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in Path::new(folder).join(path).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?.to_owned()),
            Component::CurDir => (),
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<usize> {
        let mut pages = Pages::new();
        pages.insert("docs/x.md".to_owned(), Page::new(text));
        pages.insert("docs/there.md".to_owned(), Page::new("# A `b`, c\n"));
        let exists = |path: &str| path == "docs/drawing.svg";
        let found = dead("docs/x.md", &pages["docs/x.md"], &pages, "https://our.site/", exists);
        found.iter().map(|problem| problem.line).collect()
    }

    const NONE: [usize; 0] = [];

    #[test]
    fn a_file_must_be_there() {
        assert_eq!(problems("[a](there.md)\n![b](drawing.svg) [c](../docs/there.md)\n"), NONE);
        assert_eq!(problems("x\n[a](gone.md)\n[b](../../there.md)\n[c](/there.md)\n"), [2, 3, 4]);
    }

    #[test]
    fn a_heading_must_be_there() {
        assert_eq!(problems("# Here we are\n[a](#here-we-are) [b](there.md#a-b-c)\n"), NONE);
        assert_eq!(problems("# Here\n\n[a](#there)\n\n[b](there.md#a)\n"), [3, 5]);
    }

    #[test]
    fn a_label_must_be_defined() {
        assert_eq!(problems("[a][b] [b]\n\n[b]: there.md\n"), NONE);
        assert_eq!(problems("see\n[a][c]\n"), [2]);
        // Also where nobody uses the definition.
        assert_eq!(problems("Text.\n\n[b]: gone.md\n"), [3]);
    }

    #[test]
    fn code_and_other_sites_are_left_alone() {
        assert_eq!(
            problems("`[a](gone.md)` [b](https://x.y/z) [c](Future::result)\n\n```\n[d](gone)\n```\n"),
            NONE
        );
    }

    #[test]
    fn our_own_site_is_looked_at_where_it_comes_from() {
        assert_eq!(problems("[a](https://our.site/docs/there.md#a-b-c)\n"), NONE);
        assert_eq!(problems("[a](https://our.site/there.md)\n"), [1]);
    }
}
