//! What of an output is another each time: times, factors, numbers of the machine, ports.

/// What may follow a number, after a space or at once, and what both are replaced with.
const UNITS: [(&str, &str); 8] = [
    ("ns", "<time>"),
    ("µs", "<time>"),
    ("ms", "<time>"),
    ("s", "<time>"),
    ("x", "<factor>"),
    ("times", "<factor>"),
    ("workers by default", "<number> workers by default"),
    ("processors", "<number> processors"),
];

/// Where the port of an own server comes behind.
const THIS_MACHINE: &str = "127.0.0.1:";

/// The line, with such figures replaced.
pub(crate) fn mask(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let is_inside = masked.ends_with(|c: char| c.is_alphanumeric() || "._:".contains(c));
        if let Some(after) = rest.strip_prefix(THIS_MACHINE) {
            masked += THIS_MACHINE;
            masked += "<port>";
            rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        } else if let Some((replacement, after)) = figure(rest).filter(|_| !is_inside) {
            masked += replacement;
            rest = after;
        } else {
            masked.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    masked
}

/// What to put in place of the number that `text` begins with, if it has a unit, and what comes after both.
fn figure(text: &str) -> Option<(&'static str, &str)> {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let whole = digits(text);
    if whole == 0 {
        return None;
    }
    let mut rest = &text[whole..];
    if let Some(decimals) = rest.strip_prefix('.').filter(|decimals| digits(decimals) > 0) {
        rest = &decimals[digits(decimals)..];
    }
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    UNITS.iter().find_map(|(unit, replacement)| {
        let after = rest.strip_prefix(unit)?;
        (!after.starts_with(|c: char| c.is_alphanumeric())).then_some((*replacement, after))
    })
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn times_factors_and_ports_are_masked() {
        for (line, masked) in [
            ("one by one   0.35 s", "one by one   <time>"),
            ("after 30.123456ms, 45 ms", "after <time>, <time>"),
            ("12µs and 3ns", "<time> and <time>"),
            ("that is 3.1 x as fast, or 4x", "that is <factor> as fast, or <factor>"),
            ("6 workers by default, 2 processors", "<number> workers by default, <number> processors"),
            ("Saved http://127.0.0.1:40123/a to a", "Saved http://127.0.0.1:<port>/a to a"),
        ] {
            assert_eq!(mask(line), masked);
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for line in [
            "3 squared is 9",
            "500 workers",
            "10 server",
            "v1.5 stays",
            "page2 s",
            "1.2.3",
            "[3/20] /page/3: 4 links",
        ] {
            assert_eq!(mask(line), line);
        }
    }
}
