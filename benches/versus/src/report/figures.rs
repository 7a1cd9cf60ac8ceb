//! Numbers as they are printed: two or three digits that mean something, and a unit.

use super::rounds::GROWTH;

/// What the values of a metric are written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unit {
    /// Empty for what is only counted.
    pub(crate) name: &'static str,
    divisor: f64,
    /// Counts are whole more often than not, and have no zeros for show.
    trimmed: bool,
}

impl Unit {
    /// The unit in which `least`, the least of the values, is not a small part of one. Times are recorded in ns.
    pub(crate) fn of(metric: &str, least: f64) -> Unit {
        let (name, divisor) = match metric {
            "time" | "cpu" | "p99" => match least {
                least if least < 1e4 => ("ns", 1.0),
                least if least < 1e6 => ("µs", 1e3),
                least if least < 1e10 => ("ms", 1e6),
                _ => ("s", 1e9),
            },
            "bytes" => ("B", 1.0),
            GROWTH => ("×", 1.0),
            _ => ("", 1.0),
        };
        let trimmed = divisor == 1.0 && !matches!(name, "ns" | "×");
        Unit { name, divisor, trimmed }
    }

    pub(crate) fn scaled(self, value: f64) -> f64 {
        value / self.divisor
    }

    /// Without the unit, which stands in the heading.
    pub(crate) fn figure(self, value: f64) -> String {
        let text = digits(self.scaled(value));
        if self.trimmed { trimmed(&text) } else { text }
    }

    pub(crate) fn with_name(self, value: f64) -> String {
        match self.name {
            "" => self.figure(value),
            "×" => format!("{}×", ratio(value)),
            name => format!("{} {name}", self.figure(value)),
        }
    }

    /// `time, ns`.
    pub(crate) fn heading(self, of: &str) -> String {
        if self.name.is_empty() { of.to_owned() } else { format!("{of}, {}", self.name) }
    }
}

/// What a metric is called in a heading.
pub(crate) fn called(metric: &str) -> &str {
    match metric {
        "cpu" => "CPU",
        "p99" => "99th percentile",
        "switches" => "voluntary switches",
        metric => metric,
    }
}

/// Three significant digits, and thousands apart.
pub(crate) fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    // As printed: 999.9 has become 1000, and one digit more before the point.
    let exponent: i32 = format!("{value:.2e}").split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if exponent < 3 {
        return format!("{value:.*}", (2 - exponent) as usize);
    }
    let step = 10f64.powi(exponent - 2);
    thousands(((value / step).round() * step) as u64)
}

pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(|group| String::from_utf8_lossy(group)).collect();
    groups.join(",")
}

/// Two digits after the point, which is what the noise leaves; fewer of what is large.
pub(crate) fn ratio(value: f64) -> String {
    match value {
        value if value < 0.0995 => digits(value),
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => digits(value),
    }
}

/// Without zeros at the end that say nothing.
pub(crate) fn trimmed(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_kept() {
        let written =
            [0.0, 0.012_34, 0.5, 1.0, 63.04, 99.96, 999.6, 1234.0, 28_360.0, 1_234_567.0].map(digits);
        let expected =
            ["0", "0.0123", "0.500", "1.00", "63.0", "100", "1,000", "1,230", "28,400", "1,230,000"];
        assert_eq!(written, expected);
    }

    #[test]
    fn ratios_have_two_places() {
        assert_eq!([0.0123, 0.187, 1.0, 12.34, 198.39].map(ratio), ["0.0123", "0.19", "1.00", "12.3", "198"]);
    }

    #[test]
    fn units_fit_the_least() {
        assert_eq!(Unit::of("time", 63.0).with_name(63.0), "63.0 ns");
        assert_eq!(Unit::of("time", 20_600.0).with_name(20_600.0), "20.6 µs");
        assert_eq!(Unit::of("cpu", 1e6).with_name(1e6), "1.00 ms");
        assert_eq!(Unit::of("bytes", 88.0).with_name(88.0), "88 B");
        assert_eq!(Unit::of("switches", 7.0).with_name(7.0), "7");
        assert_eq!(Unit::of("allocations", 1.05).with_name(1.05), "1.05");
        assert_eq!(Unit::of(GROWTH, 1.3).with_name(1.3), "1.30×");
        assert_eq!(Unit::of("time", 63.0).heading("time"), "time, ns");
        assert_eq!(Unit::of("switches", 7.0).heading("switches"), "switches");
    }
}
