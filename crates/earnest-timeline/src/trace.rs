//! The picture as a trace in Chrome's format, for Perfetto.

use crate::lane::Span;
use crate::picture::{Fate, Picture, Task};
use crate::text::Json;
use core::fmt;
use std::io::{self, Write};

/// Writes events, with commas between them.
struct Events<W> {
    out: W,
    separator: &'static str,
}

/// Microseconds, as the format has them, to the nanosecond.
struct Micros(u64);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000, self.0 % 1_000)
    }
}

pub(crate) fn write(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"leftOut\":{}}},", picture.left_out)?;
    out.write_all(b"\"traceEvents\":[")?;
    let mut events = Events { out, separator: "\n" };
    write_names(picture, &mut events)?;
    write_lanes(picture, &mut events)?;
    for task in &picture.tasks {
        write_task(picture, task, &mut events)?;
    }
    write_queues(picture, &mut events)?;
    events.out.write_all(b"\n]}\n")
}

impl<W: Write> Events<W> {
    /// One event: `fields` are JSON, without the braces.
    fn event(&mut self, phase: char, fields: fmt::Arguments<'_>) -> io::Result<()> {
        let separator = std::mem::replace(&mut self.separator, ",\n");
        write!(self.out, "{separator}{{\"ph\":\"{phase}\",{fields}}}")
    }

    fn slice(&mut self, at: &str, (from, to): Span, more: fmt::Arguments<'_>) -> io::Result<()> {
        let (from, long) = (Micros(from), Micros(to.saturating_sub(from)));
        self.event('X', format_args!("{at},\"ts\":{from},\"dur\":{long},{more}"))
    }
}

/// A pool is a process to the viewer, and a lane a thread. Zero is neither.
fn place_of(picture: &Picture, lane: usize) -> String {
    format!("\"pid\":{},\"tid\":{}", picture.lanes[lane].pool + 1, lane + 1)
}

fn write_names(picture: &Picture, events: &mut Events<impl Write>) -> io::Result<()> {
    for (pool, name) in picture.pools.iter().enumerate() {
        let (pid, name) = (pool + 1, Json(name));
        events.event(
            'M',
            format_args!("\"pid\":{pid},\"name\":\"process_name\",\"args\":{{\"name\":{name}}}"),
        )?;
        events.event(
            'M',
            format_args!("\"pid\":{pid},\"name\":\"process_sort_index\",\"args\":{{\"sort_index\":{pool}}}"),
        )?;
    }
    for (lane, name) in picture.lanes.iter().map(|lane| Json(&lane.name)).enumerate() {
        let at = place_of(picture, lane);
        events.event('M', format_args!("{at},\"name\":\"thread_name\",\"args\":{{\"name\":{name}}}"))?;
        events.event(
            'M',
            format_args!("{at},\"name\":\"thread_sort_index\",\"args\":{{\"sort_index\":{lane}}}"),
        )?;
    }
    Ok(())
}

fn write_lanes(picture: &Picture, events: &mut Events<impl Write>) -> io::Result<()> {
    for (number, lane) in picture.lanes.iter().enumerate() {
        let at = place_of(picture, number);
        for span in &lane.parked {
            events.slice(&at, *span, format_args!("\"cat\":\"worker\",\"name\":\"parked\""))?;
        }
        for (span, _) in &lane.waits {
            events.slice(&at, *span, format_args!("\"cat\":\"worker\",\"name\":\"waits\""))?;
        }
        for steal in lane.steals.iter().map(|at| Micros(*at)) {
            let what = "\"cat\":\"worker\",\"name\":\"steals\",\"s\":\"t\"";
            events.event('i', format_args!("{at},\"ts\":{steal},{what}"))?;
        }
    }
    Ok(())
}

fn write_task(picture: &Picture, task: &Task, events: &mut Events<impl Write>) -> io::Result<()> {
    let label = task.label();
    let (name, place) = (Json(&label), task.place.to_string());
    let outcome = match (task.end(), task.fate) {
        (Some(end), _) => end.as_str(),
        (None, Fate::Queued { .. }) => "queued",
        (None, _) => "running",
    };
    let queued_for = Micros(task.queued_for(picture.end));
    let (id, place) = (task.id, Json(&place));
    let args = format!(
        "\"args\":{{\"id\":{id},\"place\":{place},\"queued for (us)\":{queued_for},\"outcome\":\"{outcome}\"}}"
    );
    let Fate::Ran { lane, began, .. } = task.fate else {
        // Not on a thread, and side by side: the viewer gives each a track.
        let at = format!("\"pid\":{},\"tid\":0,\"id\":{id},\"cat\":\"never began\"", task.pool + 1);
        let (from, to) = (Micros(task.queued), Micros(task.left_queue(picture.end)));
        events.event('b', format_args!("{at},\"ts\":{from},\"name\":{name},{args}"))?;
        return events.event('e', format_args!("{at},\"ts\":{to},\"name\":{name}"));
    };
    let at = place_of(picture, lane);
    let to = began + task.ran_for(picture.end).unwrap_or(0);
    events.slice(&at, (began, to), format_args!("\"cat\":\"task\",\"name\":{name},{args}"))?;
    // An arrow from the task that has submitted it.
    if let Some(from) = task.from {
        let what = format!("\"cat\":\"submits\",\"name\":\"submits\",\"id\":{id}");
        let (from, queued, began) = (place_of(picture, from), Micros(task.queued), Micros(began));
        events.event('s', format_args!("{from},\"ts\":{queued},{what}"))?;
        events.event('f', format_args!("{at},\"ts\":{began},\"bp\":\"e\",{what}"))?;
    }
    Ok(())
}

/// How many tasks were queued, over time.
fn write_queues(picture: &Picture, events: &mut Events<impl Write>) -> io::Result<()> {
    for pool in 0..picture.pools.len() {
        let tasks = || picture.tasks.iter().filter(|task| task.pool as usize == pool);
        let mut steps: Vec<(u64, i64)> = tasks().map(|task| (task.queued, 1)).collect();
        let still = |task: &&Task| matches!(task.fate, Fate::Queued { .. });
        steps.extend(tasks().filter(|task| !still(task)).map(|task| (task.left_queue(picture.end), -1)));
        // In first where both are at once.
        steps.sort_unstable_by_key(|(at, step)| (*at, -step));
        let mut queued = 0;
        for (at, step) in steps {
            queued += step;
            let (pid, at) = (pool + 1, Micros(at));
            events.event(
                'C',
                format_args!("\"pid\":{pid},\"ts\":{at},\"name\":\"queued\",\"args\":{{\"tasks\":{queued}}}"),
            )?;
        }
    }
    Ok(())
}
