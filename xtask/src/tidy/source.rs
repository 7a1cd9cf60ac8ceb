//! A Rust file, with its code told apart from comments and literals.

/// A Rust file.
pub(crate) struct Source {
    /// From the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text with everything but code blanked out, line by line.
    pub(crate) code: String,
}

impl Source {
    pub(crate) fn new(path: String, text: String) -> Source {
        let code = code_only(&text);
        Source { path, text, code }
    }

    /// Whether this is library code: in a crate's src, unit tests aside.
    pub(crate) fn is_library(&self) -> bool {
        self.path.starts_with("crates/") && self.path.contains("/src/") && !self.path.ends_with("tests.rs")
    }

    /// The lines of code, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Blanks out comments and literals, and keeps the lines.
fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let length = skipped(&chars[at..], at.checked_sub(1).map(|before| chars[before]));
        if length == 0 {
            code.push(chars[at]);
            at += 1;
            continue;
        }
        code.extend(chars[at..at + length].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        at += length;
    }
    code
}

/// How many characters from the first on are a comment or a literal; 0 for code.
fn skipped(chars: &[char], before: Option<char>) -> usize {
    let in_word = before.is_some_and(is_word);
    match chars {
        ['/', '/', ..] => chars.iter().position(|c| *c == '\n').unwrap_or(chars.len()),
        ['/', '*', ..] => block_comment(chars),
        ['"', ..] => 1 + string(&chars[1..]),
        ['r', '"' | '#', ..] if !in_word => raw_string(chars),
        // A character, not a lifetime: an escape, or a quote after one character.
        ['\'', '\\', _, rest @ ..] => {
            3 + rest.iter().position(|c| *c == '\'').map_or(rest.len(), |end| end + 1)
        }
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    }
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn block_comment(chars: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < chars.len() {
        match &chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The rest of a string after its opening quote.
fn string(chars: &[char]) -> usize {
    let mut at = 0;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn raw_string(chars: &[char]) -> usize {
    let hashes = chars[1..].iter().take_while(|c| **c == '#').count();
    if chars.get(1 + hashes) != Some(&'"') {
        // A raw identifier.
        return 0;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = 2 + hashes;
    let end = chars[body..].windows(closing.len()).position(|window| window == closing);
    end.map_or(chars.len(), |end| body + end + closing.len())
}

#[cfg(test)]
mod tests {
    use super::code_only;

    fn words(text: &str) -> Vec<String> {
        code_only(text).split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g"), ["a", "c", "g"]);
        assert_eq!(words(r#"a "b \" c" d"#), ["a", "d"]);
        assert_eq!(words("a r#\"b \" c\"# d r\"e\" f"), ["a", "d", "f"]);
        assert_eq!(words(r"a '\'' b '\u{41}' c '\\' d"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn lifetimes_and_raw_identifiers_are_code() {
        assert_eq!(words("<'a, 'b> r#type 'x'"), ["<'a,", "'b>", "r#type"]);
        assert_eq!(words("for \"x\" in"), ["for", "in"]);
    }

    #[test]
    fn lines_stay_lines() {
        let text = "a\n/* b\nc */\n\"d\ne\" f\n";
        assert_eq!(code_only(text).lines().count(), text.lines().count());
    }
}
