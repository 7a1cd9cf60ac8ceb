//! Tables in Markdown.

use std::fmt;

/// Rows of cells under a heading. Columns whose heading begins with `>` are numbers.
#[derive(Debug)]
pub(crate) struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: impl IntoIterator<Item = impl Into<String>>) -> Table {
        Table { headings: headings.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles = self.headings.iter().map(|heading| heading.trim_start_matches('>'));
        writeln!(f, "| {} |", titles.collect::<Vec<_>>().join(" | "))?;
        let sides = self.headings.iter().map(|heading| if heading.starts_with('>') { "--:" } else { "---" });
        writeln!(f, "|{}|", sides.collect::<Vec<_>>().join("|"))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn numbers_stand_to_the_right() {
        let mut table = Table::new(["name", ">count"]);
        table.row(["a".into(), "10".into()]);
        assert_eq!(table.to_string(), "| name | count |\n|---|--:|\n| a | 10 |\n");
    }
}
