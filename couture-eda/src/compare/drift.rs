//! Measures of how far two distributions are from each other.

use crate::profile::Spread;

/// Bins of the population stability index.
const BINS: usize = 10;
/// A share of nothing counts as so much, since the index is infinite otherwise.
const LEAST_SHARE: f64 = 1e-4;

/// The population stability index of shares that belong together; below 0.1 little, from 0.25 on much has changed.
pub(super) fn stability_index(before: &[f64], after: &[f64]) -> f64 {
    let pairs = before.iter().zip(after).map(|(a, b)| (a.max(LEAST_SHARE), b.max(LEAST_SHARE)));
    pairs.map(|(a, b)| (b - a) * (b / a).ln()).sum()
}

/// A stability index, and what chance makes of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stability {
    pub(super) index: f64,
    /// What two samples of the same have on average. Source: B. Yurdakul, *Statistical Properties of Population Stability
    /// Index*, 2018.
    pub(super) by_chance: f64,
}

/// The index of shares that belong together, of so many values each.
pub(super) fn stability_of_shares(before: &[f64], after: &[f64], counts: (f64, f64)) -> Stability {
    let bins = before.iter().zip(after).filter(|(a, b)| **a + **b > 0.0).count() as f64;
    let by_chance = (bins - 1.0).max(0.0) * (1.0 / counts.0.max(1.0) + 1.0 / counts.1.max(1.0));
    Stability { index: stability_index(before, after), by_chance }
}

/// The index of two spreads of numbers, each with their count, in the tenths of the earlier one.
pub(super) fn stability_of_numbers(before: (&Spread<'_>, u64), after: (&Spread<'_>, u64)) -> Stability {
    let ranks: Vec<f64> = (1..BINS).map(|at| at as f64 / BINS as f64).collect();
    let mut edges: Vec<f64> = before.0.at(&ranks).iter().map(|edge| edge.value).collect();
    edges.dedup();
    let shares = |spread: &Spread<'_>| {
        let mut below = 0.0;
        let up_to = spread.shares_up_to(&edges);
        up_to.into_iter().chain([1.0]).map(|share| share - std::mem::replace(&mut below, share)).collect::<Vec<f64>>()
    };
    stability_of_shares(&shares(before.0), &shares(after.0), (before.1 as f64, after.1 as f64))
}

/// Kolmogorov and Smirnov's distance: the largest difference of the shares below any point.
pub(super) fn largest_distance(before: &Spread<'_>, after: &Spread<'_>) -> f64 {
    let ranks: Vec<f64> = (0..=200).map(|at| f64::from(at) / 200.0).collect();
    let mut points: Vec<f64> =
        [before, after].iter().flat_map(|spread| spread.at(&ranks)).map(|point| point.value).collect();
    points.sort_by(f64::total_cmp);
    points.dedup();
    let pairs = before.shares_up_to(&points).into_iter().zip(after.shares_up_to(&points));
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn distances_are_those_of_the_definitions() {
    let spread = |from: i32| Spread::Exact((from..from + 100).map(|at| (f64::from(at), 1)).collect());
    assert_eq!(largest_distance(&spread(0), &spread(0)), 0.0);
    assert!((largest_distance(&spread(0), &spread(50)) - 0.5).abs() < 1e-9);
    assert!((largest_distance(&spread(0), &spread(500)) - 1.0).abs() < 1e-9);
    let stability = |from: i32| stability_of_numbers((&spread(0), 100), (&spread(from), 100));
    assert!(stability(0).index.abs() < 1e-9);
    assert!(stability(50).index > 0.25);
    assert!((stability(0).by_chance - 9.0 * 0.02).abs() < 1e-12);
    let expected = 0.1 * (0.6_f64 / 0.5).ln() + -0.1 * (0.4_f64 / 0.5).ln();
    assert!((stability_index(&[0.5, 0.5], &[0.6, 0.4]) - expected).abs() < 1e-12);
}
