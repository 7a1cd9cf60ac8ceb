//! docs/conformance.md, as rows.

use super::sources::Test;

/// The heading of each table on the page: the rows come below.
const HEADING: [&str; 4] = ["row", "the original", "ours", "tests"];

/// What stands in the tests column where there are none: of a row that says why, and of one that does not.
const NONE_NEEDED: &str = "–";
const NONE_YET: &str = "**none**";

/// A row of the page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    pub(crate) id: &'a str,
    /// Counted from 1.
    pub(crate) line: usize,
    /// What the original does.
    pub(crate) original: &'a str,
    /// A verdict and a sentence.
    pub(crate) ours: &'a str,
    pub(crate) tests: &'a str,
}

impl Row<'_> {
    /// Whether the row needs no test: the thing does not exist here, and the row says so.
    pub(crate) fn is_exempt(&self) -> bool {
        self.ours.starts_with("n/a: ")
    }

    /// What is wrong with the row's own words.
    pub(crate) fn breaches(&self) -> Vec<String> {
        let mut breaches = Vec::new();
        if self.original.is_empty() {
            breaches.push(format!("row {} does not say what the original does", self.id));
        }
        let sentence =
            ["same: ", "better: ", "n/a: "].iter().find_map(|verdict| self.ours.strip_prefix(verdict));
        if !sentence.is_some_and(|sentence| sentence.ends_with('.') && sentence.len() > 1) {
            breaches.push(format!(
                "row {}: the verdict is `same`, `better` or `n/a`, a colon, and a sentence that says how or why",
                self.id
            ));
        }
        breaches
    }
}

/// The rows of all tables with our heading, and the lines that are none though they stand in such a table.
pub(crate) fn rows(text: &str) -> (Vec<Row<'_>>, Vec<usize>) {
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    for (line, cells) in table_lines(text) {
        match cells[..] {
            [id, original, ours, tests] => rows.push(Row { id, line, original, ours, tests }),
            _ => broken.push(line),
        }
    }
    (rows, broken)
}

/// The page with the tests column rewritten, and nothing else.
pub(crate) fn bless(text: &str, tests: &[Test]) -> String {
    let mut blessed: Vec<String> = text.lines().map(str::to_owned).collect();
    for row in rows(text).0 {
        let line = &mut blessed[row.line - 1];
        // A row has five bars, and the column begins after the fourth.
        let column = bars(line)[3] + 1;
        line.replace_range(column.., &format!(" {} |", column_of(&row, tests)));
    }
    blessed.join("\n") + "\n"
}

/// What is to stand in the tests column of `row`.
pub(crate) fn column_of(row: &Row<'_>, tests: &[Test]) -> String {
    let mut links: Vec<String> =
        tests.iter().filter(|test| test.rows.iter().any(|id| id == row.id)).map(Test::link).collect();
    links.sort();
    match links.is_empty() {
        false => links.join(", "),
        true if row.is_exempt() => NONE_NEEDED.to_owned(),
        true => NONE_YET.to_owned(),
    }
}

/// The lines of our tables, with their cells.
fn table_lines(text: &str) -> Vec<(usize, Vec<&str>)> {
    let mut lines = Vec::new();
    let mut in_ours = false;
    for (index, line) in text.lines().enumerate() {
        if !line.starts_with('|') {
            in_ours = false;
            continue;
        }
        let cells = cells(line);
        if cells == HEADING {
            in_ours = true;
        } else if in_ours && !cells.join("").trim_matches('-').is_empty() {
            lines.push((index + 1, cells));
        }
    }
    lines
}

/// What stands between the bars of a line, and behind the last of them, if there is anything.
fn cells(line: &str) -> Vec<&str> {
    let bars = bars(line);
    let between = bars.windows(2).map(|ends| line[ends[0] + 1..ends[1]].trim());
    let behind = bars.last().map(|last| line[last + 1..].trim()).filter(|behind| !behind.is_empty());
    between.chain(behind).collect()
}

/// Where the bars of a line are. One after a backslash is part of a cell.
fn bars(line: &str) -> Vec<usize> {
    line.match_indices('|').map(|(at, _)| at).filter(|at| !line[..*at].ends_with('\\')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# Title

| row | the original | ours | tests |
|---|---|---|---|
| 1 | `a \\| b` | same: yes. | old |
| 2 | c | n/a: no such thing. | |

| something | else |
|---|---|
| 3 | d |
";

    #[test]
    fn rows_are_those_of_tables_with_our_heading() {
        let (rows, broken) = rows(PAGE);
        assert!(broken.is_empty());
        assert_eq!(
            rows[0],
            Row { id: "1", line: 5, original: "`a \\| b`", ours: "same: yes.", tests: "old" }
        );
        assert_eq!(
            rows.iter().map(|row| (row.id, row.is_exempt())).collect::<Vec<_>>(),
            [("1", false), ("2", true)]
        );
    }

    #[test]
    fn a_line_with_too_few_or_too_many_cells_is_no_row() {
        let text = PAGE.replace("| old |", "| old | new |").replace("such thing. | |", "such thing.");
        assert_eq!(rows(&text), (vec![], vec![5, 6]));
    }

    #[test]
    fn a_row_says_what_the_original_does_and_what_ours_does() {
        let breaches = |original, ours| Row { id: "1", line: 1, original, ours, tests: "" }.breaches().len();
        assert_eq!(breaches("it does", "better: no hang."), 0);
        assert_eq!(breaches("", "better: no hang."), 1);
        for ours in ["", "same", "same: ", "n/a: why", "worse: it hangs.", "same. It does."] {
            assert_eq!(breaches("it does", ours), 1, "{ours}");
        }
    }

    #[test]
    fn only_the_tests_column_is_rewritten() {
        let test = Test::new("crates/earnest-core/tests/it/a.rs", "b", 1, vec!["1".to_owned()]);
        let blessed = bless(PAGE, &[test]);
        assert_eq!(
            blessed,
            PAGE.replace("| old |", "| [core::a::b](../crates/earnest-core/tests/it/a.rs) |")
                .replace("thing. | |", "thing. | – |")
        );
        assert_eq!(bless(&blessed, &[]), PAGE.replace("old", NONE_YET).replace("thing. | |", "thing. | – |"));
    }
}
