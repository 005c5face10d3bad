use serde::{Deserialize, Serialize};

use super::Degree;
use super::column::column;
use crate::cell::Kind;
use crate::estimate::Estimate;
use crate::profile::Histogram;
use crate::state::State;

/// What differs between an earlier and a later table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// What was read: earlier and later.
    pub sources: (Vec<String>, Vec<String>),
    /// Rows: earlier and later.
    pub rows: (u64, u64),
    /// Columns that only the later table has.
    pub new_columns: Vec<String>,
    /// Columns that only the earlier table has.
    pub lost_columns: Vec<String>,
    /// The columns of both, those that have changed the most first.
    pub columns: Vec<ColumnDifference>,
}

/// What differs in one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnDifference {
    /// The name.
    pub name: String,
    /// The kinds: earlier and later.
    pub kinds: (Option<Kind>, Option<Kind>),
    /// The shares of missing cells and null tokens: earlier and later.
    pub missing: (f64, f64),
    /// Different values: earlier and later.
    pub distinct: (Estimate, Estimate),
    /// The means of numbers, or of dates and times in seconds: earlier and later.
    pub means: (Option<f64>, Option<f64>),
    /// The smallest and the largest number, date or time: earlier and later.
    pub ranges: (Option<(f64, f64)>, Option<(f64, f64)>),
    /// The population stability index; from 0.25 on, much has changed.
    pub psi: Option<f64>,
    /// What the index of two samples of the same would be on average: it is the larger, the fewer rows there are.
    pub psi_by_chance: Option<f64>,
    /// Kolmogorov and Smirnov's distance, of numbers, dates and times.
    pub ks: Option<f64>,
    /// How far the distance is from the true one at most.
    pub ks_error: f64,
    /// How the values are spread.
    pub shares: Option<Shares>,
    /// Values that are there only later, the most frequent first, where all values are counted; at most 20.
    pub new_values: Vec<String>,
    /// Values that are there only earlier.
    pub lost_values: Vec<String>,
}

/// How the values of a column are spread: earlier and later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shares {
    /// Of numbers, dates or times: both in the same bins.
    Bins(Histogram, Histogram),
    /// Of categories: the most frequent values, with their shares of the cells that are not missing; at most 10.
    Values(Vec<(String, f64, f64)>),
}

/// Tells what differs. The tables may have different columns.
#[must_use]
pub fn compare(before: &State, after: &State) -> Difference {
    let find = |state: &State, name: &String| state.table.names.iter().position(|other| other == name);
    let only = |a: &State, b: &State| {
        a.table.names.iter().filter(|name| find(b, name).is_none()).cloned().collect::<Vec<String>>()
    };
    let both = before.table.names.iter().enumerate().filter_map(|(at, name)| Some((at, find(after, name)?, name)));
    let mut columns: Vec<(Degree, f64, ColumnDifference)> = both
        .map(|(a, b, name)| {
            let columns = (&before.table.columns[a], &after.table.columns[b]);
            let column = column(name, columns, (before.table.rows, after.table.rows));
            (column.degree(), column.drift(), column)
        })
        .collect();
    columns.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| b.1.total_cmp(&a.1)));
    Difference {
        sources: (before.sources.clone(), after.sources.clone()),
        rows: (before.table.rows, after.table.rows),
        new_columns: only(after, before),
        lost_columns: only(before, after),
        columns: columns.into_iter().map(|(_, _, column)| column).collect(),
    }
}

impl Difference {
    /// How many columns of both have changed so much.
    #[must_use]
    pub fn count(&self, degree: Degree) -> usize {
        self.columns.iter().filter(|column| column.degree() == degree).count()
    }

    /// Whether nothing differs, as far as can be told.
    #[must_use]
    pub fn is_none(&self) -> bool {
        let same_columns = self.new_columns.is_empty() && self.lost_columns.is_empty();
        same_columns && self.rows.0 == self.rows.1 && self.count(Degree::Not) == self.columns.len()
    }

    /// What differs, in a sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.is_none() {
            return format!(
                "No difference was found: as many rows, and the same in all {} columns.",
                self.columns.len()
            );
        }
        let all = self.columns.len();
        let counts: Vec<String> = Degree::ALL
            .into_iter()
            .filter(|degree| self.count(*degree) > 0)
            .enumerate()
            .map(|(at, degree)| (self.count(degree), if at == 0 { "changed " } else { "" }, degree.name()))
            .map(|(count, changed, name)| format!("{count} {changed}{name}"))
            .collect();
        let mut parts = vec![match all {
            0 => "No column is in both".to_owned(),
            all if self.count(Degree::Not) == all => format!("None of the {all} columns that both have has changed"),
            all => format!("Of the {all} columns that both have, {}", counts.join(", ")),
        }];
        for (names, word) in [(&self.new_columns, "new"), (&self.lost_columns, "lost")] {
            if !names.is_empty() {
                parts.push(format!("{} {word}", names.len()));
            }
        }
        parts.push(match self.rows {
            (a, b) if a == b => "as many rows".to_owned(),
            (a, b) if a > b => format!("{} rows less", a - b),
            (a, b) => format!("{} rows more", b - a),
        });
        format!("{}.", parts.join("; "))
    }
}
