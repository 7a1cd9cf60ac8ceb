//! The targets: what was to be reached, what was, and what limits what was not.

use super::{MISSING, Material, workers};
use crate::report::figures::{Unit, ratio};
use crate::report::rounds::GROWTH;
use crate::report::table::Table;
use crate::report::targets::{BEST, Kind, Target};
use crate::report::verdict::{Finding, RUNS, Verdict};
use std::fmt::Write as _;

pub(super) fn write(material: &Material<'_>) -> String {
    let text = format!(
        "## Targets

Ratios are of ours to the one named, in the same round.
The interval is where the median lies with 95 %, by bootstrap: 2000 times runs are drawn with replacement, and as many rounds from each as it has.
The verdict says what the median is within: \"aim\", or else \"must\", or else it is \"missed\".
If the interval holds the must (or the aim, where there is no must), it cannot be said on which side of it ours is: the verdict is \"even\".
From fewer than {RUNS} runs it holds \"so far\".
What limits a target that is not clearly met is said where its workload is.

Growth is what an item costs at one of the sizes, over what it costs at a smaller one, at worst: who is cheaper with more has none. That of a peer counts if it was measured at all of them.

"
    );
    let mut table = Table::new([
        "workload",
        ">workers",
        "against",
        ">must",
        ">aim",
        ">measured",
        ">95 % interval",
        "from",
        "verdict",
    ]);
    for (target, finding) in &material.targets {
        let (measured, interval, from, verdict) = match finding {
            None => (MISSING.to_owned(), String::new(), String::new(), String::new()),
            Some(finding) => (
                format!("**{}**", figure(target, finding.median)),
                format!("{}–{}", bare(target, finding.interval.low), figure(target, finding.interval.high)),
                format!("{}, {}", many(finding.runs(), "run"), many(finding.rounds(), "round")),
                verdict(finding),
            ),
        };
        let [words, workers, against] = named(target);
        let section = material.workloads.iter().find(|workload| workload.name == target.workload);
        table.row([
            section.map_or(words.clone(), |workload| format!("[{words}](#{})", anchor(&workload.title))),
            workers,
            against,
            bound(target, target.must),
            bound(target, target.aim),
            measured,
            interval,
            from,
            verdict,
        ]);
    }
    text + &table.to_string()
}

/// What limits the targets that are not clearly met, and those short of their aim if there is something to say.
pub(super) fn limits<'a>(targets: impl IntoIterator<Item = &'a (&'a Target, Option<Finding>)>) -> String {
    let mut text = String::new();
    for (target, finding) in targets {
        let Some(finding) = finding else { continue };
        let limits = target.limits.trim();
        let met = matches!(finding.verdict, Verdict::Aim | Verdict::Must);
        let limits = match (limits, met) {
            ("", true) => continue,
            _ if finding.verdict == Verdict::Aim => continue,
            ("", false) => "What limits it is not known yet.",
            (limits, _) => limits,
        };
        let of = match against(target) {
            none if none.is_empty() => none,
            other => format!(" of {other}"),
        };
        let (words, workers) = (&target.words, workers(target.workers).to_lowercase());
        let measured = figure(target, finding.median);
        let _ = writeln!(text, "- {words}, {workers}: {}, {measured}{of}. {limits}", verdict(finding));
    }
    text
}

/// A figure of a target, or one that it is compared with.
pub(super) fn figure(target: &Target, value: f64) -> String {
    match target.kind {
        Kind::Ratio => ratio(value),
        Kind::Absolute => unit(target).with_name(value),
    }
}

/// Without the unit, which follows.
fn bare(target: &Target, value: f64) -> String {
    match target.kind {
        Kind::Ratio => ratio(value),
        Kind::Absolute => unit(target).figure(value),
    }
}

/// That of what is to be reached, so that what is compared has one unit.
fn unit(target: &Target) -> Unit {
    Unit::of(&target.metric, target.must.or(target.aim).unwrap_or_default())
}

/// The words, the number of workers, and whom ours is compared with.
pub(super) fn named(target: &Target) -> [String; 3] {
    let workers = if target.workers == 0 { String::new() } else { target.workers.to_string() };
    [target.words.clone(), workers, against(target)]
}

/// What a heading is called in a link, as GitHub does it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn bound(target: &Target, bound: Option<f64>) -> String {
    bound.map(|bound| format!("≤ {}", figure(target, bound))).unwrap_or_default()
}

fn against(target: &Target) -> String {
    match (target.kind, target.against.as_str(), target.metric.as_str()) {
        (Kind::Absolute, ..) => String::new(),
        (_, BEST, GROWTH) => "the least growth of a peer".to_owned(),
        (_, BEST, _) => "the best peer".to_owned(),
        (_, name, _) => name.to_owned(),
    }
}

fn verdict(finding: &Finding) -> String {
    let so_far = if finding.runs() < RUNS { ", so far" } else { "" };
    format!("{}{so_far}", finding.verdict)
}

fn many(number: usize, of: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {of}{plural}")
}

#[cfg(test)]
mod tests {
    use super::anchor;

    #[test]
    fn headings_are_linked_as_github_names_them() {
        assert_eq!(anchor("Map, items of 10 µs"), "map-items-of-10-µs");
    }
}
