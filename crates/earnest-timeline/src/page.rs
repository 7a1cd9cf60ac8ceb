//! The page: its text and its tables, which are there without a script, and what the script draws.

use crate::columns;
use crate::picture::Picture;
use crate::summary::TimelineSummary;
use crate::text::{Html, Short, per_cent};
use std::io::{self, Write};

const TEMPLATE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/style.css");
/// One after the other, these are one module.
const SCRIPTS: [&str; 6] = [
    include_str!("page/data.js"),
    include_str!("page/view.js"),
    include_str!("page/draw.js"),
    include_str!("page/find.js"),
    include_str!("page/hover.js"),
    include_str!("page/main.js"),
];

/// Rows of a table that are shown. What comes after them took little time.
const MOST_ROWS: usize = 100;

pub(crate) fn write(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    let mut rest = TEMPLATE;
    while let Some((text, key, after)) = next_key(rest) {
        out.write_all(text.as_bytes())?;
        fill(key, picture, out)?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// The text before the next `{{key}}`, the key, and what comes after it.
fn next_key(template: &str) -> Option<(&str, &str, &str)> {
    let (text, rest) = template.split_once("{{")?;
    let (key, after) = rest.split_once("}}")?;
    Some((text, key, after))
}

fn fill(key: &str, picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    match key {
        "title" => {
            let pools: Vec<&str> = picture.pools.iter().map(|name| &**name).collect();
            write!(out, "{}", Html(&pools.join(", ")))
        }
        "style" => out.write_all(STYLE.as_bytes()),
        "summary" => write_summary(picture, out),
        "kinds" => write_kinds(picture, out),
        "workers" => write_workers(picture, out),
        "data" => columns::write(picture, out),
        "script" => SCRIPTS.iter().try_for_each(|script| out.write_all(script.as_bytes())),
        other => unreachable!("the template has a key {other}, which nothing fills"),
    }
}

fn write_summary(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    let summary = TimelineSummary { left_out: 0, ..TimelineSummary::of(picture) }.to_string();
    for line in summary.lines() {
        writeln!(out, "<p>{}</p>", Html(line))?;
    }
    if picture.left_out > 0 {
        let n = picture.left_out;
        let (records, were) = if n == 1 { ("record", "was") } else { ("records", "were") };
        write!(out, "<p class=\"warning\">The recording was full: {n} later {records} {were} left out. ")?;
        writeln!(out, "Tasks that had not ended are drawn up to there. ")?;
        writeln!(out, "<code>Timeline::with_capacity</code> makes room for more.</p>")?;
    }
    Ok(())
}

fn write_kinds(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    let total: u64 = picture.kinds.iter().map(|kind| kind.ran_for).sum();
    for (number, kind) in picture.kinds.iter().enumerate().take(MOST_ROWS) {
        let label = Html(&kind.label);
        write!(out, "<tr data-kind=\"{number}\"><td><i class=\"swatch c{}\"></i>{label}</td>", kind.colour)?;
        write!(out, "<td>{}</td>", kind.n_tasks)?;
        let n_begun = kind.n_begun.max(1) as u64;
        write!(out, "<td>{}</td>", Short::of_nanos(kind.ran_for))?;
        write!(out, "<td>{:.0} %</td>", per_cent(kind.ran_for, total))?;
        write!(out, "<td>{}</td>", Short::of_nanos(kind.ran_for / n_begun))?;
        write!(out, "<td>{}</td>", Short::of_nanos(kind.longest_run))?;
        write!(out, "<td>{}</td>", Short::of_nanos(kind.queued_for / kind.n_tasks.max(1) as u64))?;
        write!(out, "<td>{}</td>", Short::of_nanos(kind.longest_queued))?;
        for n in [kind.n_panicked, kind.n_dismissed] {
            if n > 0 { write!(out, "<td>{n}</td>")? } else { write!(out, "<td></td>")? }
        }
        writeln!(out, "</tr>")?;
    }
    write_more(picture.kinds.len(), 10, out)
}

fn write_workers(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    let end = picture.end;
    let mut n_tasks = vec![0_u64; picture.lanes.len()];
    for task in &picture.tasks {
        if let crate::picture::Fate::Ran { lane, .. } = task.fate {
            n_tasks[lane] += 1;
        }
    }
    for (lane, n_tasks) in picture.lanes.iter().zip(n_tasks).take(MOST_ROWS) {
        let (pool, name) = (&picture.pools[lane.pool as usize], Html(&lane.name));
        let shares = [lane.ran_for, lane.waited_for, lane.parked_for].map(|time| per_cent(time, end));
        let alive: u64 = lane.alive.iter().map(|(from, to)| to - from).sum();
        let busy = lane.ran_for + lane.waited_for + lane.parked_for;
        let other = per_cent(alive.saturating_sub(busy), end);
        write!(out, "<tr><td>{name}</td><td>{}</td><td>{n_tasks}</td><td class=\"bar\"><div>", Html(pool))?;
        for (class, share) in ["ran", "waited", "parked", "awake"].iter().zip(shares.iter().chain([&other])) {
            write!(out, "<i class=\"{class}\" style=\"width:{share:.2}%\"></i>")?;
        }
        write!(out, "</div></td>")?;
        for share in shares {
            write!(out, "<td>{share:.0} %</td>")?;
        }
        writeln!(out, "<td>{other:.0} %</td><td>{}</td></tr>", lane.steals.len())?;
    }
    write_more(picture.lanes.len(), 9, out)
}

/// That there are more rows than are shown.
fn write_more(n_rows: usize, n_columns: usize, out: &mut impl Write) -> io::Result<()> {
    match n_rows.saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(out, "<tr><td colspan=\"{n_columns}\">and {more} more</td></tr>"),
    }
}
