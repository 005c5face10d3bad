//! The part of a page about the whole table.

use std::fmt::Write;

use super::cards::tag;
use super::{Axis, bytes, decimals, escape, estimate, matrix, number, percent, shapes};
use crate::profile::{AlertKind, Interaction, Measure, Profile};

/// Pairs of a measure that are listed.
const MOST_PAIRS: usize = 15;
/// Alerts that are listed before the columns.
const MOST_ALERTS: usize = 100;

pub(super) fn facts(profile: &Profile) -> String {
    let missing: u64 = profile.columns.iter().map(|column| column.absent()).sum();
    let cells = profile.rows * profile.columns.len() as u64;
    let mut rows = String::new();
    let mut add = |name: &str, value: String| {
        let _ = write!(rows, "<tr><th>{}<td>{value}", escape(name));
    };
    add("source", profile.sources.iter().take(20).map(|name| escape(name)).collect::<Vec<_>>().join("<br>"));
    add("rows", number(profile.rows as f64));
    add("columns", number(profile.columns.len() as f64));
    add("missing cells", format!("{} ({})", number(missing as f64), percent(missing as f64 / cells.max(1) as f64)));
    add("duplicate rows", estimate(&profile.duplicates));
    add("size", format!("{} stored, {} as text in memory", bytes(profile.bytes), bytes(profile.cell_bytes)));
    profile.notes.iter().for_each(|(name, value)| add(name, escape(value)));
    add("exact up to", format!("{} different values of a column", number(profile.limits.distinct as f64)));
    let from = if profile.sampled_rows == profile.rows { "all" } else { "drawn at random" };
    add("rows of correlations, words and pictures", format!("{} ({from})", number(profile.sampled_rows as f64)));
    format!("<table class=f>{rows}</table>")
}

pub(super) fn notices(profile: &Profile) -> String {
    let mut items = String::new();
    for notice in &profile.notices {
        let examples: Vec<_> = notice.examples.iter().map(|example| escape(example)).collect();
        let _ = write!(
            items,
            "<li><b>{}</b> {} <small>({})</small>",
            notice.count,
            escape(&notice.text),
            examples.join("; ")
        );
    }
    if items.is_empty() { items } else { format!("<h2>What was wrong with the source</h2><ul>{items}</ul>") }
}

pub(super) fn alerts(profile: &Profile) -> String {
    let mut items = String::new();
    for alert in profile.alerts.iter().take(MOST_ALERTS) {
        let column = alert
            .column
            .map_or_else(String::new, |at| format!("<a href=#c{at}>{}</a> ", escape(&profile.columns[at].name)));
        let _ = write!(items, "<li>{column}{}", tag(alert));
    }
    let more = profile.alerts.len().saturating_sub(MOST_ALERTS);
    if more > 0 {
        let _ = write!(items, "<li>and {more} more, at their columns");
    }
    let leaking = profile.alerts.iter().filter(|alert| alert.kind == AlertKind::Leakage).count();
    let title = if leaking > 0 { format!("Alerts ({leaking} of leakage)") } else { "Alerts".to_owned() };
    if items.is_empty() { items } else { format!("<h2>{title}</h2><ul class=l>{items}</ul>") }
}

pub(super) fn pairs(profile: &Profile) -> String {
    let name = |column: usize| format!("<a href=#c{column}>{}</a>", escape(&profile.columns[column].name));
    let mut parts = matrix::matrices(profile);
    for (measure, title) in [
        (Measure::Pearson, "Pearson"),
        (Measure::Spearman, "Spearman"),
        (Measure::CramersV, "Cramér’s V"),
        (Measure::CorrelationRatio, "Correlation ratio"),
    ] {
        let of = profile.pairs.iter().filter(|pair| pair.measure == measure);
        let rows: String = of
            .take(MOST_PAIRS)
            .map(|pair| format!("<tr><td>{}<td>{}<td>{}", name(pair.a), name(pair.b), decimals(pair.value, 3)))
            .collect();
        if !rows.is_empty() {
            let _ = write!(parts, "<div><h3>{title}</h3><table class=v>{rows}</table></div>");
        }
    }
    let bound = if profile.pair_error > 0.0 {
        let rows = number(profile.sampled_rows as f64);
        format!("<p>From {rows} rows drawn at random: at most ± {:.3} of what all rows give.</p>", profile.pair_error)
    } else {
        String::new()
    };
    if parts.is_empty() { parts } else { format!("<h2>Correlations</h2>{bound}<div class=r>{parts}</div>") }
}

pub(super) fn missing(profile: &Profile) -> String {
    if profile.missing.columns.is_empty() {
        return String::new();
    }
    let name = |column: usize| escape(&profile.columns[column].name);
    let picture = shapes::stripes(&profile.missing, name);
    let mut pairs = String::new();
    for (a, b, value) in profile.missing.pairs.iter().take(MOST_PAIRS) {
        let _ = write!(pairs, "<tr><td>{}<td>{}<td>{}", name(*a), name(*b), decimals(*value, 3));
    }
    if !pairs.is_empty() {
        pairs = format!("<h3>Missing together</h3><table class=v>{pairs}</table>");
    }
    format!(
        "<h2>Missing values</h2><p>From the first rows (left) to the last (right): the darker, the more is missing.</p>{picture}{pairs}"
    )
}

pub(super) fn interactions(profile: &Profile) -> String {
    let picture = |picture: &Interaction| {
        let names = [picture.columns.0, picture.columns.1].map(|column| escape(&profile.columns[column].name));
        let axis = |column: usize, range| Axis::new(range, profile.columns[column].kind);
        let across = shapes::Side { name: &names[0], axis: axis(picture.columns.0, picture.ranges[0]) };
        let up = shapes::Side { name: &names[1], axis: axis(picture.columns.1, picture.ranges[1]) };
        shapes::hexagons(picture, &across, &up)
    };
    let pictures: String = profile.interactions.iter().map(picture).collect();
    if pictures.is_empty() {
        return pictures;
    }
    format!("<h2>Interactions</h2><p>The darker a hexagon, the more rows lie in it.</p><div class=r>{pictures}</div>")
}

pub(super) fn head(profile: &Profile) -> String {
    if profile.head.is_empty() {
        return String::new();
    }
    let names: String =
        profile.columns.iter().take(100).map(|column| format!("<th>{}", escape(&column.name))).collect();
    let mut rows = String::new();
    for row in &profile.head {
        rows.push_str("<tr>");
        for cell in row {
            let _ = write!(rows, "<td>{}", escape(&cell.chars().take(60).collect::<String>()));
        }
    }
    format!("<h2>Some rows</h2><div class=w><table class=d><tr>{names}{rows}</table></div>")
}
