use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::drift::{largest_distance, stability_index, stability_of_numbers};
use crate::cell::Kind;
use crate::profile::View;
use crate::state::State;
use crate::summary::{Column, Values};

/// Categories that are told.
const MOST_NAMED: usize = 20;

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
    /// The means of numbers: earlier and later.
    pub means: (Option<f64>, Option<f64>),
    /// The population stability index; from 0.25 on, much has changed.
    pub psi: Option<f64>,
    /// Kolmogorov and Smirnov's distance, of numbers, dates and times.
    pub ks: Option<f64>,
    /// How far the distance is from the true one at most.
    pub ks_error: f64,
    /// Values that are there only later, the most frequent first, where all values are counted; at most 20.
    pub new_values: Vec<String>,
    /// Values that are there only earlier.
    pub lost_values: Vec<String>,
}

/// Tells what differs. The tables may have different columns.
#[must_use]
pub fn compare(before: &State, after: &State) -> Difference {
    let find = |state: &State, name: &String| state.table.names.iter().position(|other| other == name);
    let only = |a: &State, b: &State| {
        a.table.names.iter().filter(|name| find(b, name).is_none()).cloned().collect::<Vec<String>>()
    };
    let both = before.table.names.iter().enumerate().filter_map(|(at, name)| Some((at, find(after, name)?, name)));
    let mut columns: Vec<ColumnDifference> = both
        .map(|(a, b, name)| {
            let columns = (&before.table.columns[a], &after.table.columns[b]);
            column(name, columns, (before.table.rows, after.table.rows))
        })
        .collect();
    columns.sort_by(|a, b| b.change().total_cmp(&a.change()));
    Difference {
        sources: (before.sources.clone(), after.sources.clone()),
        rows: (before.table.rows, after.table.rows),
        new_columns: only(after, before),
        lost_columns: only(before, after),
        columns,
    }
}

impl ColumnDifference {
    /// How much has changed, to sort by; 0 for nothing.
    fn change(&self) -> f64 {
        let kinds = if self.kinds.0 == self.kinds.1 { 0.0 } else { 10.0 };
        kinds + self.psi.unwrap_or_default() + (self.missing.0 - self.missing.1).abs()
    }
}

fn column(name: &str, columns: (&Column, &Column), rows: (u64, u64)) -> ColumnDifference {
    let (a, b) = (View::new(columns.0), View::new(columns.1));
    let missing = |column: &Column, view: &View<'_>, rows: u64| {
        (column.missing + view.kinds.count(Kind::NullToken)) as f64 / rows.max(1) as f64
    };
    let kinds = (a.kinds.join(), b.kinds.join());
    let numeric = |kind: Option<Kind>| kind.is_some_and(|kind| kind.is_number() || kind.is_moment());
    let spreads = if numeric(kinds.0) && numeric(kinds.1) {
        let of = |view| -> Option<&_> {
            let view: &View<'_> = view;
            view.numbers.as_ref().or(view.moments.as_ref())
        };
        of(&a).zip(of(&b)).map(|(a, b)| (&a.1, &b.1))
    } else {
        None
    };
    let counts = counts(columns.0).zip(counts(columns.1));
    let psi = match (&spreads, &counts) {
        (Some((a, b)), _) => Some(stability_of_numbers(a, b)),
        (None, Some((a, b))) => stability_of_values(a, b),
        (None, None) => None,
    };
    let only = |a: &BTreeMap<String, u64>, b: &BTreeMap<String, u64>| {
        let mut only: Vec<_> = a.iter().filter(|(name, _)| !b.contains_key(*name)).collect();
        only.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        only.into_iter().take(MOST_NAMED).map(|(name, _)| name.clone()).collect::<Vec<String>>()
    };
    let categories = counts.as_ref().filter(|_| spreads.is_none());
    let mean = |view: &View<'_>| view.numbers.as_ref().and_then(|(moments, _)| moments.mean());
    ColumnDifference {
        name: name.to_owned(),
        kinds,
        missing: (missing(columns.0, &a, rows.0), missing(columns.1, &b, rows.1)),
        means: (mean(&a), mean(&b)),
        psi,
        ks: spreads.as_ref().map(|(a, b)| largest_distance(a, b)),
        ks_error: spreads.as_ref().map_or(0.0, |(a, b)| a.error() + b.error()),
        new_values: categories.map(|(a, b)| only(b, a)).unwrap_or_default(),
        lost_values: categories.map(|(a, b)| only(a, b)).unwrap_or_default(),
    }
}

/// All values with their counts, where they are counted.
fn counts(column: &Column) -> Option<BTreeMap<String, u64>> {
    let Values::Exact(tally) = &column.values else { return None };
    Some(tally.entries().map(|(_, text, count)| (String::from_utf8_lossy(text).into_owned(), count)).collect())
}

fn stability_of_values(a: &BTreeMap<String, u64>, b: &BTreeMap<String, u64>) -> Option<f64> {
    let total = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>() as f64;
    let totals = (total(a), total(b));
    if totals.0 == 0.0 || totals.1 == 0.0 {
        return None;
    }
    let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let shares = |counts: &BTreeMap<String, u64>, total: f64| {
        names.iter().map(|name| counts.get(*name).copied().unwrap_or_default() as f64 / total).collect::<Vec<f64>>()
    };
    Some(stability_index(&shares(a, totals.0), &shares(b, totals.1)))
}
