//! Pictures as SVG within the page. Their colours are those of the page, light or dark.

use std::fmt::Write;

use crate::profile::{Histogram, Interaction, Stripes};

/// The bars of a histogram as one path.
pub(super) fn histogram(histogram: &Histogram, low: &str, high: &str) -> String {
    let most = histogram.shares.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let width = 240.0 / histogram.shares.len() as f64;
    let mut path = String::new();
    for (at, share) in histogram.shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let height = (60.0 * share / most).max(0.7);
        let (x, gap) = (at as f64 * width, if width > 4.0 { 1.0 } else { 0.3 });
        let _ = write!(path, "M{x:.1} 60v-{height:.1}h{:.1}v{height:.1}z", width - gap);
    }
    format!(
        "<svg class=h viewBox='0 0 240 74' role=img aria-label='histogram from {low} to {high}'>\
         <path class=b d='{path}'/><path class=a d='M0 60.5h240'/><text y=72>{low}</text>\
         <text x=240 y=72 text-anchor=end>{high}</text></svg>"
    )
}

/// The hexagons of two columns: the more rows, the darker, in five steps.
pub(super) fn hexagons(picture: &Interaction, across: &str, up: &str) -> String {
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
    format!(
        "<figure><svg class=x viewBox='0 0 262 262' role=img aria-label='{up} over {across}'>{paths}</svg>\
         <figcaption>{up} (up) over {across} (across)</figcaption></figure>"
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
