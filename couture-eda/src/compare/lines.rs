use std::fmt::Write;

use super::{ColumnDifference, Comparison, Degree, Difference};
use crate::cell::Kind;
use crate::report::{estimate, moment, number, percent};

/// The difference as lines of text: a sentence about all, and a line for each column that has changed, the most first.
#[must_use]
pub fn text(comparison: &Comparison) -> String {
    let mut text = format!("{}\n", comparison.summary());
    named(&mut text, "new tables", &comparison.new_tables);
    named(&mut text, "lost tables", &comparison.lost_tables);
    let is_one = comparison.tables.len() == 1 && comparison.new_tables.len() + comparison.lost_tables.len() == 0;
    for table in &comparison.tables {
        if !is_one {
            let _ = writeln!(text, "\n{}\n{}", table.name, table.difference.summary());
        }
        lines(&mut text, &table.difference);
    }
    text
}

fn lines(text: &mut String, difference: &Difference) {
    let _ = writeln!(text, "rows: {} before, {} after", difference.rows.0, difference.rows.1);
    named(text, "new columns", &difference.new_columns);
    named(text, "lost columns", &difference.lost_columns);
    let mut same = Vec::new();
    for column in &difference.columns {
        match column.degree() {
            Degree::Not => same.push(column.name.clone()),
            degree => _ = writeln!(text, "{} (changed {}): {}", column.name, degree.name(), facts(column).join("; ")),
        }
    }
    named(text, "no difference in", &same);
}

fn named(text: &mut String, title: &str, names: &[String]) {
    if !names.is_empty() {
        let _ = writeln!(text, "{title}: {}", names.join(", "));
    }
}

fn facts(column: &ColumnDifference) -> Vec<String> {
    let mut facts = measures(column);
    for (what, before, after) in sides(column).into_iter().filter(|(_, before, after)| before != after) {
        facts.push(format!("{what} {before} → {after}"));
    }
    for (title, values) in [("new", &column.new_values), ("lost", &column.lost_values)] {
        if !values.is_empty() {
            facts.push(format!("{title} values: {}", values.join(", ")));
        }
    }
    facts
}

/// The measures of drift.
pub(super) fn measures(column: &ColumnDifference) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(psi) = column.psi {
        let chance = column.psi_by_chance.filter(|chance| *chance >= 0.01);
        let chance = chance.map_or_else(String::new, |chance| format!(" ({chance:.4} by chance)"));
        facts.push(format!("PSI {psi:.4}{chance}"));
    }
    if let Some(ks) = column.ks {
        let bound = if column.ks_error > 0.0 { format!(" ± {:.4}", column.ks_error) } else { String::new() };
        facts.push(format!("KS {ks:.4}{bound}"));
    }
    facts
}

/// What can be said of both: its name, earlier, and later.
pub(super) fn sides(column: &ColumnDifference) -> Vec<(&'static str, String, String)> {
    let kind = |kind: Option<Kind>| kind.map_or("nothing", Kind::name).to_owned();
    let value = |value: Option<f64>, kind: Option<Kind>| match (value, kind) {
        (Some(value), Some(kind)) if kind.is_moment() => moment(value.round(), kind),
        (Some(value), _) => number(value),
        (None, _) => "–".to_owned(),
    };
    let mut sides = vec![
        ("kind", kind(column.kinds.0), kind(column.kinds.1)),
        ("missing", percent(column.missing.0), percent(column.missing.1)),
        ("distinct", estimate(&column.distinct.0), estimate(&column.distinct.1)),
    ];
    let (a, b) = column.ranges;
    if a.is_some() || b.is_some() {
        let of = |range: Option<(f64, f64)>, end: fn((f64, f64)) -> f64, kind| value(range.map(end), kind);
        let low: fn((f64, f64)) -> f64 = |range| range.0;
        let high: fn((f64, f64)) -> f64 = |range| range.1;
        sides.push(("min", of(a, low, column.kinds.0), of(b, low, column.kinds.1)));
        sides.push(("mean", value(column.means.0, column.kinds.0), value(column.means.1, column.kinds.1)));
        sides.push(("max", of(a, high, column.kinds.0), of(b, high, column.kinds.1)));
    }
    sides
}
