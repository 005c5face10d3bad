use serde::{Deserialize, Serialize};

/// What bounds the memory of a profile. Wide tables get less for each column, so that the whole stays bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Up to so many different values a column is counted exactly.
    pub distinct: usize,
    /// Bytes of different values that a column keeps while it is counted exactly.
    pub tally_bytes: usize,
    /// The base-2 logarithm of the registers of the sketch of different values.
    pub distinct_lg: u8,
    /// The size of the sketch of quantiles.
    pub quantile_k: u16,
    /// The counters of the sketch of frequent values, a power of two.
    pub frequent: usize,
    /// Rows that are drawn at random, for correlations, samples and pictures.
    pub sample_rows: usize,
    /// Up to so many different rows duplicates are counted exactly.
    pub duplicate_rows: usize,
    /// Rows of a batch.
    pub batch_rows: usize,
}

impl Limits {
    /// The limits for a table of so many columns.
    #[must_use]
    pub fn for_columns(columns: usize) -> Self {
        let columns = columns.max(1);
        let share = |whole: usize, least: usize, most: usize| (whole / columns).clamp(least, most);
        let (distinct_lg, quantile_k, frequent) = match columns {
            0..=64 => (14, 1000, 4096),
            65..=256 => (13, 800, 2048),
            257..=1024 => (12, 300, 256),
            _ => (10, 200, 128),
        };
        Self {
            distinct: share(1 << 20, 128, 4096),
            tally_bytes: share(16 << 20, 2048, 512 << 10),
            distinct_lg,
            quantile_k,
            frequent,
            sample_rows: share(400_000, 100, 20_000),
            // Seven eighths of a power of two: what a hash set holds before it doubles.
            duplicate_rows: 917_504,
            batch_rows: share(1 << 16, 16, 4096),
        }
    }
}
