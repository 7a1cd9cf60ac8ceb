//! What a program is expected to print: lines in their order, and lines that may come in any.
//!
//! In a file of it, the line `# any order` begins such lines, and `# in order` ends them.

use super::mask::mask;

const ANY_ORDER: &str = "# any order";
const IN_ORDER: &str = "# in order";

/// See the module's text.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    blocks: Vec<Block>,
}

#[derive(Debug, Default)]
struct Block {
    is_ordered: bool,
    lines: Vec<String>,
}

impl Expected {
    pub(crate) fn parse(text: &str) -> Self {
        let mut blocks = vec![Block { is_ordered: true, lines: Vec::new() }];
        for line in text.lines() {
            match (line, blocks.last_mut()) {
                (ANY_ORDER, _) => blocks.push(Block { is_ordered: false, lines: Vec::new() }),
                (IN_ORDER, _) => blocks.push(Block { is_ordered: true, lines: Vec::new() }),
                (line, block) => block.into_iter().for_each(|block| block.lines.push(line.to_owned())),
            }
        }
        Self { blocks }
    }

    /// Where `printed` is something else, line by line.
    pub(crate) fn difference(&self, printed: &str) -> Option<String> {
        let lines = self.blocks.iter().flat_map(|block| block.lines.clone()).collect();
        let expected = joined(&self.arranged(lines), false);
        let printed = joined(&self.arranged(masked(printed)), false);
        (expected != printed).then(|| diffy::create_patch(&expected, &printed).to_string())
    }

    /// The text of a file that expects `printed`, and whether there is no telling where in it any order is allowed.
    pub(crate) fn renewed(&self, printed: &str) -> (String, bool) {
        let lines = masked(printed);
        let n_lines: usize = self.blocks.iter().map(|block| block.lines.len()).sum();
        if n_lines == lines.len() {
            return (joined(&self.arranged(lines), true), false);
        }
        let had_markers = self.blocks.iter().any(|block| !block.is_ordered);
        (joined(&[Block { is_ordered: true, lines }], true), had_markers)
    }

    /// Divides `lines` as these are divided, and sorts those whose order is free. What is too much comes at the end.
    fn arranged(&self, lines: Vec<String>) -> Vec<Block> {
        let mut lines = lines.into_iter();
        let mut arranged: Vec<Block> = self
            .blocks
            .iter()
            .map(|block| {
                let mut part: Vec<String> = lines.by_ref().take(block.lines.len()).collect();
                if !block.is_ordered {
                    part.sort();
                }
                Block { is_ordered: block.is_ordered, lines: part }
            })
            .collect();
        arranged.push(Block { is_ordered: true, lines: lines.collect() });
        arranged
    }
}

fn masked(printed: &str) -> Vec<String> {
    printed.lines().map(mask).collect()
}

fn joined(blocks: &[Block], with_markers: bool) -> String {
    let mut text = String::new();
    let mut was_ordered = true;
    for block in blocks.iter().filter(|block| !block.lines.is_empty()) {
        if with_markers && block.is_ordered != was_ordered {
            text += if block.is_ordered { IN_ORDER } else { ANY_ORDER };
            text += "\n";
        }
        was_ordered = block.is_ordered;
        for line in &block.lines {
            text += line;
            text += "\n";
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "begin\n# any order\na took <time>\nb took <time>\n# in order\nend\n";

    #[test]
    fn what_is_expected_is_no_difference() {
        let expected = Expected::parse(TEXT);
        assert_eq!(expected.difference("begin\na took 1 s\nb took 2 s\nend\n"), None);
        assert_eq!(expected.difference("begin\nb took 3 ms\na took 1.5 s\nend\n"), None);
    }

    #[test]
    fn a_wrong_output_is_a_difference() {
        let expected = Expected::parse(TEXT);
        for wrong in [
            "",
            "begin\na took 1 s\nb took 2 s\n",
            "begin\na took 1 s\nb took 2 s\nend\nmore\n",
            "begin\na took 1 s\nc took 2 s\nend\n",
            "begin\na took 1 s\na took 2 s\nend\n",
            "a took 1 s\nbegin\nb took 2 s\nend\n",
        ] {
            assert!(expected.difference(wrong).is_some(), "{wrong:?}");
        }
        let shown = expected.difference("begin\na took 1 s\nc took 2 s\nend\n").unwrap();
        assert!(shown.contains("\n-b took <time>\n+c took <time>\n"), "{shown}");
    }

    #[test]
    fn the_order_counts_where_it_is_not_free() {
        assert!(Expected::parse("a\nb\n").difference("b\na\n").is_some());
    }

    #[test]
    fn renewing_keeps_what_may_be_in_any_order() {
        let (text, lost) = Expected::parse(TEXT).renewed("begin\ny took 1 s\nx took 2 s\nend\n");
        assert!(!lost);
        assert_eq!(text, "begin\n# any order\nx took <time>\ny took <time>\n# in order\nend\n");
        assert_eq!(Expected::parse(TEXT).renewed("one line\n"), ("one line\n".to_owned(), true));
        assert_eq!(Expected::default().renewed("new\n"), ("new\n".to_owned(), false));
    }
}
