//! A dot for the median and a line for the range: a row per contender, a panel per number of workers.

use super::axis::label;
use super::{Axis, BAND, Canvas, EDGE, FAINT, FOOT, GRID, HEAD, INK, Ink, OURS, SMALL, WIDTH, drawing, room};
use crate::report::statistics::range;
use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

const ROW: i32 = 23;
/// Between panels.
const GAP: i32 = 26;
/// The headings of the panels.
const HEADINGS: i32 = 26;
/// What a label on the axis needs.
const LABEL: i32 = 56;

#[derive(Debug)]
pub(crate) struct Dots {
    pub(crate) title: String,
    /// What is on the axis, with its unit.
    pub(crate) axis: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) panels: Vec<Panel>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) ours: bool,
    /// To look at only: drawn hollow.
    pub(crate) reference: bool,
}

#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) heading: String,
    /// One per row; None where that contender was not measured.
    pub(crate) marks: Vec<Option<Mark>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Dots {
    /// As SVG. None if there is nothing to show.
    pub(crate) fn draw(&self) -> Result<Option<String>> {
        let marks = self.panels.iter().flat_map(|panel| &panel.marks).flatten();
        let Some(values) = range(marks.flat_map(|mark| [mark.low, mark.high])) else { return Ok(None) };
        let names = room(self.rows.iter().map(|row| row.name.as_str()));
        let (left, right) = (EDGE + names, WIDTH as i32 - EDGE);
        let panels = self.panels.len() as i32;
        let width = (right - left - GAP * (panels - 1)) / panels;
        let top = HEAD + HEADINGS;
        let bottom = top + ROW * self.rows.len() as i32;
        let svg = drawing(bottom + FOOT, |canvas| {
            canvas.heading(
                &self.title,
                "Dot: median. Line: from the least to the greatest of all rounds. Lower is better.",
            )?;
            for (index, row) in self.rows.iter().enumerate() {
                let middle = middle(top, index);
                if row.ours {
                    let corners = [(EDGE / 2, middle - ROW / 2), (WIDTH as i32 - EDGE / 2, middle + ROW / 2)];
                    canvas.draw(&Rectangle::new(corners, BAND.filled()))?;
                }
                canvas.text(&row.name, (left - 12, middle), Ink::of_contender(row.ours, HPos::Right))?;
            }
            let mut log = false;
            for (index, panel) in (0..).zip(&self.panels) {
                let from = left + index * (width + GAP);
                let axis = Axis::new(values, from, from + width);
                log = axis.is_log();
                self.panel(canvas, panel, &axis, (from, from + width), (top, bottom))?;
            }
            let scale = if log { ", logarithmic" } else { "" };
            let below = ((left + right) / 2, bottom + FOOT - 14);
            canvas.text(&format!("{}{scale}", self.axis), below, Ink::new(HPos::Center))
        })?;
        Ok(Some(svg))
    }

    fn panel(
        &self,
        canvas: &Canvas<'_>,
        panel: &Panel,
        axis: &Axis,
        (left, right): (i32, i32),
        (top, bottom): (i32, i32),
    ) -> Result<()> {
        let heading = Ink { bold: true, ..Ink::new(HPos::Center) };
        canvas.text(&panel.heading, ((left + right) / 2, top - 14), heading)?;
        for tick in axis.ticks(LABEL) {
            let x = axis.at(tick);
            canvas.line((x, top), (x, bottom), GRID)?;
            let ink = Ink { color: FAINT, size: SMALL, ..Ink::new(HPos::Center) };
            canvas.text(&label(tick), (x, bottom + 12), ink)?;
        }
        canvas.line((left, bottom), (right, bottom), FAINT)?;
        for (index, (row, mark)) in self.rows.iter().zip(&panel.marks).enumerate() {
            let Some(mark) = mark else { continue };
            let (color, thick) = if row.ours { (OURS, 3) } else { (INK, 2) };
            let y = middle(top, index);
            let ends = [axis.at(mark.low), axis.at(mark.high)];
            let faded = color.mix(if row.ours { 0.7 } else { 0.45 });
            canvas.line((ends[0], y), (ends[1], y), faded.stroke_width(thick))?;
            let at = (axis.at(mark.median), y);
            if row.reference {
                canvas.draw(&Circle::new(at, 4, WHITE.filled()))?;
                canvas.draw(&Circle::new(at, 4, color.stroke_width(1)))?;
            } else {
                canvas.draw(&Circle::new(at, if row.ours { 5 } else { 4 }, color.filled()))?;
            }
        }
        Ok(())
    }
}

fn middle(top: i32, row: usize) -> i32 {
    top + ROW * row as i32 + ROW / 2
}
