//! Pictures as SVG within the page. Their colours are those of the page, light or dark.

use std::fmt::Write;

use super::{Axis, number, percent};
use crate::profile::{Histogram, Interaction, Stripes};

/// The bars of a histogram as one path.
pub(super) fn histogram(histogram: &Histogram, low: &str, high: &str) -> String {
    let most = histogram.shares.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    format!(
        "<svg class=h viewBox='0 0 240 80' role=img aria-label='histogram from {low} to {high}'>\
         <text y=7>tallest bar {}</text><path class=b d='{}'/><path class=a d='M0 70.5h240'/><text y=78.5>{low}</text>\
         <text x=240 y=78.5 text-anchor=end>{high}</text></svg>",
        percent(most),
        bars(&histogram.shares, most, (70.0, 58.0))
    )
}

/// Bars from left to right over a width of 240, as a path. `place` is where they stand, and how high the one of the share
/// `most` is.
pub(crate) fn bars(shares: &[f64], most: f64, (bottom, tallest): (f64, f64)) -> String {
    let width = 240.0 / shares.len() as f64;
    let mut path = String::new();
    for (at, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let height = (tallest * share / most).max(0.7);
        let (x, gap) = (at as f64 * width, if width > 4.0 { 1.0 } else { 0.3 });
        let _ = write!(path, "M{x:.1} {bottom}v-{height:.1}h{:.1}v{height:.1}z", width - gap);
    }
    path
}

/// A column of a picture of two.
pub(super) struct Side<'a> {
    /// The name, as it stands in a page.
    pub(super) name: &'a str,
    pub(super) axis: Axis,
}

/// The hexagons of two columns: the more rows, the darker, in five steps.
pub(super) fn hexagons(picture: &Interaction, across: &Side<'_>, up: &Side<'_>) -> String {
    const CELL: f64 = 10.0;
    let most = picture.hexagons.iter().map(|(_, _, count)| *count).max().unwrap_or(1);
    let mut steps = vec![String::new(); 5];
    for (i, j, count) in &picture.hexagons {
        let step = (f64::from(*count).ln_1p() / f64::from(most).ln_1p() * 4.99) as usize;
        let shift = if j.rem_euclid(2) == 1 { 0.5 } else { 0.0 };
        let (x, y) = ((f64::from(*i) + shift + 0.5) * CELL, 250.0 - f64::from(*j) * CELL);
        let _ = write!(steps[step.min(4)], "M{x:.0} {:.0}l5 3v6l-5 3-5-3v-6z", y - 6.0);
    }
    let paths: String = steps.iter().enumerate().map(|(at, path)| format!("<path class=x{at} d='{path}'/>")).collect();
    let mut marks = String::new();
    for (place, anchor, text) in across.axis.across() {
        let x = 5.0 + 240.0 * place;
        let _ =
            write!(marks, "<path class=a d='M{x:.0} 262v4'/><text x={x:.0} y=276 text-anchor={anchor}>{text}</text>");
    }
    for (value, text) in &up.axis.marks {
        let y = 250.0 - 240.0 * up.axis.place(*value);
        let _ =
            write!(marks, "<path class=a d='M0 {y:.0}h-4'/><text x=-6 y={:.0} text-anchor=end>{text}</text>", y + 3.0);
    }
    let (name, other) = (up.name, across.name);
    format!(
        "<figure><svg class=x viewBox='-68 -2 334 282' role=img aria-label='{name} over {other}'>\
         <rect class=a x=0 y=0 width=262 height=262 />{paths}{marks}</svg>\
         <figcaption>{name} (up) over {other} (across); darkest: {} rows</figcaption></figure>",
        number(f64::from(most))
    )
}

/// For each column, its stripes: the darker, the more is missing.
pub(super) fn stripes(stripes: &Stripes, name: impl Fn(usize) -> String) -> String {
    let mut rows = String::new();
    for (column, shares) in &stripes.columns {
        let width = 400.0 / shares.len().max(1) as f64;
        let mut svg = String::new();
        for (at, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let _ = write!(
                svg,
                "<rect class=b x={:.1} width={width:.1} height=14 opacity={:.2} />",
                at as f64 * width,
                0.15 + 0.85 * share
            );
        }
        let _ = write!(
            rows,
            "<tr><th>{}<td><svg class=s viewBox='0 0 400 14' preserveAspectRatio=none>{svg}</svg>",
            name(*column)
        );
    }
    format!("<table class=m>{rows}</table>")
}
