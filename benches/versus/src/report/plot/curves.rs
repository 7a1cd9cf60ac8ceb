//! What an item costs, by how many there are: a line per contender, named where it ends.

use super::axis::label;
use super::{Axis, Canvas, EDGE, FAINT, FOOT, GRID, HEAD, Ink, OURS, SMALL, WIDTH, drawing, room};
use crate::report::statistics::range;
use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

const HEIGHT: i32 = 460;
/// Room for the labels on the left.
const LEFT: i32 = 78;
/// From the last point to the name.
const LEADER: i32 = 34;
/// Names are at least so far apart.
const NAME: i32 = 16;

/// Of Okabe and Ito's colours, without ours and without the yellow that white swallows.
const COLORS: [RGBColor; 6] = [
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
];

#[derive(Debug)]
pub(crate) struct Curves {
    pub(crate) title: String,
    pub(crate) below: String,
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) lines: Vec<Line>,
}

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) ours: bool,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Curves {
    /// As SVG. None if there is nothing to show.
    pub(crate) fn draw(&self) -> Result<Option<String>> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let xs = range(points().map(|(x, _)| *x));
        let Some((xs, ys)) = xs.zip(range(points().map(|(_, y)| *y))) else { return Ok(None) };
        let names = room(self.lines.iter().map(|line| line.name.as_str()));
        let (left, right) = (LEFT, WIDTH as i32 - EDGE - names - LEADER);
        let (top, bottom) = (HEAD, HEIGHT - FOOT);
        let (x, y) = (Axis::log(xs, left, right), Axis::new(ys, bottom, top));
        let svg = drawing(HEIGHT, |canvas| {
            canvas.heading(&self.title, &self.below)?;
            let faint = |side| Ink { color: FAINT, size: SMALL, ..Ink::new(side) };
            for tick in y.ticks(36) {
                canvas.line((left, y.at(tick)), (right, y.at(tick)), GRID)?;
                canvas.text(&label(tick), (left - 8, y.at(tick)), faint(HPos::Right))?;
            }
            for tick in x.ticks(90) {
                canvas.line((x.at(tick), top), (x.at(tick), bottom), GRID)?;
                canvas.text(&label(tick), (x.at(tick), bottom + 12), faint(HPos::Center))?;
            }
            canvas.line((left, bottom), (right, bottom), FAINT)?;
            canvas.text(&self.x, ((left + right) / 2, bottom + FOOT - 14), Ink::new(HPos::Center))?;
            let scale = if y.is_log() { ", logarithmic" } else { "" };
            let upwards = Ink { upwards: true, ..Ink::new(HPos::Center) };
            canvas.text(&format!("{}{scale}", self.y), (EDGE + 2, (top + bottom) / 2), upwards)?;
            self.lines(canvas, &x, &y, right + LEADER, (top, bottom))
        })?;
        Ok(Some(svg))
    }

    fn lines(&self, canvas: &Canvas<'_>, x: &Axis, y: &Axis, names: i32, within: (i32, i32)) -> Result<()> {
        let place = |(size, cost): &(f64, f64)| (x.at(*size), y.at(*cost));
        let mut placed: Vec<(&Line, Vec<(i32, i32)>)> =
            self.lines.iter().map(|line| (line, line.points.iter().map(place).collect::<Vec<_>>())).collect();
        placed.retain(|(_, points)| !points.is_empty());
        placed.sort_by_key(|(_, points)| points[points.len() - 1].1);
        let ends: Vec<i32> = placed.iter().map(|(_, points)| points[points.len() - 1].1).collect();
        let beside = apart(&ends, within);
        // Ours last, over the others; neighbours differ in colour.
        let mut order: Vec<usize> = (0..placed.len()).collect();
        order.sort_by_key(|index| placed[*index].0.ours);
        for index in order {
            let (line, points) = &placed[index];
            let (color, thick) = if line.ours { (OURS, 3) } else { (COLORS[index % COLORS.len()], 2) };
            let end = points[points.len() - 1];
            let leader = vec![end, (names - 10, beside[index]), (names - 4, beside[index])];
            canvas.draw(&PathElement::new(leader, color.mix(0.45)))?;
            canvas.draw(&PathElement::new(points.clone(), color.stroke_width(thick)))?;
            for point in points {
                canvas.draw(&Circle::new(*point, thick + 1, color.filled()))?;
                // Where colours begin again their points are hollow.
                if !line.ours && index / COLORS.len() % 2 == 1 {
                    canvas.draw(&Circle::new(*point, thick - 1, WHITE.filled()))?;
                }
            }
            canvas.text(&line.name, (names, beside[index]), Ink::of_contender(line.ours, HPos::Left))?;
        }
        Ok(())
    }
}

/// `places`, which are sorted, moved so that names beside them do not overlap.
fn apart(places: &[i32], (top, bottom): (i32, i32)) -> Vec<i32> {
    let mut apart = places.to_vec();
    let mut least = top;
    for place in &mut apart {
        *place = (*place).max(least);
        least = *place + NAME;
    }
    let mut most = bottom;
    for place in apart.iter_mut().rev() {
        *place = (*place).min(most);
        most = *place - NAME;
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn names_keep_their_distance() {
        assert_eq!(apart(&[50, 100], (0, 200)), [50, 100]);
        assert_eq!(apart(&[50, 51, 52], (0, 200)), [50, 66, 82]);
        assert_eq!(apart(&[190, 195, 200], (0, 200)), [168, 184, 200]);
    }
}
