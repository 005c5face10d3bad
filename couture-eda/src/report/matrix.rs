//! Correlations of few columns as coloured matrices.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{decimals, escape};
use crate::profile::{Measure, Profile};

/// Columns up to which a matrix is drawn.
const MOST_COLUMNS: usize = 30;
/// Columns up to which the cells hold their numbers.
const MOST_NUMBERED: usize = 14;
/// Characters of a name at a column's head.
const MOST_HEAD_CHARS: usize = 18;

/// A matrix of the numbers and one of the categories, where there are enough of them and not too many.
pub(super) fn matrices(profile: &Profile) -> String {
    [(Measure::Spearman, "Spearman, as a matrix"), (Measure::CramersV, "Cramér’s V, as a matrix")]
        .map(|(measure, title)| matrix(profile, measure, title))
        .concat()
}

fn matrix(profile: &Profile, measure: Measure, title: &str) -> String {
    let of = || profile.pairs.iter().filter(|pair| pair.measure == measure);
    let columns: BTreeSet<usize> = of().flat_map(|pair| [pair.a, pair.b]).collect();
    if columns.len() < 3 || columns.len() > MOST_COLUMNS || profile.columns.len() > 2 * MOST_COLUMNS {
        return String::new();
    }
    let values: BTreeMap<(usize, usize), f64> =
        of().flat_map(|pair| [((pair.a, pair.b), pair.value), ((pair.b, pair.a), pair.value)]).collect();
    let name = |column: usize| profile.columns[column].name.as_str();
    let mut table = "<tr><td>".to_owned();
    for column in &columns {
        let (whole, short) = (escape(name(*column)), escape(&shortened(name(*column))));
        let _ = write!(table, "<th scope=col title=\"{whole}\"><span>{short}</span>");
    }
    for a in &columns {
        let _ = write!(table, "<tr><th scope=row title=\"{0}\">{0}", escape(name(*a)));
        for b in &columns {
            let value = if a == b { Some(1.0) } else { values.get(&(*a, *b)).copied() };
            let title = format!("{} and {}", escape(name(*a)), escape(name(*b)));
            table.push_str(&cell(value, &title, columns.len() <= MOST_NUMBERED));
        }
    }
    let scale = legend(measure == Measure::CramersV);
    format!("<div class=w><h3>{title}</h3>{scale}<table class=k>{table}</table></div>")
}

fn cell(value: Option<f64>, title: &str, is_numbered: bool) -> String {
    let Some(value) = value else { return format!("<td title=\"{title}: not measured\">") };
    let (class, size) = (if value < 0.0 { "n" } else { "p" }, value.abs());
    let text = if is_numbered { decimals(value, 2) } else { String::new() };
    // White on a dark cell, and the page's ink on a pale one.
    let strong = if size > 0.6 { " z" } else { "" };
    format!("<td class=\"{class}{strong}\" style='--s:{size:.2}' title=\"{title}: {}\">{text}", decimals(value, 3))
}

/// What the colours mean: from -1 to 1, or from 0 to 1.
fn legend(is_positive: bool) -> String {
    let (class, marks) = if is_positive { ("e e0", ["0", "0.5", "1"]) } else { ("e", ["−1", "0", "1"]) };
    let marks = marks.map(|mark| format!("<span>{mark}</span>")).concat();
    format!("<div class=\"{class}\" role=img aria-label='scale of colours'><i></i><p>{marks}</p></div>")
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= MOST_HEAD_CHARS {
        return name.to_owned();
    }
    name.chars().take(MOST_HEAD_CHARS - 1).chain(['…']).collect()
}
