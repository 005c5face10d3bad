use serde::{Deserialize, Serialize};

use super::{Histogram, Semantic};
use crate::cell::Kind;
use crate::estimate::Estimate;

/// What is said about one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// The name, there once in its table.
    pub name: String,
    /// The type as the source gives it, or nothing where it holds text.
    pub storage: String,
    /// The narrowest kind that holds every cell, or nothing where no cell says anything.
    pub kind: Option<Kind>,
    /// What the column means.
    pub semantic: Semantic,
    /// Empty cells.
    pub missing: u64,
    /// Cells that are words for a missing value, by word.
    pub null_tokens: Vec<(String, u64)>,
    /// Different values, without missing ones.
    pub distinct: Estimate,
    /// How many cells are of each kind.
    pub kinds: Vec<(Kind, u64)>,
    /// Whole numbers that begin with a zero.
    pub leading_zeros: u64,
    /// Bytes of all cells as text.
    pub bytes: u64,
    /// How the values run from row to row, where they all rise or all fall.
    pub order: Option<String>,
    /// Of a column of numbers.
    pub numbers: Option<NumberStats>,
    /// Of a column of dates or times.
    pub moments: Option<MomentStats>,
    /// Of a column of texts.
    pub texts: Option<TextStats>,
    /// The most frequent values, the most frequent first.
    pub top: Vec<TopValue>,
    /// What no other value is there more often than.
    pub top_error: u64,
    /// How numbers, dates or times are spread.
    pub histogram: Option<Histogram>,
    /// The counts of all values but words for missing ones, where they are known, the largest first; at most 100.
    pub counts: Option<Vec<u64>>,
}

/// Of numbers; without infinities, which are counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberStats {
    /// Finite numbers.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation of a sample.
    pub deviation: Option<f64>,
    /// The skewness.
    pub skewness: Option<f64>,
    /// The kurtosis, 0 for a normal distribution.
    pub kurtosis: Option<f64>,
    /// Numbers that are 0.
    pub zeros: u64,
    /// Numbers below 0.
    pub negatives: u64,
    /// Plus and minus infinity.
    pub infinities: (u64, u64),
    /// Shares, and the numbers below which they lie.
    pub quantiles: Vec<(f64, Estimate)>,
    /// How far, at most, a share is from the true one.
    pub rank_error: f64,
    /// From the first to the third quartile.
    pub iqr: f64,
    /// Numbers further than 1.5 such distances below the first or above the third quartile.
    pub outliers: Estimate,
}

/// Of dates and times; all moments in seconds since 1970-01-01, or since midnight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MomentStats {
    /// How many.
    pub count: u64,
    /// The first.
    pub min: f64,
    /// The last.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// Shares, and the moments before which they lie.
    pub quantiles: Vec<(f64, Estimate)>,
    /// The longest run of days without any: the days around it.
    pub gap: Option<(f64, f64)>,
}

/// Of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextStats {
    /// Characters of the shortest.
    pub shortest: u64,
    /// Characters of the longest.
    pub longest: u64,
    /// Characters on average.
    pub mean_length: f64,
    /// The first in the order of their bytes, shortened.
    pub first: String,
    /// The last in the order of their bytes, shortened.
    pub last: String,
    /// The most frequent words of the sampled rows, with their counts there.
    pub words: Vec<(String, u64)>,
    /// The scripts of the letters of the sampled rows, with the shares of the letters.
    pub scripts: Vec<(String, f64)>,
}

/// A frequent value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopValue {
    /// The value, shortened where it is long.
    pub text: String,
    /// How many cells hold it.
    pub count: Estimate,
}

impl ColumnProfile {
    /// Cells that say nothing: empty ones and words for it.
    #[must_use]
    pub fn absent(&self) -> u64 {
        self.missing + self.null_tokens.iter().map(|(_, count)| count).sum::<u64>()
    }
}
