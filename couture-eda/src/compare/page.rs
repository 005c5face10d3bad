use std::fmt::Write;

use super::lines::{measures, sides};
use super::{ColumnDifference, Comparison, Degree, Difference, pictures};
use crate::report::{escape, find_columns, number, page};

/// Columns of a page that are shown with a picture; of more, only what differs is told.
const MOST_PICTURES: usize = 500;
/// Sources and names that are listed.
const MOST_LISTED: usize = 20;
/// Names of columns without a difference that are listed.
const MOST_SAME: usize = 1000;

/// What the numbers at the columns mean.
const MEASURES: &str = "<p>PSI, the population stability index: below 0.1 little has changed, from 0.25 on much; few rows make \
    it large by chance alone. KS, the distance of Kolmogorov and Smirnov: from 0, where both are spread alike, to 1, \
    where they do not overlap.</p>";

/// The difference as a page that needs nothing else and reaches for no other host.
#[must_use]
pub fn html(comparison: &Comparison) -> String {
    let is_one = comparison.tables.len() == 1 && comparison.new_tables.len() + comparison.lost_tables.len() == 0;
    let mut body = format!("<p class=v>{}</p>", escape(&comparison.summary()));
    if !is_one {
        body.push_str(&overview(comparison));
    }
    let (mut names, mut parts, mut cards) = (String::new(), String::new(), 0);
    for (at, table) in comparison.tables.iter().enumerate() {
        if is_one {
            body.push_str(&facts(&table.difference));
        } else {
            let summary = escape(&table.difference.summary());
            let _ = write!(parts, "<h2 id=t{at}>{}</h2><p>{summary}</p>", escape(&table.name));
            parts.push_str(&facts(&table.difference));
        }
        for column in table.difference.columns.iter().filter(|column| column.degree() != Degree::Not) {
            let _ = write!(names, "<a href=#c{cards}>{}</a> ", escape(&column.name));
            parts.push_str(&card(column, cards));
            cards += 1;
        }
    }
    body.push_str(&find_columns(&names));
    if cards > 0 {
        body.push_str(MEASURES);
    }
    body.push_str(&parts);
    let source = |of: fn(&Difference) -> &Vec<String>| {
        comparison.tables.first().and_then(|table| of(&table.difference).first()).map_or("a table", String::as_str)
    };
    let title = if is_one {
        format!("{} → {}", source(|table| &table.sources.0), source(|table| &table.sources.1))
    } else {
        format!("{} tables compared", comparison.tables.len())
    };
    page(&title, &body)
}

/// All tables in a table.
fn overview(comparison: &Comparison) -> String {
    let mut rows = String::new();
    for (at, table) in comparison.tables.iter().enumerate() {
        let _ = write!(
            rows,
            "<tr><td><a href=#t{at}>{}</a><td>{} → {}<td>{}<td>{}<td>{}<td>{}",
            escape(&table.name),
            number(table.difference.rows.0 as f64),
            number(table.difference.rows.1 as f64),
            table.difference.count(Degree::Much),
            table.difference.count(Degree::Somewhat),
            table.difference.count(Degree::Little),
            table.difference.count(Degree::Not),
        );
    }
    let mut others = String::new();
    for (title, names) in [("new tables", &comparison.new_tables), ("lost tables", &comparison.lost_tables)] {
        if !names.is_empty() {
            let _ = write!(others, "<tr><th>{title}<td>{}", list(names, MOST_SAME));
        }
    }
    format!(
        "<h2>Tables</h2><div class=w><table class=d><tr><th>table<th>rows<th>columns changed much<th>somewhat<th>little\
         <th>not{rows}</table></div><table class=f>{others}</table>"
    )
}

/// What is known of a table but for the columns that differ.
fn facts(difference: &Difference) -> String {
    let mut part = format!(
        "<table class=f><tr><th>before<td>{}<tr><th>after<td>{}<tr><th>rows<td>{} → {}",
        list(&difference.sources.0, MOST_LISTED),
        list(&difference.sources.1, MOST_LISTED),
        number(difference.rows.0 as f64),
        number(difference.rows.1 as f64),
    );
    let same: Vec<String> = difference
        .columns
        .iter()
        .filter(|column| column.degree() == Degree::Not)
        .map(|column| column.name.clone())
        .collect();
    for (title, names) in [
        ("new columns", &difference.new_columns),
        ("lost columns", &difference.lost_columns),
        ("no difference in", &same),
    ] {
        if !names.is_empty() {
            let _ = write!(part, "<tr><th>{title}<td>{}", list(names, MOST_SAME));
        }
    }
    part + "</table>"
}

fn card(column: &ColumnDifference, at: usize) -> String {
    let mut rows = String::new();
    for (what, before, after) in sides(column) {
        let mark = if before == after { "" } else { " class=o" };
        let _ = write!(rows, "<tr{mark}><th>{what}<td>{}<td>{}", escape(&before), escape(&after));
    }
    let picture = if at < MOST_PICTURES { pictures::picture(column) } else { String::new() };
    let mut values = String::new();
    for (title, names) in [("new values", &column.new_values), ("lost values", &column.lost_values)] {
        if !names.is_empty() {
            let codes: Vec<String> =
                names.iter().map(|name| format!("<code>{}</code>", escape(&short(name)))).collect();
            let _ = write!(values, "<p><small>{title}</small> {}</p>", codes.join(" "));
        }
    }
    let name = escape(&column.name);
    format!(
        "<section class=c id=c{at} data-n=\"{}\"><h3>{name} <small>{}</small></h3><p><span class=t><b class=d{}>changed {}</b></span></p>\
         <div class=g><table class=j><tr><th><th>before<th>after{rows}</table><div>{picture}{values}</div></div></section>\n",
        escape(&column.name.to_lowercase()),
        measures(column).join(" · "),
        column.degree() as u8,
        column.degree().name(),
    )
}

/// A value, cut to what fits in a line.
pub(super) fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn list(names: &[String], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| escape(name)).collect();
    let more = names.len().saturating_sub(most);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
