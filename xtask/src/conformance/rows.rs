//! Which rows there are.

use std::collections::BTreeSet;

/// How the ids of a section's rows end.
enum Last {
    Number(usize),
    Letter(u8),
}

/// The sections in the order of the page: how their ids begin, and how far they go. Rows are neither dropped nor
/// numbered anew, as tests name them.
const SECTIONS: [(&str, Last); 14] = [
    ("1.1.", Last::Number(10)),
    ("1.2.", Last::Number(14)),
    ("1.3.", Last::Number(14)),
    ("1.4.", Last::Number(14)),
    ("1.5.", Last::Number(1)),
    ("1.6.", Last::Number(5)),
    ("1.7.", Last::Number(6)),
    ("1.8.", Last::Number(4)),
    ("", Last::Number(101)),
    ("2b.", Last::Letter(b'z')),
    ("3.1.", Last::Number(3)),
    ("3.2.", Last::Number(4)),
    ("3.3.", Last::Number(8)),
    ("3.4.", Last::Number(4)),
];

/// The ids of all rows, in the order of the page.
pub(crate) fn all() -> Vec<String> {
    let mut ids = Vec::new();
    for (section, last) in &SECTIONS {
        match last {
            Last::Number(last) => ids.extend((1..=*last).map(|n| format!("{section}{n}"))),
            Last::Letter(last) => ids.extend((b'a'..=*last).map(|n| format!("{section}{}", char::from(n)))),
        }
    }
    ids
}

/// What is wrong with `found` as the ids of a page, each with its index in `found`, if it is there.
pub(crate) fn breaches(found: &[&str]) -> Vec<(Option<usize>, String)> {
    let known = all();
    let mut breaches = Vec::new();
    let mut seen = BTreeSet::new();
    let mut place = None;
    for (index, id) in found.iter().enumerate() {
        let at = known.iter().position(|known| known == id);
        if at.is_none() {
            breaches.push((Some(index), format!("there is no row {id}")));
        } else if !seen.insert(*id) {
            breaches.push((Some(index), format!("row {id} is there twice")));
        } else if at < place {
            breaches.push((Some(index), format!("row {id} is out of order")));
        }
        place = place.max(at);
    }
    let missing = known.iter().filter(|id| !seen.contains(id.as_str()));
    breaches.extend(missing.map(|id| (None, format!("row {id} is missing"))));
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct() {
        let all = all();
        assert_eq!(all.len(), 214);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 214);
        assert!(
            ["1.1.1", "1.8.4", "27", "101", "2b.a", "2b.z", "3.4.4"]
                .iter()
                .all(|id| all.contains(&id.to_string()))
        );
    }

    #[test]
    fn rows_that_are_missing_unknown_doubled_or_displaced_are_named() {
        let all = all();
        let mut found: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(breaches(&found), []);
        found.swap(0, 1);
        assert_eq!(breaches(&found), [(Some(1), "row 1.1.1 is out of order".to_owned())]);
        found.swap(0, 1);
        found[1] = "1.1.1";
        found[2] = "1.1.11";
        assert_eq!(
            breaches(&found),
            [
                (Some(1), "row 1.1.1 is there twice".to_owned()),
                (Some(2), "there is no row 1.1.11".to_owned()),
                (None, "row 1.1.2 is missing".to_owned()),
                (None, "row 1.1.3 is missing".to_owned()),
            ]
        );
    }
}
