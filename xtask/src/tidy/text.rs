//! The rules for texts, and for which files belong together.

use super::Problem;

/// Places that a clone does not have. Taken apart, or this file would break its own rule.
const PLACES: [&str; 2] = [concat!("../", "shared"), concat!("/work", "/")];

pub(crate) fn places(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(place) = PLACES.iter().find(|place| line.contains(**place)) {
            let what = format!("{place} is nothing that a clone has");
            problems.push(Problem { path: path.to_owned(), line: index + 1, what });
        }
    }
    problems
}

/// Relative links of a Markdown text that lead nowhere, as `exists` says.
pub(crate) fn dead_links(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (line, target) in links(text) {
        let file = target.split('#').next().unwrap_or_default();
        // Other sites, places in the same text, and items that rustdoc finds where a text is also a crate's
        // page.
        let elsewhere = target.contains("://") || target.starts_with("mailto:") || target.contains("::");
        if !elsewhere && !file.is_empty() && !exists(file) {
            problems.push(Problem { path: path.to_owned(), line, what: format!("dead link: {target}") });
        }
    }
    problems
}

/// The targets of `[text](target)` and `[text]: target`, outside code.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect();
        let inline = prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
        links.extend(inline.map(|target| (index + 1, target.to_owned())));
        if let Some((_, target)) = prose.split_once("]: ").filter(|_| prose.starts_with('[')) {
            links.push((index + 1, target.trim().to_owned()));
        }
    }
    links
}

/// Modules of a test program that its main.rs does not name, and which are therefore never run.
pub(crate) fn unreached(files: &[String], read: impl Fn(&str) -> String) -> Vec<Problem> {
    let mut problems = Vec::new();
    for main in files.iter().filter(|path| path.contains("/tests/") && path.ends_with("/main.rs")) {
        let folder = &main[..main.len() - "main.rs".len()];
        let text = read(main);
        for path in files.iter().filter(|path| path.starts_with(folder) && *path != main) {
            let module = path[folder.len()..].strip_suffix(".rs").filter(|name| !name.contains('/'));
            if let Some(module) = module.filter(|module| !text.contains(&format!("mod {module};"))) {
                let what = format!("{main} does not name this module: mod {module};");
                problems.push(Problem { path: path.clone(), line: 0, what });
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_must_lead_somewhere() {
        let text = "[a](there.md) [b](gone.md#part)\n[c](https://x.y) [d](#here) [e](Future::result)\n\
                    ```\n[f](gone)\n```\n`[g](gone)`\n[h]: gone.md\n";
        let problems = dead_links("x.md", text, |target| target == "there.md");
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [1, 7]);
    }

    #[test]
    fn a_clone_has_no_other_places() {
        assert_eq!(places("x", &format!("fine\nsee {}/y\n", PLACES[0])).len(), 1);
    }

    #[test]
    fn test_modules_are_reached() {
        let files =
            ["a/tests/it/main.rs", "a/tests/it/b.rs", "a/tests/it/c.rs", "a/tests/it/d/e.rs", "a/src/f.rs"];
        let files = files.map(str::to_owned);
        let problems = unreached(&files, |_| "mod b;\n".to_owned());
        assert_eq!(
            problems.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(),
            ["a/tests/it/c.rs"]
        );
    }
}
