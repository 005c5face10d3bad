use serde::{Deserialize, Serialize};

use super::{Degree, Difference, compare};
use crate::state::State;

/// What differs between two sources, which hold one table or several each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The tables of both, those that have changed the most first.
    pub tables: Vec<TableDifference>,
    /// Tables that only the later source has.
    pub new_tables: Vec<String>,
    /// Tables that only the earlier source has.
    pub lost_tables: Vec<String>,
}

/// What differs in one table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableDifference {
    /// Its name in the later source: that of the sheet or of the file.
    pub name: String,
    /// What differs.
    #[serde(flatten)]
    pub difference: Difference,
}

/// Tells what differs between all tables. Where there is one on each side, they belong together; else those of the same
/// name do, and, of the rest, those of the same columns.
#[must_use]
pub fn compare_tables(before: &[State], after: &[State]) -> Comparison {
    let mut left: Vec<&State> = before.iter().collect();
    let mut rest: Vec<&State> = after.iter().collect();
    let mut tables = Vec::new();
    let is_one = before.len() == 1 && after.len() == 1;
    let by_name = |a: &State, b: &State| is_one || table_name(a) == table_name(b);
    let by_columns = |a: &State, b: &State| a.table.names == b.table.names;
    for belongs in [&by_name as &dyn Fn(&State, &State) -> bool, &by_columns] {
        rest.retain(|later| {
            let Some(at) = left.iter().position(|earlier| belongs(earlier, later)) else { return true };
            let earlier = left.remove(at);
            tables.push(TableDifference { name: table_name(later), difference: compare(earlier, later) });
            false
        });
    }
    tables.sort_by_key(|table| std::cmp::Reverse(table.difference.weight()));
    let names = |states: Vec<&State>| states.into_iter().map(table_name).collect();
    Comparison { tables, new_tables: names(rest), lost_tables: names(left) }
}

impl Difference {
    /// What tables are sorted by: the columns that have changed, the largest changes first, then the rows.
    fn weight(&self) -> (usize, usize, usize, usize, u64) {
        let others = self.new_columns.len() + self.lost_columns.len();
        let count = |degree| self.count(degree);
        (
            count(Degree::Much) + others,
            count(Degree::Somewhat),
            count(Degree::Little),
            others,
            self.rows.0.abs_diff(self.rows.1),
        )
    }
}

impl Comparison {
    /// Whether nothing differs, as far as can be told.
    #[must_use]
    pub fn is_none(&self) -> bool {
        let same_tables = self.new_tables.is_empty() && self.lost_tables.is_empty();
        same_tables && self.tables.iter().all(|table| table.difference.is_none())
    }

    /// What differs, in a sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        if let ([table], true) = (self.tables.as_slice(), self.new_tables.is_empty() && self.lost_tables.is_empty()) {
            return table.difference.summary();
        }
        let all = self.tables.len();
        if self.is_none() {
            return format!("No difference was found in any of the {all} tables.");
        }
        let changed = self.tables.iter().filter(|table| !table.difference.is_none()).count();
        let mut parts = vec![format!("Of the {all} tables that both have, {changed} changed")];
        for (names, word) in [(&self.new_tables, "new"), (&self.lost_tables, "lost")] {
            if !names.is_empty() {
                parts.push(format!("{} {word}", names.len()));
            }
        }
        format!("{}.", parts.join("; "))
    }
}

/// What a table is called within its source: its sheet, or the last part of its path.
fn table_name(state: &State) -> String {
    let source = state.sources.first().map_or("table", String::as_str);
    let name = source.rsplit_once('#').map_or(source, |(_, sheet)| sheet);
    name.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
}
