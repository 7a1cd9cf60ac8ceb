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
