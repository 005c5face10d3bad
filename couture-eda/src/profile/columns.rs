//! A column's profile from what is kept of it.

use super::view::View;
use super::{ColumnProfile, Histogram, MomentStats, NumberStats, Sample, Spread, TextStats, semantic, text_sample};
use crate::cell::Kind;
use crate::estimate::Estimate;
use crate::summary::{Column, Moments};

/// The shares whose quantiles are told.
const RANKS: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
const QUARTILES: [usize; 2] = [3, 5];
/// Cells of the sample that are looked at.
const MOST_CELLS: usize = 2000;
/// Counts that are told.
const MOST_COUNTS: usize = 100;

/// The profile of the column with the number `at`.
pub(super) fn profile(
    column: &Column,
    name: &str,
    storage: &str,
    rows: u64,
    sample: &Sample,
    at: usize,
) -> ColumnProfile {
    let view = View::new(column);
    let kind = view.kinds.join();
    let numeric = matches!(kind, Some(Kind::Integer | Kind::Decimal | Kind::Infinity));
    let momentary = kind.is_some_and(Kind::is_moment);
    let textual = matches!(kind, Some(Kind::Text));
    let sampled = if textual { sample.valued(at, MOST_CELLS) } else { Vec::new() };
    let valued = rows - column.missing.min(rows);
    let clues = semantic::Clues {
        name,
        kind,
        distinct: view.distinct.value,
        valued: valued as f64,
        leading_zeros: view.kinds.leading_zeros,
        range: view.numbers.as_ref().and_then(|(moments, _)| moments.extremes),
        mean_length: view.lengths.mean().unwrap_or_default(),
        sampled: &sampled,
    };
    let spread = if numeric { view.numbers.as_ref() } else { view.moments.as_ref().filter(|_| momentary) };
    let histogram = spread.and_then(|(moments, spread)| {
        let (low, high) = moments.extremes?;
        Histogram::new(spread, low, high, kind == Some(Kind::Integer))
    });
    ColumnProfile {
        name: name.to_owned(),
        storage: storage.to_owned(),
        semantic: semantic::find(&clues),
        missing: column.missing,
        null_tokens: view.null_tokens.clone(),
        // A sketch cannot know more values than there are cells.
        distinct: capped(view.distinct, valued),
        kinds: Kind::ALL
            .into_iter()
            .map(|kind| (kind, view.kinds.count(kind)))
            .filter(|(_, count)| *count > 0)
            .collect(),
        leading_zeros: view.kinds.leading_zeros,
        bytes: column.bytes,
        order: column.order.name().map(str::to_owned),
        numbers: view.numbers.as_ref().filter(|_| numeric).map(|(m, spread)| number_stats(m, spread, view.infinities)),
        moments: view.moments.as_ref().filter(|_| momentary).map(|(m, spread)| moment_stats(m, spread, view.gap)),
        texts: if textual { text_stats(&view, &sampled) } else { None },
        top_error: view.top_error,
        histogram,
        counts: view.counts.as_ref().map(|counts| shortened(counts)),
        top: view.top,
        kind,
    }
}

fn capped(estimate: Estimate, most: u64) -> Estimate {
    let cap = |value: f64| value.min(most as f64);
    Estimate { value: cap(estimate.value), low: cap(estimate.low), high: cap(estimate.high) }
}

/// The largest counts, and the smallest as the last.
fn shortened(counts: &[u64]) -> Vec<u64> {
    let mut short: Vec<u64> = counts.iter().take(MOST_COUNTS).copied().collect();
    if let (true, Some(least), Some(last)) = (counts.len() > MOST_COUNTS, counts.last(), short.last_mut()) {
        *last = *least;
    }
    short
}

fn number_stats(moments: &Moments, spread: &Spread<'_>, infinities: (u64, u64)) -> NumberStats {
    let (min, max) = moments.extremes.unwrap_or_default();
    let quantiles: Vec<(f64, Estimate)> = RANKS.into_iter().zip(spread.at(&RANKS)).collect();
    let quartile = |at: usize| quantiles.get(QUARTILES[at]).map_or(f64::NAN, |(_, estimate)| estimate.value);
    let iqr = quartile(1) - quartile(0);
    let (low, high) = (quartile(0) - 1.5 * iqr, quartile(1) + 1.5 * iqr);
    // Just below the lower fence, since a share counts what is equal to its point.
    let shares = spread.shares_up_to(&[low.next_down(), high]);
    let outliers = if min < low || max > high { shares[0] + 1.0 - shares[1] } else { 0.0 };
    let count = moments.count as f64;
    let error = if outliers > 0.0 { 2.0 * spread.error() * count } else { 0.0 };
    let outliers = (outliers * count).round();
    NumberStats {
        count: moments.count,
        min,
        max,
        mean: moments.mean().unwrap_or_default(),
        deviation: moments.deviation(),
        skewness: moments.skewness(),
        kurtosis: moments.kurtosis(),
        zeros: moments.zeros,
        negatives: moments.negatives,
        infinities,
        rank_error: spread.error(),
        iqr,
        outliers: Estimate::within(outliers, (outliers - error).max(0.0).floor(), (outliers + error).min(count).ceil()),
        quantiles,
    }
}

fn moment_stats(moments: &Moments, spread: &Spread<'_>, gap: Option<(f64, f64)>) -> MomentStats {
    let (min, max) = moments.extremes.unwrap_or_default();
    let quantiles = RANKS.into_iter().zip(spread.at(&RANKS)).collect();
    MomentStats { count: moments.count, min, max, mean: moments.mean().unwrap_or_default(), quantiles, gap }
}

fn text_stats(view: &View<'_>, sampled: &[String]) -> Option<TextStats> {
    let (shortest, longest) = view.lengths.extremes?;
    let (first, last) = view.texts.clone()?;
    let (words, scripts) = text_sample::describe(sampled);
    let mean_length = view.lengths.mean().unwrap_or_default();
    Some(TextStats { shortest, longest, mean_length, first, last, words, scripts })
}
