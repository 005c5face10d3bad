use serde::{Deserialize, Serialize};

use super::Spread;

/// Bins of a histogram at most.
const MOST_BINS: usize = 40;

/// How many numbers fall into each of equally wide bins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Where the first bin starts and the last ends.
    pub range: (f64, f64),
    /// The share of the numbers in each bin; together 1.
    pub shares: Vec<f64>,
    /// How far, at most, each share is from the true one.
    pub error: f64,
}

impl Histogram {
    /// The histogram of numbers between `low` and `high`, with bins of a whole width where all are `whole`.
    #[must_use]
    pub fn new(spread: &Spread<'_>, low: f64, high: f64, whole: bool) -> Option<Self> {
        let width = high - low;
        if !width.is_finite() || width <= 0.0 {
            return None;
        }
        let mut bins = MOST_BINS;
        let (mut start, mut end) = (low, high);
        if whole && width < 1e15 {
            // Each bin holds as many whole numbers as any other, so that none looks higher than it is.
            let each = ((width + 1.0) / MOST_BINS as f64).ceil();
            bins = ((width + 1.0) / each).ceil() as usize;
            (start, end) = (low - 0.5, low - 0.5 + each * bins as f64);
        }
        let edge = |at: usize| if at == bins { end.max(high) } else { start + (end - start) * at as f64 / bins as f64 };
        let up_to = spread.shares_up_to(&(1..=bins).map(edge).collect::<Vec<_>>());
        let below = std::iter::once(0.0).chain(up_to.iter().copied());
        let shares = up_to.iter().zip(below).map(|(share, below)| (share - below).max(0.0)).collect();
        Some(Self { range: (start, end), shares, error: 2.0 * spread.error() })
    }
}

#[test]
fn whole_numbers_have_bins_of_their_own() {
    let spread = Spread::Exact((0..10).map(|at| (f64::from(at), 1)).collect());
    let histogram = Histogram::new(&spread, 0.0, 9.0, true).unwrap();
    assert_eq!(histogram.shares.len(), 10);
    assert!(histogram.shares.iter().all(|share| (share - 0.1).abs() < 1e-12));
    assert_eq!(Histogram::new(&spread, 1.0, 1.0, true), None);
    let histogram = Histogram::new(&spread, 0.0, 9.0, false).unwrap();
    assert!((histogram.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}
