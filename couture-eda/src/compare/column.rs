//! What differs in a column, from what is kept of it.

use std::collections::{BTreeMap, BTreeSet};

use super::drift::{Stability, largest_distance, stability_of_numbers, stability_of_shares};
use super::{ColumnDifference, Shares};
use crate::cell::Kind;
use crate::excerpt::excerpt;
use crate::profile::{Histogram, Spread, View};
use crate::summary::{Column, Moments, Values};

/// Categories that are told.
const MOST_NAMED: usize = 20;
/// Categories whose shares are told.
const MOST_SHARES: usize = 10;

type Counts = BTreeMap<Vec<u8>, u64>;
type Numbers<'a> = (&'a Moments, &'a Spread<'a>);

/// What differs between an earlier and a later column, of tables with so many rows.
pub(super) fn column(name: &str, columns: (&Column, &Column), rows: (u64, u64)) -> ColumnDifference {
    let (a, b) = (View::new(columns.0), View::new(columns.1));
    let missing = |column: &Column, view: &View<'_>, rows: u64| {
        (column.missing + view.kinds.count(Kind::NullToken)) as f64 / rows.max(1) as f64
    };
    let kinds = (a.kinds.join(), b.kinds.join());
    let numbers = (numbers(&a, kinds.0), numbers(&b, kinds.1));
    let both = numbers.0.zip(numbers.1).filter(|_| is_of_one_class(kinds));
    let counts = if both.is_some() { None } else { counts(columns.0).zip(counts(columns.1)) };
    let stability: Option<Stability> = match (&both, &counts) {
        (Some((a, b)), _) => Some(stability_of_numbers((a.1, a.0.count), (b.1, b.0.count))),
        (None, Some((a, b))) => stability_of_values(a, b),
        (None, None) => None,
    };
    let whole = kinds == (Some(Kind::Integer), Some(Kind::Integer));
    let shares = match (&both, &counts) {
        (Some((a, b)), _) => bins(*a, *b, whole),
        (None, Some((a, b))) => Some(values(a, b)),
        (None, None) => None,
    };
    let only = |a: &Counts, b: &Counts| {
        let mut only: Vec<_> = a.iter().filter(|(name, _)| !b.contains_key(*name)).collect();
        only.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        only.into_iter().take(MOST_NAMED).map(|(name, _)| excerpt(name)).collect::<Vec<String>>()
    };
    ColumnDifference {
        name: name.to_owned(),
        kinds,
        missing: (missing(columns.0, &a, rows.0), missing(columns.1, &b, rows.1)),
        distinct: (a.distinct, b.distinct),
        means: (numbers.0.and_then(|of| of.0.mean()), numbers.1.and_then(|of| of.0.mean())),
        ranges: (numbers.0.and_then(|of| of.0.extremes), numbers.1.and_then(|of| of.0.extremes)),
        psi: stability.as_ref().map(|stability| stability.index),
        psi_by_chance: stability.as_ref().map(|stability| stability.by_chance),
        ks: both.map(|(a, b)| largest_distance(a.1, b.1)),
        ks_error: both.map_or(0.0, |(a, b)| a.1.error() + b.1.error()),
        shares,
        new_values: counts.as_ref().map(|(a, b)| only(b, a)).unwrap_or_default(),
        lost_values: counts.as_ref().map(|(a, b)| only(a, b)).unwrap_or_default(),
    }
}

/// The numbers or the moments of a column that holds nothing else.
fn numbers<'a>(view: &'a View<'a>, kind: Option<Kind>) -> Option<Numbers<'a>> {
    let of = match kind? {
        Kind::Integer | Kind::Decimal => &view.numbers,
        kind if kind.is_moment() => &view.moments,
        _ => return None,
    };
    of.as_ref().map(|(moments, spread)| (moments, spread))
}

/// Whether both are numbers, both days, or both times of the day: seconds since 1970 and since midnight are not compared.
fn is_of_one_class(kinds: (Option<Kind>, Option<Kind>)) -> bool {
    let (Some(a), Some(b)) = kinds else { return false };
    let is_dated = |kind: Kind| kind.is_moment() && kind != Kind::Time;
    a == b || a.is_number() && b.is_number() || is_dated(a) && is_dated(b)
}

/// Both in the same bins.
fn bins(a: Numbers<'_>, b: Numbers<'_>, whole: bool) -> Option<Shares> {
    let (x, y) = (a.0.extremes?, b.0.extremes?);
    let (low, high) = (x.0.min(y.0), x.1.max(y.1));
    Some(Shares::Bins(Histogram::new(a.1, low, high, whole)?, Histogram::new(b.1, low, high, whole)?))
}

/// The values that are the most frequent in both together.
fn values(a: &Counts, b: &Counts) -> Shares {
    let totals = (total(a).max(1.0), total(b).max(1.0));
    let share =
        |counts: &Counts, name: &Vec<u8>, total: f64| counts.get(name).copied().unwrap_or_default() as f64 / total;
    let names: BTreeSet<&Vec<u8>> = a.keys().chain(b.keys()).collect();
    let mut shares: Vec<(&Vec<u8>, f64, f64)> =
        names.into_iter().map(|name| (name, share(a, name, totals.0), share(b, name, totals.1))).collect();
    shares.sort_by(|a, b| (b.1 + b.2).total_cmp(&(a.1 + a.2)).then_with(|| a.0.cmp(b.0)));
    Shares::Values(shares.into_iter().take(MOST_SHARES).map(|(name, a, b)| (excerpt(name), a, b)).collect())
}

/// All values with their counts, where they are counted.
fn counts(column: &Column) -> Option<Counts> {
    let Values::Exact(tally) = &column.values else { return None };
    Some(tally.entries().map(|(_, text, count)| (text.to_vec(), count)).collect())
}

fn total(counts: &Counts) -> f64 {
    counts.values().sum::<u64>() as f64
}

fn stability_of_values(a: &Counts, b: &Counts) -> Option<Stability> {
    let totals = (total(a), total(b));
    if totals.0 == 0.0 || totals.1 == 0.0 {
        return None;
    }
    let names: BTreeSet<&Vec<u8>> = a.keys().chain(b.keys()).collect();
    let shares = |counts: &Counts, total: f64| {
        names.iter().map(|name| counts.get(*name).copied().unwrap_or_default() as f64 / total).collect::<Vec<f64>>()
    };
    Some(stability_of_shares(&shares(a, totals.0), &shares(b, totals.1), totals))
}
