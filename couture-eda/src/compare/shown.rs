use std::fmt::Write;

use super::{ColumnDifference, Difference};
use crate::report::{escape, number, page, percent};

/// From here on, much has changed.
const MUCH: f64 = 0.25;

/// The difference as lines of text: a line for each column.
#[must_use]
pub fn text(difference: &Difference) -> String {
    let mut text = format!("rows: {} before, {} after\n", difference.rows.0, difference.rows.1);
    for (title, names) in [("new columns", &difference.new_columns), ("lost columns", &difference.lost_columns)] {
        if !names.is_empty() {
            let _ = writeln!(text, "{title}: {}", names.join(", "));
        }
    }
    for column in &difference.columns {
        let _ = writeln!(text, "{}: {}", column.name, facts(column).join("; "));
    }
    text
}

/// The difference as a page that needs nothing else.
#[must_use]
pub fn html(difference: &Difference) -> String {
    let list = |names: &[String]| names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ");
    let mut rows = String::new();
    for column in &difference.columns {
        let much = if column.psi.is_some_and(|psi| psi >= MUCH) { "<b>changed</b> " } else { "" };
        let facts: Vec<_> = facts(column).iter().map(|fact| escape(fact)).collect();
        let _ = write!(rows, "<tr><th>{}<td>{much}{}", escape(&column.name), facts.join("<br>"));
    }
    let body = format!(
        "<table class=f><tr><th>before<td>{}<tr><th>after<td>{}<tr><th>rows<td>{} → {}\
         <tr><th>new columns<td>{}<tr><th>lost columns<td>{}</table><h2>Columns</h2><table class=f>{rows}</table>",
        list(&difference.sources.0),
        list(&difference.sources.1),
        number(difference.rows.0 as f64),
        number(difference.rows.1 as f64),
        list(&difference.new_columns),
        list(&difference.lost_columns),
    );
    page("Comparison", &body)
}

fn facts(column: &ColumnDifference) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(psi) = column.psi {
        let verdict = if psi >= MUCH {
            "much"
        } else if psi >= 0.1 {
            "somewhat"
        } else {
            "little"
        };
        facts.push(format!("PSI {psi:.4} ({verdict})"));
    }
    if let Some(ks) = column.ks {
        let bound = if column.ks_error > 0.0 { format!(" ± {:.4}", column.ks_error) } else { String::new() };
        facts.push(format!("KS {ks:.4}{bound}"));
    }
    if column.kinds.0 != column.kinds.1 {
        let name = |kind: Option<crate::cell::Kind>| kind.map_or("nothing", crate::cell::Kind::name);
        facts.push(format!("kind {} → {}", name(column.kinds.0), name(column.kinds.1)));
    }
    if (column.missing.0 - column.missing.1).abs() > 1e-9 {
        facts.push(format!("missing {} → {}", percent(column.missing.0), percent(column.missing.1)));
    }
    if let (Some(before), Some(after)) = column.means {
        facts.push(format!("mean {} → {}", number(before), number(after)));
    }
    for (title, values) in [("new", &column.new_values), ("lost", &column.lost_values)] {
        if !values.is_empty() {
            facts.push(format!("{title} values: {}", values.join(", ")));
        }
    }
    facts
}
