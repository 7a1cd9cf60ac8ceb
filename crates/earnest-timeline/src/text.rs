//! How texts and times are written.

use core::fmt::{self, Write as _};
use core::time::Duration;

/// A JSON string, which may also stand in a script of a page: no `<` is in it.
pub(crate) struct Json<'a>(pub(crate) &'a str);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '<' | '\u{2028}' | '\u{2029}' | '\0'..'\u{20}' => write!(f, "\\u{:04x}", c as u32)?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// Text in a page, or an attribute in double quotes.
pub(crate) struct Html<'a>(pub(crate) &'a str);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            // A page cannot have it.
            '\0' => f.write_char(char::REPLACEMENT_CHARACTER),
            c => f.write_char(c),
        })
    }
}

/// A length of time to three digits, for people.
pub(crate) struct Short(pub(crate) Duration);

impl Short {
    pub(crate) fn of_nanos(nanos: u64) -> Short {
        Short(Duration::from_nanos(nanos))
    }
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        let (value, unit) = match seconds {
            0.999_5.. => (seconds, "s"),
            0.000_999_5.. => (seconds * 1e3, "ms"),
            0.000_000_999_5.. => (seconds * 1e6, "µs"),
            _ => (seconds * 1e9, "ns"),
        };
        let digits = if unit == "ns" || value >= 99.95 {
            0
        } else if value >= 9.995 {
            1
        } else {
            2
        };
        write!(f, "{value:.digits$} {unit}")
    }
}

/// A part in hundred.
pub(crate) fn per_cent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_string_is_read_back_whatever_is_in_it() {
        let text = "</script><!-- \"quoted\" \\ \u{0}\u{1f}\u{7f}\n\t\u{2028} 😀";
        let json = Json(text).to_string();
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        assert!(!json.contains('<'));
    }

    #[test]
    fn a_page_shows_text_as_it_is() {
        assert_eq!(Html("<b class=\"x\">&\0").to_string(), "&lt;b class=&quot;x&quot;&gt;&amp;\u{fffd}");
    }

    #[test]
    fn times_have_three_digits() {
        let short = |nanos| Short::of_nanos(nanos).to_string();
        assert_eq!([short(0), short(999), short(1_000)], ["0 ns", "999 ns", "1.00 µs"]);
        assert_eq!([short(12_345), short(999_600), short(123_456_789)], ["12.3 µs", "1.00 ms", "123 ms"]);
        assert_eq!([short(999_900_000), short(61_000_000_000)], ["1.00 s", "61.0 s"]);
    }
}
