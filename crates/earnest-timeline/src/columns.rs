//! The picture as the page's script reads it: JSON, a column for each thing that is known of tasks.

use crate::lane::Span;
use crate::picture::{Fate, Picture, Task};
use crate::text::Json;
use core::fmt::Display;
use earnest_core::TaskEnd;
use std::collections::HashMap;
use std::io::{self, Write};

/// Stands for none, also for what lies in the future.
const NONE: i64 = -1;

pub(crate) fn write(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    let (mut names, mut places) = (Texts::default(), Texts::default());
    let named: Vec<i64> = picture.tasks.iter().map(|task| names.number(task.name.as_deref())).collect();
    let placed: Vec<i64> =
        picture.tasks.iter().map(|task| places.number(Some(&task.place.to_string()))).collect();

    write!(out, "{{\"end\":{},\"leftOut\":{},\n\"pools\":", picture.end, picture.left_out)?;
    let rows_below = |pool| picture.rows_below(pool);
    list(out, picture.pools.iter().enumerate(), |out, (pool, name)| {
        write!(out, "{{\"name\":{},\"rowsBelow\":{}}}", Json(name), rows_below(pool))
    })?;
    write!(out, ",\n\"kinds\":")?;
    list(out, &picture.kinds, |out, kind| {
        write!(out, "{{\"label\":{},\"colour\":{}}}", Json(&kind.label), kind.colour)
    })?;
    write!(out, ",\n\"ends\":")?;
    list(out, TaskEnd::ALL, |out, end| write!(out, "\"{}\"", end.as_str()))?;
    for (key, texts) in [("names", names), ("places", places)] {
        write!(out, ",\n\"{key}\":")?;
        list(out, &texts.list, |out, text| write!(out, "{}", Json(text)))?;
    }
    write_lanes(picture, out)?;

    write!(out, ",\n\"tasks\":{{\"name\":")?;
    list(out, named, |out, name| write!(out, "{name}"))?;
    write!(out, ",\n\"place\":")?;
    list(out, placed, |out, place| write!(out, "{place}"))?;
    let end_of = |task: &Task| task.end().and_then(|end| TaskEnd::ALL.iter().position(|other| *other == end));
    let ended_at = |task: &Task| match task.fate {
        Fate::Queued { .. } => NONE,
        Fate::Dismissed { at, .. } => at as i64,
        Fate::Ran { ended, .. } => ended.map_or(NONE, |(at, _)| at as i64),
    };
    let place_of = |task: &Task| match task.fate {
        Fate::Queued { row } | Fate::Dismissed { row, .. } => (NONE, row as i64, NONE),
        Fate::Ran { lane, row, began, .. } => (lane as i64, row as i64, began as i64),
    };
    column(picture, out, "id", |task| task.id)?;
    column(picture, out, "kind", |task| task.kind)?;
    column(picture, out, "pool", |task| task.pool)?;
    column(picture, out, "queued", |task| task.queued)?;
    column(picture, out, "from", |task| task.from.map_or(NONE, |lane| lane as i64))?;
    column(picture, out, "lane", |task| place_of(task).0)?;
    column(picture, out, "row", |task| place_of(task).1)?;
    column(picture, out, "began", |task| place_of(task).2)?;
    column(picture, out, "ended", ended_at)?;
    column(picture, out, "end", |task| end_of(task).map_or(NONE, |end| end as i64))?;
    write!(out, "}}}}")
}

fn write_lanes(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    write!(out, ",\n\"lanes\":")?;
    list(out, &picture.lanes, |out, lane| {
        let (name, is_worker) = (Json(&lane.name), lane.worker.is_some());
        write!(out, "{{\"name\":{name},\"pool\":{},\"worker\":{is_worker}", lane.pool)?;
        write!(out, ",\"rows\":{},\"alive\":", lane.rows)?;
        list(out, &lane.alive, write_span)?;
        write!(out, ",\"parked\":")?;
        list(out, &lane.parked, write_span)?;
        write!(out, ",\"waits\":")?;
        list(out, &lane.waits, |out, ((from, to), row)| write!(out, "{from},{to},{row}"))?;
        write!(out, ",\"steals\":")?;
        list(out, &lane.steals, |out, at| write!(out, "{at}"))?;
        write!(out, "}}")
    })
}

fn write_span(out: &mut impl Write, (from, to): &Span) -> io::Result<()> {
    write!(out, "{from},{to}")
}

/// What is known of all tasks in one respect.
fn column<D: Display>(
    picture: &Picture,
    out: &mut impl Write,
    key: &str,
    of: impl Fn(&Task) -> D,
) -> io::Result<()> {
    write!(out, ",\n\"{key}\":")?;
    list(out, &picture.tasks, |out, task| write!(out, "{}", of(task)))
}

/// Several, with commas between them, in brackets.
pub(crate) fn list<W: Write, T>(
    out: &mut W,
    items: impl IntoIterator<Item = T>,
    mut write_one: impl FnMut(&mut W, T) -> io::Result<()>,
) -> io::Result<()> {
    let mut separator = "[";
    for item in items {
        out.write_all(separator.as_bytes())?;
        write_one(out, item)?;
        separator = ",";
    }
    out.write_all(if separator == "[" { b"[]" } else { b"]" })
}

/// Texts that tasks have in common, each written once.
#[derive(Default)]
struct Texts {
    list: Vec<String>,
    number_of: HashMap<String, i64>,
}

impl Texts {
    fn number(&mut self, text: Option<&str>) -> i64 {
        let Some(text) = text else { return NONE };
        if let Some(number) = self.number_of.get(text) {
            return *number;
        }
        let number = self.list.len() as i64;
        self.list.push(text.to_owned());
        self.number_of.insert(text.to_owned(), number);
        number
    }
}
