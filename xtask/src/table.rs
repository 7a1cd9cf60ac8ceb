//! Plain text tables.

/// Rows of cells under a heading, printed with aligned columns. Columns whose heading begins with `>` are
/// numbers.
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: &[&'static str]) -> Table {
        Table { headings: headings.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn print(&self) {
        print!("{}", self.render());
    }

    fn render(&self) -> String {
        let titles: Vec<String> =
            self.headings.iter().map(|heading| heading.trim_start_matches('>').to_owned()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&titles).chain(&self.rows).collect();
        let mut text = String::new();
        for line in &lines {
            let mut padded = String::new();
            for (column, cell) in line.iter().enumerate() {
                let width = lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
                let aligned = if self.headings[column].starts_with('>') {
                    format!("{cell:>width$}  ")
                } else {
                    format!("{cell:<width$}  ")
                };
                padded.push_str(&aligned);
            }
            text.push_str(padded.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(&["name", ">count", "remark"]);
        table.row(["a".into(), "10".into(), String::new()]);
        table.row(["long".into(), "7".into(), "ok".into()]);
        assert_eq!(table.render(), "name  count  remark\na        10\nlong      7  ok\n");
    }
}
