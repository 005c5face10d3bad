//! How the values of a column were spread, and are.

use std::fmt::Write;

use super::page::short;
use super::{ColumnDifference, Shares};
use crate::profile::Histogram;
use crate::report::{Axis, bars, escape, percent};

/// The place of bars in a picture: their bottom, and the height of the tallest.
const PLACE: (f64, f64) = (70.0, 58.0);

/// Both spreads in one picture, or nothing where they are not known.
pub(super) fn picture(column: &ColumnDifference) -> String {
    match &column.shares {
        Some(Shares::Bins(before, after)) => histograms(column, before, after),
        Some(Shares::Values(values)) => table(values),
        None => "<p><small>There are too many different values to compare one by one.</small></p>".to_owned(),
    }
}

fn histograms(column: &ColumnDifference, before: &Histogram, after: &Histogram) -> String {
    let most = before.shares.iter().chain(&after.shares).copied().fold(f64::MIN_POSITIVE, f64::max);
    let axis = Axis::new(before.range, column.kinds.1);
    let mut marks = String::new();
    for (place, anchor, text) in axis.across() {
        let _ = write!(marks, "<text x={:.0} y=78.5 text-anchor={anchor}>{text}</text>", 240.0 * place);
    }
    format!(
        "<svg class=h viewBox='0 0 240 80' role=img aria-label='before and after'><text y=7>tallest bar {}</text>\
         <path class=g0 d='{}'/><path class=g1 d='{}'/><path class=a d='M0 70.5h240'/>{marks}</svg>\
         <small><i class=g0></i> before <i class=g1></i> after</small>",
        percent(most),
        bars(&before.shares, most, PLACE),
        outline(&after.shares, most),
    )
}

/// The upper edge of bars.
fn outline(shares: &[f64], most: f64) -> String {
    let width = 240.0 / shares.len() as f64;
    let mut path = format!("M0 {}", PLACE.0);
    for (at, share) in shares.iter().enumerate() {
        let _ = write!(path, "V{:.1}H{:.1}", PLACE.0 - PLACE.1 * share / most, (at + 1) as f64 * width);
    }
    path + &format!("V{}", PLACE.0)
}

fn table(values: &[(String, f64, f64)]) -> String {
    let mut rows = String::new();
    for (name, before, after) in values {
        let _ = write!(
            rows,
            "<tr><td><code>{}</code><td><meter value={before:.3}></meter> {}<td><meter value={after:.3}></meter> {}",
            escape(&short(name)),
            percent(*before),
            percent(*after)
        );
    }
    format!("<table class=v><tr><th>value<th>before<th>after{rows}</table>")
}
