//! The page against the sources.

use super::page::{self, column_of};
use super::rows;
use super::sources::Sources;
use crate::tidy::Problem;

/// Every breach, in the order of the places.
pub(crate) fn check(path: &str, text: &str, sources: &Sources) -> Vec<Problem> {
    let problem = |line, what| Problem { path: path.to_owned(), line, what };
    let mut problems = sources.problems.clone();
    let (rows, broken) = page::rows(text);

    problems.extend(broken.into_iter().map(|line| problem(line, "a row has four cells".to_owned())));
    let ids: Vec<&str> = rows.iter().map(|row| row.id).collect();
    for (index, what) in rows::breaches(&ids) {
        problems.push(problem(index.map_or(0, |index| rows[index].line), what));
    }
    for row in &rows {
        problems.extend(row.breaches().into_iter().map(|what| problem(row.line, what)));
        if !row.is_exempt() && !sources.tests.iter().any(|test| test.rows.iter().any(|id| id == row.id)) {
            let what = format!("row {} has neither a test nor a reason to have none", row.id);
            problems.push(problem(row.line, what));
        }
        let column = column_of(row, &sources.tests);
        if row.tests != column {
            let what = format!(
                "row {}: the page has the tests {}, and the sources have {column}; --bless writes that",
                row.id, row.tests
            );
            problems.push(problem(row.line, what));
        }
    }

    let known = rows::all();
    for test in &sources.tests {
        for (index, row) in test.rows.iter().enumerate() {
            let what = if !known.contains(row) {
                format!("{} names row {row}, which there is not", test.label())
            } else if test.rows[..index].contains(row) {
                format!("{} names row {row} twice", test.label())
            } else {
                continue;
            };
            problems.push(Problem { path: test.path.clone(), line: test.line, what });
        }
    }
    problems.sort();
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "crates/earnest-core/tests/it/a.rs";

    /// A page of all rows, the first of which is to be pinned, and its test, called `name`.
    fn whole(name: &str) -> (String, Sources) {
        let mut sources = Sources::default();
        let test = format!("/// Row 1.1.1: words.\n#[test]\nfn {name}() {{ conform(\"1.1.1\", |_| ()); }}\n");
        sources.read(SOURCE, &test).unwrap();
        let mut text = "| row | the original | ours | tests |\n|---|---|---|---|\n".to_owned();
        for id in rows::all() {
            let verdict = if id == "1.1.1" { "same: it does." } else { "n/a: no such thing." };
            text += &format!("| {id} | does something | {verdict} | |\n");
        }
        (page::bless(&text, &sources.tests), sources)
    }

    fn breaches(text: &str, sources: &Sources) -> Vec<String> {
        check("page.md", text, sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_page_that_is_true_is_let_pass() {
        let (text, sources) = whole("f");
        assert_eq!(breaches(&text, &sources), [""; 0]);
    }

    #[test]
    fn a_test_that_is_renamed_is_noticed() {
        let (text, _) = whole("f");
        let (_, renamed) = whole("g");
        assert_eq!(
            breaches(&text, &renamed),
            [
                "page.md:3: row 1.1.1: the page has the tests [core::a::f](../crates/earnest-core/tests/it/a.rs), and the \
              sources have [core::a::g](../crates/earnest-core/tests/it/a.rs); --bless writes that"
            ]
        );
    }

    #[test]
    fn a_row_without_test_and_reason_is_named() {
        let (text, _) = whole("f");
        let untested = Sources::default();
        let blessed = page::bless(&text, &untested.tests);
        assert_eq!(
            breaches(&blessed, &untested),
            ["page.md:3: row 1.1.1 has neither a test nor a reason to have none"]
        );
        let reasonless = text.replace("1.1.2 | does something | n/a: ", "1.1.2 | does something | same: ");
        let (_, sources) = whole("f");
        assert_eq!(
            breaches(&page::bless(&reasonless, &sources.tests), &sources),
            ["page.md:4: row 1.1.2 has neither a test nor a reason to have none"]
        );
    }

    #[test]
    fn rows_that_are_not_as_they_should_be_are_named() {
        let (text, sources) = whole("f");
        let doubled = text.replace("| 1.1.3 |", "| 1.1.2 |");
        assert_eq!(
            breaches(&doubled, &sources),
            ["page.md: row 1.1.3 is missing", "page.md:5: row 1.1.2 is there twice"]
        );
        let short = text.replace("| 1.1.3 | does something ", "| 1.1.3 ");
        assert_eq!(
            breaches(&short, &sources),
            ["page.md: row 1.1.3 is missing", "page.md:5: a row has four cells"]
        );
    }

    #[test]
    fn a_test_names_rows_that_there_are_each_once() {
        for (row, what) in [("102", "names row 102, which there is not"), ("1, 1", "names row 1 twice")] {
            let (text, mut sources) = whole("f");
            let called = row.replace(',', "");
            let s = if row == called { "" } else { "s" };
            let test =
                format!("/// Row{s} {row}: words.\n#[test]\nfn g() {{ conform(\"{called}\", |_| ()); }}\n");
            sources.read(SOURCE, &test).unwrap();
            let blessed = page::bless(&text, &sources.tests);
            assert_eq!(breaches(&blessed, &sources), [format!("{SOURCE}:3: core::a::g {what}")]);
        }
    }
}
