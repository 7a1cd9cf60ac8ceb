//! What the plots have in common: paper, ink, and text.
//!
//! They are drawn in pixels: what plotters offers for axes knows neither several panels that share names, nor
//! which ticks are worth a label on so little room. Text has no measured width, as no font is loaded: margins
//! are estimated, and every text is anchored on the side where it must not run into anything.

mod axis;
mod curves;
mod dots;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(crate) use axis::Axis;
pub(crate) use curves::{Curves, Line};
pub(crate) use dots::{Dots, Mark, Panel, Row};

/// Of Okabe and Ito's colours, which most people can tell apart.
const OURS: RGBColor = RGBColor(0, 114, 178);
/// Behind what is ours.
const BAND: RGBColor = RGBColor(227, 239, 247);
const INK: RGBColor = RGBColor(40, 40, 40);
const FAINT: RGBColor = RGBColor(110, 110, 110);
const GRID: RGBColor = RGBColor(226, 226, 226);

const WIDTH: u32 = 900;

const TITLE: f64 = 17.0;
const TEXT: f64 = 13.0;
const SMALL: f64 = 12.0;

/// Room for a title and the line below it.
const HEAD: i32 = 62;
/// Room for the labels of the ticks and the name of the axis.
const FOOT: i32 = 48;
const EDGE: i32 = 16;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A drawing of that height.
fn drawing(height: i32, draw: impl FnOnce(&Canvas<'_>) -> Result<()>) -> Result<String> {
    let mut svg = String::new();
    let canvas =
        Canvas { area: SVGBackend::with_string(&mut svg, (WIDTH, height as u32)).into_drawing_area() };
    canvas.area.fill(&WHITE).map_err(failed)?;
    draw(&canvas)?;
    canvas.area.present().map_err(failed)?;
    drop(canvas);
    Ok(svg)
}

fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("drawing: {error}")
}

struct Canvas<'a> {
    area: Area<'a>,
}

impl Canvas<'_> {
    fn draw<'b, E>(&self, element: &'b E) -> Result<()>
    where
        &'b E: PointCollection<'b, (i32, i32)>,
        E: for<'c> Drawable<SVGBackend<'c>>,
    {
        self.area.draw(element).map_err(failed)
    }

    fn line(&self, from: (i32, i32), to: (i32, i32), style: impl Into<ShapeStyle>) -> Result<()> {
        self.draw(&PathElement::new(vec![from, to], style))
    }

    fn text(&self, text: &str, at: (i32, i32), ink: Ink) -> Result<()> {
        // plotters takes sizes for points of a screen of its own.
        let size = ink.size * 1.24;
        let style = if ink.bold { FontStyle::Bold } else { FontStyle::Normal };
        let turn = if ink.upwards { FontTransform::Rotate270 } else { FontTransform::None };
        let font = FontDesc::new(FontFamily::SansSerif, size, style).transform(turn);
        let style = TextStyle::from(font).color(&ink.color).pos(Pos::new(ink.side, VPos::Center));
        self.area.draw_text(text, &style, at).map_err(failed)
    }

    fn heading(&self, title: &str, below: &str) -> Result<()> {
        self.text(title, (EDGE, 20), Ink { size: TITLE, bold: true, ..Ink::new(HPos::Left) })?;
        self.text(below, (EDGE, 41), Ink { color: FAINT, size: SMALL, ..Ink::new(HPos::Left) })
    }
}

/// How a text is written.
#[derive(Clone, Copy)]
struct Ink {
    color: RGBColor,
    size: f64,
    bold: bool,
    upwards: bool,
    /// Which part of the text is at its place.
    side: HPos,
}

impl Ink {
    fn new(side: HPos) -> Ink {
        Ink { color: INK, size: TEXT, bold: false, upwards: false, side }
    }

    fn of_contender(ours: bool, side: HPos) -> Ink {
        Ink { color: if ours { OURS } else { INK }, bold: ours, ..Ink::new(side) }
    }
}

/// Room for the longest of the names, with some to spare.
fn room<'a>(names: impl Iterator<Item = &'a str>) -> i32 {
    let longest = names.map(|name| name.chars().count()).max().unwrap_or(0);
    (longest as f64 * TEXT * 0.58) as i32 + EDGE
}
