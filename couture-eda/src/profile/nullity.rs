use serde::{Deserialize, Serialize};

use super::Sample;

/// Stripes that the rows are put together into.
const STRIPES: usize = 50;
/// Columns that are shown at most.
const MOST_COLUMNS: usize = 60;
/// Pairs that are told at most.
const MOST_PAIRS: usize = 50;

/// Where values are missing, from the first rows to the last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stripes {
    /// For each column with missing values, its number and the share that is missing in each stripe of the rows.
    pub columns: Vec<(usize, Vec<f64>)>,
    /// Columns whose missing values hang together: their numbers, and the correlation of being missing.
    pub pairs: Vec<(usize, usize, f64)>,
}

impl Stripes {
    /// The stripes of the sampled rows, of the columns that `lacking` numbers, those with the most missing values first.
    pub(super) fn new(sample: &Sample, lacking: &[usize]) -> Self {
        let shown = &lacking[..lacking.len().min(MOST_COLUMNS)];
        let masks: Vec<(usize, Vec<bool>)> = shown.iter().map(|column| (*column, sample.missing(*column))).collect();
        let width = sample.rows.div_ceil(STRIPES).max(1);
        let share = |rows: &[bool]| rows.iter().filter(|missing| **missing).count() as f64 / rows.len() as f64;
        let columns = masks.iter().map(|(column, mask)| (*column, mask.chunks(width).map(share).collect())).collect();
        let mut pairs = Vec::new();
        for (at, (a, x)) in masks.iter().enumerate() {
            for (b, y) in &masks[at + 1..] {
                if let Some(value) = phi(x, y).filter(|value| value.abs() >= 0.1) {
                    pairs.push((*a, *b, value));
                }
            }
        }
        pairs.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
        pairs.truncate(MOST_PAIRS);
        Self { columns, pairs }
    }
}

/// The correlation of two yes-or-no columns, or nothing where one of them never changes.
fn phi(x: &[bool], y: &[bool]) -> Option<f64> {
    let n = x.len() as f64;
    let count = |test: &dyn Fn(bool, bool) -> bool| x.iter().zip(y).filter(|(x, y)| test(**x, **y)).count() as f64;
    let (a, b, both) = (count(&|x, _| x), count(&|_, y| y), count(&|x, y| x && y));
    let scale = (a * (n - a) * b * (n - b)).sqrt();
    (scale > 0.0).then(|| (n * both - a * b) / scale)
}

#[test]
fn missing_values_that_hang_together_are_found() {
    let (x, y) = ([true, true, false, false], [true, false, true, false]);
    assert_eq!(phi(&x, &x), Some(1.0));
    assert_eq!(phi(&x, &y), Some(0.0));
    assert_eq!(phi(&x, &[false; 4]), None);
}
