//! What callgrind writes, as far as it is needed here.

use std::collections::HashMap;

/// The instructions that were executed in the program itself, its libraries aside.
///
/// The C library's share (allocation, copying) depends on its version and on the processor, and would make a
/// recorded number worthless on the next machine.
pub(super) fn own_instructions(profile: &str, program: &str) -> Option<u64> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let (mut counts, mut ours, mut found) = (0, false, false);
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        if let Some(object) = line.strip_prefix("ob=") {
            ours = name(&mut names, object) == program;
            found |= ours;
        } else if let Some(object) = line.strip_prefix("cob=") {
            name(&mut names, object);
        } else if line.starts_with("calls=") {
            // The next line is the cost of what was called, which is counted where it belongs.
            lines.next();
        } else if ours && line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) {
            counts += line.rsplit(' ').next()?.parse::<u64>().ok()?;
        }
    }
    found.then_some(counts)
}

/// Names are written out once, as `(7) name`, and then called `(7)`.
fn name<'a>(names: &mut HashMap<&'a str, &'a str>, written: &'a str) -> &'a str {
    match written.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(written).copied().unwrap_or(written),
    }
}

#[cfg(test)]
mod tests {
    use super::own_instructions;

    #[test]
    fn libraries_and_calls_are_left_out() {
        let profile = "positions: line\nevents: Ir\nsummary: 999\n\nob=(1) /lib/libc.so\nfl=(1) ???\nfn=(1) malloc\n\
                       0 500\ncob=(2) /bin/counts\ncfn=(2) main\ncalls=1 0 \n0 400\n\nob=(2)\nfn=(2)\n12 3\n+1 4\n* 5\n\
                       cob=(1)\ncfn=(1)\ncalls=1 0 \n* 500\n\nob=(1)\nfn=(3) free\n0 70\n\ntotals: 999\n";
        assert_eq!(own_instructions(profile, "/bin/counts"), Some(12));
        assert_eq!(own_instructions(profile, "/bin/other"), None);
    }
}
